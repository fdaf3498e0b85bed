import Networks
import Tensors
import TestSupport
import Testing

/// Whole networks against PyTorch in float64 (`networks/`): logits, loss, gradients, running moments, three SGD steps.
struct NetworkOracleTests {
  @Test(arguments: ["preactresnet18_w8", "preactresnet18_w8_finalbn"])
  func preActResNet18MatchesPyTorch(name: String) throws {
    let oracle = try Oracle("networks/\(name)")
    let images = try oracle.file.bytes("x_u8").map { Float($0) / 255 }
    let labels = try oracle.integers("labels")
    let rows = labels.count * 2, classes = 10
    var settings = ModelSettings(
      name: "preact-resnet18", input: Shape(3, 32, 32), classes: classes, width: 8, finalNorm: name.hasSuffix("bn"))
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
    for step in 0..<3 {
      let logits = Array(
        UnsafeBufferPointer(start: network.forward(images, count: rows, mode: .train), count: rows * classes))
      let (loss, cotangent) = meanCrossEntropy(logits, labels + labels, classes: classes)
      #expect(abs(loss - Double(losses[step])) < 5e-5 * Double(losses.max() ?? 1))
      let gradient = network.backward(cotangent, wanted: [.input, .parameters])
      if step == 0 {
        try expect(logits, "logits_train", oracle)
        try expect(Array(UnsafeBufferPointer(start: gradient, count: images.count)), "input_grad", oracle)
        try expectGradients(network, oracle)
        try expectBuffers(network, "after1", oracle)
        try expect(network.evaluate(images, count: rows), "logits_eval", oracle)
      }
      sgd.step(network)
    }
    try expectState(network, oracle)
    try expect(network.evaluate(images, count: rows), "logits_eval_after3", oracle)
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
      (.init(name: "conv4", input: Shape(1, 16, 16), classes: 10, width: 16), 33_338),
    ]
    for (settings, count) in counts {
      let network = try #require(Network(settings, pool: ThreadPool(threads: 1)))
      #expect(network.parameterCount == count, "\(settings.name), width \(settings.width)")
    }
  }

  private func expect(
    _ got: [Float], _ tensor: String, _ oracle: Oracle, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let excess = try oracle.excess(got, tensor)
    #expect(excess <= 1, "\(oracle.name) \(tensor)", sourceLocation: sourceLocation)
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

  private func expectState(_ network: Network, _ oracle: Oracle) throws {
    try expectBuffers(network, "after3", oracle)
    let state = network.stateDictionary()
    for key in oracle.file.tensors.keys.sorted() where key.hasPrefix("after3_sample.") {
      try expect(sampled(try state.floats(String(key.dropFirst(14)))), key, oracle)
    }
    for key in oracle.file.tensors.keys.sorted() where key.hasPrefix("after3_stat.") {
      try expectStatistics(try state.floats(String(key.dropFirst(12))), key, oracle)
    }
  }

  /// Tensors of more than 512 elements are stored as every s-th element, s odd.
  private func sampled(_ values: [Float]) -> [Float] {
    var step = max(values.count / 512, 1)
    if step % 2 == 0 { step += 1 }
    return stride(from: 0, to: values.count, by: step).map { values[$0] }
  }

  /// [sum, l2 norm], the tolerance relative to the norm.
  private func expectStatistics(_ values: [Float], _ key: String, _ oracle: Oracle) throws {
    let expected = try oracle.floats(key)
    let prefix = key.split(separator: ".").first.map(String.init) ?? key
    let allowed = try #require(oracle.setting("tol.\(prefix)")) * Double(expected[1])
    let sum = values.reduce(0.0) { $0 + Double($1) }
    let norm = values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    #expect(abs(sum - Double(expected[0])) <= allowed * Double(values.count).squareRoot(), "\(key) sum")
    #expect(abs(norm - Double(expected[1])) <= allowed, "\(key) norm")
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
