import Networks
import Tensors
import TestSupport
import Testing

/// A network with dual BN in every place against PyTorch in float64 (`networks_dbn/`).
struct DualNetworkTests {
  /// Pre-activation, four stages of one block.
  private func preActResNet10(_ oracle: Oracle) throws -> Network {
    let image = oracle.shape("x_u8")
    var settings = ModelSettings(
      name: "preact-resnet10", input: Shape(image[1], image[2], image[3]), classes: 10, width: 4)
    settings.mean = [0, 0, 0]
    settings.deviation = [1, 1, 1]
    var builder = NetworkBuilder(convolution: .accurate, norm: .dual, placement: .all)
    let input = Activation(keeping: settings.input, planar: true, &builder.plan)
    let layers = PreActResNet.make(
      settings, blocks: [1, 1, 1, 1], strides: Strides(stem: 1, stages: [1, 2, 2, 2]), finalNorm: false, input, &builder
    )
    let network = Network(settings, input: input, layers: layers, builder: builder, pool: ThreadPool(threads: 2))
    try network.load(oracle.file, prefix: "state.")
    return network
  }

  @Test func threeStepsMatchPyTorch() throws {
    let oracle = try Oracle("networks_dbn/preactresnet10_w4_dbn"), network = try preActResNet10(oracle)
    let images = try oracle.file.bytes("x_u8").map { Float($0) / 255 }, labels = try oracle.integers("labels")
    let clean = labels.count, rows = 2 * clean
    func setting(_ name: String) throws -> Double { try #require(oracle.setting(name)) }
    network.dual = DualSettings(weight: try setting("lambda_nll"), reduction: .rowMean)
    let sgd = SGD(
      learningRate: Float(try setting("lr")), momentum: Float(try setting("momentum")),
      weightDecay: Float(try setting("weight_decay")))
    let losses = try oracle.floats("losses_3steps")
    for step in 0..<3 {
      let logits = Array(
        UnsafeBufferPointer(
          start: network.forward(images, count: rows, mode: .train, domains: .cleanFirst(clean)), count: rows * 10))
      let loss = MixedLoss(logits: logits, labels: labels, beta: try setting("beta"))
      let total = loss.mixed + loss.divergence * (try setting("beta")) + network.nll.total * network.dual.weight
      #expect(abs(total - Double(losses[step])) <= (try setting("tol.losses_3steps")) * Double(losses.max() ?? 1))
      let gradient = network.backward(loss.gradient, wanted: [.input, .parameters])
      if step == 0 {
        try expect(logits, "logits_train", oracle)
        try expect([Float(loss.mixed)], "loss_mat", oracle)
        try expect([Float(loss.divergence)], "loss_kl", oracle)
        try expect([Float(network.nll.total)], "loss_nll", oracle)
        try expect(network.nll.perLayer.map { Float($0) }, "nll_per_layer", oracle)
        let gauges = network.posteriors
        try expect(gauges.flatMap { [Float($0.cleanMean), Float($0.adversarialMean)] }, "p_clean_mean", oracle)
        #expect(gauges.map(\.name).prefix(3) == ["layer1.0.bn1", "layer1.0.bn2", "layer2.0.bn1"])
        try expect((0..<images.count).map { gradient[$0] }, "input_grad", oracle)
        for key in oracle.file.tensors.keys.sorted() where key.hasPrefix("grad.") {
          try expect(try #require(network.gradient(of: String(key.dropFirst(5)))), key, oracle)
        }
        try expectState(network, "after1.", oracle)
        try expect(network.evaluate(images, count: rows), "logits_eval", oracle)
      }
      sgd.step(network)
    }
    try expectState(network, "after3.", oracle)
    try expect(network.evaluate(images, count: rows), "logits_eval_after3", oracle)
  }

  private func expectState(_ network: Network, _ prefix: String, _ oracle: Oracle) throws {
    let state = network.stateDictionary()
    for key in oracle.file.tensors.keys.sorted() where key.hasPrefix(prefix) && !key.hasSuffix("num_batches_tracked") {
      try expect(try state.floats(String(key.dropFirst(prefix.count))), key, oracle)
    }
  }
}

/// ½·CE(clean) + ½·CE(adversarial) + β·KL(clean‖adversarial) and its gradient, in double.
private struct MixedLoss {
  private(set) var mixed = 0.0
  private(set) var divergence = 0.0
  private(set) var gradient: [Float]

  init(logits: [Float], labels: [Int], beta: Double, classes: Int = 10) {
    gradient = Array(repeating: 0, count: logits.count)
    let count = Double(labels.count)
    func logSoftmax(_ row: Int) -> [Double] {
      let z = logits[row * classes..<(row + 1) * classes].map(Double.init), largest = z.max() ?? 0
      let sum = logarithm(z.reduce(0) { $0 + exponential($1 - largest) })
      return z.map { $0 - largest - sum }
    }
    for (row, label) in labels.enumerated() {
      let clean = logSoftmax(row), adversarial = logSoftmax(row + labels.count)
      mixed -= 0.5 * (clean[label] + adversarial[label]) / count
      let divergence = (0..<classes).reduce(0.0) { $0 + exponential(clean[$1]) * (clean[$1] - adversarial[$1]) }
      self.divergence += divergence / count
      for k in 0..<classes {
        let (p, q) = (exponential(clean[k]), exponential(adversarial[k])), hit = k == label ? 1.0 : 0
        let own = 0.5 * (p - hit) + beta * p * (clean[k] - adversarial[k] - divergence)
        gradient[row * classes + k] = Float(own / count)
        gradient[(row + labels.count) * classes + k] = Float((0.5 * (q - hit) + beta * (q - p)) / count)
      }
    }
  }
}
