import Evaluation
import Networks
import Tensors
import Testing

/// A network of a few thousand weights, and random images that it classifies correctly but for every fifth.
struct SmallNetwork {
  static let shape = Shape(1, 8, 8), classes = 4
  let network: Network
  let images: [Float]
  let labels: [Int]

  init(count: Int, threads: Int = 2, norm: NormKind = .batch, seed: UInt32 = 2) throws {
    var settings = ModelSettings(name: "conv4", input: Self.shape, classes: Self.classes, width: 4)
    settings.norm = norm
    network = try #require(Network(settings, pool: ThreadPool(threads: threads)))
    network.initialize(seed: seed)
    var random = RandomStream(seed: 5, purpose: .test)
    images = (0..<count * 64).map { _ in random.uniform() }
    let logits = network.evaluate(images, count: count)
    labels = (0..<count).map { image in
      let predicted = predictedClass(Array(logits[image * 4..<(image + 1) * 4]), classes: 4)
      return image % 5 == 4 ? (predicted + 1) % 4 : predicted
    }
  }

  func set(indices: [Int]? = nil) throws -> EvaluationSet {
    try EvaluationSet(images: images, shape: Self.shape, labels: labels, indices: indices)
  }
}
