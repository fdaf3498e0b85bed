import Attacks
import Evaluation
import Events
import Networks
import Tensors
import TestSupport
import Testing

@Suite struct GuessingTests {
  /// Labels of `n` images, the same number of each class.
  private func even(_ n: Int, classes: Int) -> [Int] { (0..<n).map { $0 % classes } }

  /// scipy.stats.binomtest(correct, n, 0.1, alternative='greater'): the first with p ≤ 0.05 is above guessing.
  @Test(arguments: [(100, 15, 16), (1000, 116, 117), (40, 7, 8)])
  func `the test is the exact binomial one`(n: Int, last: Int, first: Int) {
    let labels = even(n, classes: 10)
    #expect(Guessing(correct: last, labels: labels, classes: 10) != nil)
    #expect(Guessing(correct: first, labels: labels, classes: 10) == nil)
  }

  @Test func `always answering one class is guessing too`() throws {
    // 60 of 100 images are of class 3.
    let labels = Array(repeating: 3, count: 60) + even(40, classes: 10)
    let guess = try #require(Guessing(correct: 64, labels: labels, classes: 10))
    #expect(guess.frequent == 3 && abs(guess.share - 0.64) < 1e-12)
    #expect(guess.sentence.contains("always answering class 3 gives 64.0 %"))
    #expect(Guessing(correct: 80, labels: labels, classes: 10) == nil)
    // Images of one class only say nothing about that.
    #expect(Guessing(correct: 64, labels: Array(repeating: 3, count: 100), classes: 10) == nil)
  }

  @Test func `few images are worded with care`() throws {
    #expect(try #require(Guessing(correct: 0, labels: [1, 2, 3], classes: 10)).isUncertain)
    #expect(try !#require(Guessing(correct: 0, labels: even(20, classes: 10), classes: 10)).isUncertain)
    #expect(Guessing(correct: 1, labels: [4], classes: 10) == nil)
    #expect(Guessing(correct: 3, labels: [1, 2, 3], classes: 2) == nil)
    #expect(Guessing(correct: 0, labels: [], classes: 10) == nil)
  }
}

/// A network that knows its images, and what people do to them.
@Suite struct GuessingCauseTests {
  private static let shape = Shape(3, 8, 8), n = 64

  /// A network, its images and the classes that it gives them.
  private static func known() throws -> (network: Network, images: [Float], labels: [Int]) {
    var settings = ModelSettings(name: "conv4", input: shape, classes: 10, width: 8)
    settings.mean = [0.45, 0.5, 0.55]
    settings.deviation = [0.2, 0.25, 0.3]
    let network = try #require(Network(settings, pool: ThreadPool(threads: 2)))
    network.initialize(seed: 3)
    var random = RandomStream(seed: 5, purpose: .weights)
    var images: [Float] = []
    for image in 0..<n {
      // Each image has colors and a gradient in a direction of its own: orders of channels, rows and columns matter.
      var local = RandomStream(seed: 6, purpose: .weights, step: UInt32(image))
      let tint = (0..<3).map { _ in local.uniform(0, 1) }, slope = local.uniform(-1, 1), bend = local.uniform(-1, 1)
      for place in 0..<shape.planarCount {
        let (channel, pixel) = place.quotientAndRemainder(dividingBy: 64)
        let (y, x) = (Float(pixel / 8) / 8 - 0.5, Float(pixel % 8) / 8 - 0.5)
        images.append(min(max(tint[channel] + slope * y + bend * x + random.uniform(-0.1, 0.1), 0), 1))
      }
    }
    // The head is centered on these images, so that every class is predicted.
    let logits = network.logits(images, count: n)
    var file = network.stateDictionary()
    let name = try #require(file.tensors.keys.first { $0.hasSuffix("bias") && file.tensors[$0]?.shape == [10] })
    let bias = try file.numbers(name)
    file.tensors[name] = nil
    let means = (0..<10).map { k in (0..<n).reduce(Float(0)) { $0 + logits[$1 * 10 + k] } / Float(n) }
    file.add(name, shape: [10], floats: zip(bias, means).map(-))
    try network.load(file)
    let centered = network.logits(images, count: n)
    let labels = (0..<n).map { predictedClass(Array(centered[$0 * 10..<$0 * 10 + 10]), classes: 10) }
    return (network, images, labels)
  }

