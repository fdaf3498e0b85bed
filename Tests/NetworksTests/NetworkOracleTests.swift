import Networks
import Recipe
import Tensors
import TestSupport
import Testing

/// Whole networks against PyTorch in float64 (`networks/`): logits, loss, gradients, running moments, three SGD steps.
struct NetworkOracleTests {
  @Test(arguments: [
    ("preactresnet18_w8", "preact-resnet18", false, 1, 1), ("preactresnet18_w8_finalbn", "preact-resnet18", true, 1, 1),
    // Inputs of its ReLUs come to lie within rounding of 0. On the other side of the first, two tensors move by up to
    // 2.8 tolerances after three steps; a missing weight decay would move them by 6. On the other side of a later one
    // all move, so the three steps are taken from starts within rounding of the given one, of which one has to end
    // right.
    ("resnet34_w8", "resnet34", false, 3, 8),
  ])
  func residualNetworksMatchPyTorch(
    file: String, model: String, finalNorm: Bool, slack: Double, starts: Int
  ) throws {
    let oracle = try Oracle("networks/\(file)"), image = oracle.shape("x_u8")
    let images = try oracle.file.bytes("x_u8").map { Float($0) / 255 }
    let labels = try oracle.integers("labels")
    let rows = labels.count * 2, classes = 10
    var settings = ModelSettings(
      name: model, input: Shape(image[1], image[2], image[3]), classes: classes, width: 8, finalNorm: finalNorm)
    settings.mean = [0, 0, 0]
    settings.deviation = [1, 1, 1]
    // Winograd's rounding opens or closes a ReLU now and then; the accurate convolution is held to the digits.
    let network = try #require(Network(settings, pool: ThreadPool(threads: 2), convolution: .accurate))
    try network.load(oracle.file, prefix: "state.")
    #expect(
      network.stateDictionary().tensors.count
        == oracle.file.tensors.keys.filter {
          $0.hasPrefix("state.") && !$0.hasSuffix("num_batches_tracked")
        }.count)

