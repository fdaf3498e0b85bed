import Attacks
import Datasets
import Networks
import Tensors

/// A few images of a split, to be attacked and counted.
struct Evaluation {
  private let images: Storage
  private let labels: [Int]
  private let examples: [Int]
  private let pixels: Int
  private let seed: UInt32

  /// The images `range` of `split`, `pixels` floats each; `seed` is the run's.
  init(_ split: Split, _ range: Range<Int>, pixels: Int, seed: UInt32) {
    self.pixels = pixels
    self.seed = seed
    images = Storage(count: range.count * pixels)
    for (row, image) in range.enumerated() { split.copyImage(image, to: images.pointer + row * pixels) }
    labels = range.map { split.label($0) }
    examples = range.map { split.indices[$0] }
  }

  /// The logits of the images, in eval mode.
  func logits(on network: Network) -> [Float] { network.evaluate(images.pointer, count: labels.count) }

  /// How many of the images the network gets right, in eval mode.
  func correct(on network: Network) -> Int { correct(images.pointer, network) }

  /// How many it still gets right at the points that the attack returns.
  func correct(under attack: any Attack, on network: Network, poll: () throws -> Void) throws -> Int {
    let adversarial = Storage(count: images.count)
    let batch = AttackBatch(
      images: images.pointer, examples: examples, target: .labels(labels), seed: seed, purpose: .evaluationStart)
    try attack.perturb(batch, on: network, into: adversarial.pointer, poll: poll)
    return correct(adversarial.pointer, network)
  }

  private func correct(_ points: UnsafePointer<Float>, _ network: Network) -> Int {
    let logits = network.evaluate(points, count: labels.count), classes = network.classes
    return logits.withUnsafeBufferPointer { logits in
      guard let base = logits.baseAddress else { return 0 }
      return labels.indices.count { predictedClass(base + $0 * classes, classes: classes) == labels[$0] }
    }
  }
}