  private func warning(_ network: Network, _ images: [Float], _ labels: [Int]) throws -> EvaluationWarning? {
    let set = try EvaluationSet(images: images, shape: Self.shape, labels: labels)
    let settings = EvaluationSettings(epsilon: 8 / 255, suite: try AttackSuite(named: "fgsm", classes: 10))
    let evaluation = try RobustnessEvaluation(network, set, settings: settings)
    evaluation.guessing = GuessingCheck(PossibleCause.ofLabels + PossibleCause.ofImages(network))
    var warned: [EvaluationWarning] = []
    evaluation.warned = { warned.append($0) }
    try evaluation.lint()
    let found = evaluation.report().warnings.filter { $0.kind == .guessing }
    #expect(found == warned)
    return found.first
  }

  private func rearranged(_ images: [Float], _ change: ([Float]) -> [Float]) -> [Float] {
    stride(from: 0, to: images.count, by: 192).flatMap { change(Array(images[$0..<$0 + 192])) }
  }

  @Test func `a network on its own images is not warned about`() throws {
    let (network, images, labels) = try Self.known()
    #expect(Set(labels).count >= 5)
    #expect(try warning(network, images, labels) == nil)
  }

  @Test func `labels off by one are named`() throws {
    let (network, images, labels) = try Self.known()
    let higher = try #require(try warning(network, images, labels.map { ($0 + 1) % 10 })).message
    #expect(higher.contains("clean accuracy 0.0 % (0 of 64)") && higher.contains("subtract 1 from the labels"))
    #expect(higher.contains("with labels one lower it would be 100.0 %"))
    let lower = try #require(try warning(network, images, labels.map { ($0 + 9) % 10 })).message
    #expect(lower.contains("with labels one higher it would be 100.0 %"))
  }

  @Test func `an order of classes is found, and chance is none`() throws {
    let (network, images, labels) = try Self.known()
    let order = [3, 4, 5, 6, 7, 8, 9, 0, 1, 2]
    let message = try #require(try warning(network, images, labels.map { order[$0] })).message
    #expect(message.contains("with the classes in another order it would be "))
    var random = RandomStream(seed: 1, purpose: .weights)
    let guessed = labels.map { _ in min(9, Int(random.uniform(0, 10))) }
    let nothing = try #require(try warning(network, images, guessed)).message
    #expect(nothing.contains("check that file and data belong together") && !nothing.contains("it would be"))
  }

  @Test func `of images sorted by class, always answering the first one explains nothing`() throws {
    let (network, images, labels) = try Self.known()
    let four = (0..<4).flatMap { _ in labels.indices }.sorted { labels[$0] < labels[$1] }
    let sorted = four.map { labels[$0] }, pixels = four.flatMap { images[$0 * 192..<($0 + 1) * 192] }
    let first = sorted.prefix(GuessingCheck.images),
      most = Dictionary(first.map { ($0, 1) }, uniquingKeysWith: +).values.max() ?? 0
    let set = try EvaluationSet(images: pixels, shape: Self.shape, labels: sorted.map { ($0 + 1) % 10 })
    let settings = EvaluationSettings(epsilon: 8 / 255, suite: try AttackSuite(named: "fgsm", classes: 10))
    let evaluation = try RobustnessEvaluation(network, set, settings: settings)
    let constant = PossibleCause("a constant", remedy: "nothing") { _ in
      Proportion(correct: most, n: GuessingCheck.images)
    }
    evaluation.guessing = GuessingCheck([constant])
    try evaluation.lint()
    let warning = try #require(evaluation.report().warnings.first { $0.kind == .guessing })
    #expect(!warning.message.contains("a constant"), "\(most) of \(first.count): \(warning.message)")
  }

  @Test func `the wrong order or range of pixels is named`() throws {
    let (network, images, labels) = try Self.known()
    let reversed = rearranged(images) { Array($0[128...] + $0[64..<128] + $0[..<64]) }
    let reshaped = rearranged(images) { image in (0..<192).map { image[$0 % 3 * 64 + $0 / 3] } }
    let turned = rearranged(images) { image in
      (0..<192).map { image[$0 / 64 * 64 + $0 % 8 * 8 + $0 % 64 / 8] }
    }
    for (changed, text) in [
      (reversed, "channels in reverse order (BGR)"), (reshaped, "channels last"),
      (turned, "rows and columns exchanged"),
      (images.map { 1 - $0 }, "inverted pixels"), (images.map { $0 / 255 }, "pixels 255 times as large"),
    ] {
      let message = try #require(try warning(network, changed, labels), "\(text)").message
      #expect(message.contains("with \(text)") && message.contains("100.0 %"), "\(message)")
    }
  }
}