    let sgd = SGD(
      learningRate: Float(oracle.setting("lr") ?? 0), momentum: Float(oracle.setting("momentum") ?? 0),
      weightDecay: Float(oracle.setting("weight_decay") ?? 0))
    let losses = try oracle.floats("losses_3steps")
    var excesses: [Double] = []
    for start in 0..<starts where !excesses.contains(where: { $0 <= 1 }) {
      let network = try #require(Network(settings, pool: ThreadPool(threads: 2), convolution: .accurate))
      try network.load(start == 0 ? oracle.file : try rounded(oracle.file, start), prefix: "state.")
      for step in 0..<3 {
        let logits = Array(
          UnsafeBufferPointer(start: network.forward(images, count: rows, mode: .train), count: rows * classes))
        let (loss, cotangent) = meanCrossEntropy(logits, labels + labels, classes: classes)
        #expect(abs(loss - Double(losses[step])) < 5e-5 * Double(losses.max() ?? 1))
        let gradient = network.backward(cotangent, wanted: [.input, .parameters])
        if step == 0, start == 0 {
          try expect(logits, "logits_train", oracle)
          // For some networks the rows 0 and n_clean only.
          let stored = oracle.shape("input_grad")[0], size = settings.input.planarCount
          let kept = stored == rows ? Array(0..<rows) : [0, labels.count]
          try expect(kept.flatMap { row in (0..<size).map { gradient[row * size + $0] } }, "input_grad", oracle)
          try expectGradients(network, oracle)
          try expectBuffers(network, "after1", oracle)
          try expect(network.evaluate(images, count: rows), "logits_eval", oracle)
        }
        sgd.step(network)
      }
      let logits = try oracle.excess(network.evaluate(images, count: rows), "logits_eval_after3")
      excesses.append(max(try stateExcess(network, oracle, slack: slack), logits))
    }
    #expect((excesses.min() ?? .infinity) <= 1, "\(file) after three steps: \(excesses) tolerances")
  }

  /// The weights, each moved by at most half a unit of its last place.
  private func rounded(_ file: Safetensors, _ start: Int) throws -> Safetensors {
    var random = RandomStream(seed: UInt32(start), purpose: .test), result = Safetensors()
    for (name, tensor) in file.tensors.sorted(by: { $0.key < $1.key }) where name.hasPrefix("state.") {
      guard !name.hasSuffix("num_batches_tracked") else { continue }
      let values = try file.floats(name).map { $0 * (1 + random.uniform(-6e-8, 6e-8)) }
      result.add(name, shape: tensor.shape, floats: values)
    }
    return result
  }

  /// In eval mode: logits, and the signs of the input gradient, which is what attacks use.
  @Test func fastConvolutionsStayNearTheAccurateOnes() throws {
    let oracle = try Oracle("networks/preactresnet18_w8")
    let images = try oracle.file.bytes("x_u8").map { Float($0) / 255 }
    var settings = ModelSettings(name: "preact-resnet18", input: Shape(3, 32, 32), classes: 10, width: 8)
    settings.mean = [0, 0, 0]
    settings.deviation = [1, 1, 1]
    let results = try ConvolutionKind.allCases.map { kind in
      let network = try #require(Network(settings, pool: ThreadPool(threads: 1), convolution: kind))
      try network.load(oracle.file, prefix: "state.")
      network.forward(images, count: 8, mode: .train)
      let logits = Array(UnsafeBufferPointer(start: network.forward(images, count: 8, mode: .eval), count: 80))
      let (_, cotangent) = meanCrossEntropy(logits, [3, 1, 4, 1, 5, 9, 2, 6], classes: 10)
      let gradient = network.backward(cotangent, wanted: .input)
      return (logits, Array(UnsafeBufferPointer(start: gradient, count: images.count)))
    }
    let (fast, accurate) = (results[0], results[1])
    let scale = accurate.0.map { abs($0) }.max() ?? 0
    #expect(zip(fast.0, accurate.0).allSatisfy { abs($0 - $1) < 1e-4 * scale })
    let flips = zip(fast.1, accurate.1).count { ($0 > 0) != ($1 > 0) }
    #expect(Double(flips) < 0.002 * Double(images.count), "\(flips) of \(images.count) signs differ")
  }

  @Test func parameterCountsAreThoseOfPyTorch() throws {
    let counts: [(ModelSettings, Int)] = [
      (.init(name: "preact-resnet18", input: Shape(3, 32, 32), classes: 10, width: 64), 11_171_146),
      (.init(name: "preact-resnet18", input: Shape(3, 32, 32), classes: 10, width: 64, finalNorm: true), 11_172_170),
      (.init(name: "preact-resnet18", input: Shape(3, 32, 32), classes: 100, width: 64), 11_217_316),
      (.init(name: "preact-resnet18", input: Shape(3, 32, 32), classes: 10, width: 8), 176_050),
      (.init(name: "preact-resnet20", input: Shape(3, 32, 32), classes: 10, width: 16), 272_282),
      (.init(name: "resnet34", input: Shape(3, 64, 64), classes: 10, width: 64), 21_289_802),
      (.init(name: "resnet34", input: Shape(3, 64, 64), classes: 1000, width: 64), 21_797_672),
      (.init(name: "resnet34", input: Shape(3, 64, 64), classes: 10, width: 8), 336_114),
      (.init(name: "resnet34-cifar", input: Shape(3, 32, 32), classes: 10, width: 64), 21_282_122),
      (.init(name: "conv4", input: Shape(1, 16, 16), classes: 10, width: 16), 33_338),
    ]
    for (settings, count) in counts {
      let network = try #require(Network(settings, pool: ThreadPool(threads: 1)))
      #expect(network.parameterCount == count, "\(settings.name), width \(settings.width)")
    }
  }

  @Test func everyModelIsAChoiceOfTheModelSetting() throws {
    guard case .choice(let choices)? = AnyKnob.named("model")?.kind else {
      Issue.record("no such setting")
      return
    }
    #expect(choices.sorted() == ModelKind.allCases.map(\.rawValue).sorted())
  }

  private func expectGradients(_ network: Network, _ oracle: Oracle) throws {
    for key in oracle.file.tensors.keys.sorted() where key.hasPrefix("grad.") {
      try expect(try #require(network.gradient(of: String(key.dropFirst(5)))), key, oracle)
    }
    for key in oracle.file.tensors.keys.sorted() where key.hasPrefix("grad_sample.") {
      try expect(sampled(try #require(network.gradient(of: String(key.dropFirst(12))))), key, oracle)
    }
    for key in oracle.file.tensors.keys.sorted() where key.hasPrefix("grad_stat.") {
      try expectStatistics(try #require(network.gradient(of: String(key.dropFirst(10)))), key, oracle)
    }
  }

  private func expectBuffers(_ network: Network, _ prefix: String, _ oracle: Oracle) throws {
    let state = network.stateDictionary()
    for key in oracle.file.tensors.keys.sorted() where key.hasPrefix("\(prefix).") {
      try expect(try state.floats(String(key.dropFirst(prefix.count + 1))), key, oracle)
    }
  }

  /// The largest distance from the state after three steps, in tolerances; of samples in `slack` tolerances.
  private func stateExcess(_ network: Network, _ oracle: Oracle, slack: Double) throws -> Double {
    let state = network.stateDictionary()
    func values(_ key: String) throws -> [Float] {
      try state.floats(String(key.drop { $0 != "." }.dropFirst()))
    }
    return try oracle.file.tensors.keys.reduce(0) { largest, key in
      switch key.prefix(while: { $0 != "." }) {
      case "after3": max(largest, try oracle.excess(try values(key), key))
      case "after3_sample": max(largest, try oracle.excess(sampled(try values(key)), key) / slack)
      case "after3_stat": max(largest, try statisticsExcess(try values(key), key, oracle))
      default: largest
      }
    }
  }

  /// Tensors of more than 512 elements are stored as every s-th element, s odd.
  private func sampled(_ values: [Float]) -> [Float] {
    var step = max(values.count / 512, 1)
    if step % 2 == 0 { step += 1 }
    return stride(from: 0, to: values.count, by: step).map { values[$0] }
  }

  private func expectStatistics(_ values: [Float], _ key: String, _ oracle: Oracle) throws {
    #expect(try statisticsExcess(values, key, oracle) <= 1, "\(key)")
  }

  /// [sum, l2 norm], the tolerance relative to the norm.
  private func statisticsExcess(_ values: [Float], _ key: String, _ oracle: Oracle) throws -> Double {
    let expected = try oracle.floats(key)
    let prefix = key.split(separator: ".").first.map(String.init) ?? key
    let allowed = try #require(oracle.setting("tol.\(prefix)")) * Double(expected[1])
    let sum = values.reduce(0.0) { $0 + Double($1) }
    let norm = values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    return max(
      abs(sum - Double(expected[0])) / (allowed * Double(values.count).squareRoot()),
      abs(norm - Double(expected[1])) / allowed)
  }
}

/// The mean of CE over all rows (γ = ½ with equal halves) and its gradient, in double.
private func meanCrossEntropy(_ logits: [Float], _ labels: [Int], classes: Int) -> (Double, [Float]) {
  var loss = 0.0
  var gradient = [Float](repeating: 0, count: logits.count)
  for (row, label) in labels.enumerated() {
    let z = logits[row * classes..<(row + 1) * classes].map(Double.init)
    let largest = z.max() ?? 0
    let powers = z.map { exponential($0 - largest) }
    let sum = powers.reduce(0, +)
    loss -= logarithm(powers[label] / sum) / Double(labels.count)
    for k in 0..<classes {
      gradient[row * classes + k] = Float((powers[k] / sum - (k == label ? 1 : 0)) / Double(labels.count))
    }
  }
  return (loss, gradient)
}
