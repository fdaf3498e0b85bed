import Attacks
import Datasets
import Events
import Networks
import Tensors

/// Measures how many images a network classifies correctly, clean and under attacks crafted on that network: the one
/// measurement behind validation, tests, operations on a network, conversions and diagnoses.
///
/// Everything runs in eval mode, unless an attack's batch says otherwise. The attacks' random numbers are keyed by the
/// seed and the images' data set indices, so results depend on neither the limit nor the order.
package struct AccuracyMeasurement {
  /// How many images are in memory at a time.
  private static let chunk = 128

  private let labels: [Int]
  private let indices: [Int]
  private let seed: UInt32
  /// Writes one image.
  private let copyImage: (_ image: Int, _ destination: UnsafeMutablePointer<Float>) throws -> Void

  /// On the first `limit` images of a split; `seed` is the run's.
  package init(_ split: Split, limit: Int, seed: UInt32) {
    let part = split.prefix(limit)
    labels = (0..<part.count).map(part.label)
    indices = part.indices
    self.seed = seed
    copyImage = part.copyImage
  }

  /// On the images of a set.
  package init(_ set: EvaluationSet, seed: UInt32) {
    labels = set.labels
    indices = set.indices
    self.seed = seed
    let size = set.shape.planarCount
    copyImage = { image, destination in destination.update(from: set.image(image), count: size) }
  }

  /// Number of images.
  package var count: Int { labels.count }

  /// Measures `network` clean and under each attack. Calls `poll` between groups of images and during attacks; an error
  /// from it ends the measurement.
  package func run(
    on network: Network, under attacks: [any Attack] = [], poll: () throws -> Void = {}
  ) throws -> Accuracies {
    let size = network.settings.input.planarCount, room = min(count, Self.chunk) * size
    let images = Storage(count: room), adversarial = Storage(count: attacks.isEmpty ? 0 : room)
    var logits: [Float] = [], clean = 0, attacked = [Int](repeating: 0, count: attacks.count)
    logits.reserveCapacity(count * network.classes)
    for first in stride(from: 0, to: count, by: Self.chunk) {
      try poll()
      let range = first..<min(count, first + Self.chunk), labels = Array(labels[range])
      for (row, image) in range.enumerated() { try copyImage(image, images.pointer + row * size) }
      let here = network.evaluate(images.pointer, count: range.count)
      clean += correctPositions(here, labels: labels).count
      logits += here
      let batch = AttackBatch(
        images: images.pointer, examples: Array(indices[range]), target: .labels(labels), seed: seed,
        purpose: .evaluationStart)
      for (number, attack) in attacks.enumerated() {
        try attack.perturb(batch, on: network, into: adversarial.pointer, poll: poll)
        attacked[number] += network.correctPositions(at: adversarial.pointer, labels: labels).count
      }
    }
    return Accuracies(
      clean: Proportion(correct: clean, n: count), attacked: attacked.map { Proportion(correct: $0, n: count) },
      logits: logits)
  }
}

/// What `AccuracyMeasurement` found.
package struct Accuracies: Sendable, Hashable {
  /// Accuracy without attack.
  package let clean: Proportion
  /// Accuracy under each attack, in the order given.
  package let attacked: [Proportion]
  /// Clean logits [n][classes].
  package let logits: [Float]

  /// How far the clean logits moved away from an earlier measurement on the same images.
  package func drift(from earlier: Accuracies) -> LogitDrift { LogitDrift(from: earlier.logits, to: logits) }
}

/// The positions at which the largest logit is the label's; `logits` is [n][classes].
package func correctPositions(_ logits: [Float], labels: [Int]) -> [Int] {
  guard !labels.isEmpty else { return [] }
  let classes = logits.count / labels.count
  return logits.withUnsafeBufferPointer { logits in
    guard let base = logits.baseAddress else { return [] }
    return labels.indices.filter { predictedClass(base + $0 * classes, classes: classes) == labels[$0] }
  }
}

extension Network {
  /// The positions of the images [n][C][H][W] that it classifies correctly in eval mode.
  package func correctPositions(at images: UnsafePointer<Float>, labels: [Int]) -> [Int] {
    Evaluation.correctPositions(evaluate(images, count: labels.count), labels: labels)
  }
}
