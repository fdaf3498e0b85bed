import Attacks
import Datasets
import Events
import Networks
import Tensors

/// Measures how many images a network classifies correctly, clean and under attacks crafted on that network: the one
/// measurement behind validation, tests, operations on a network, and conversions.
///
/// Everything runs in eval mode. The attacks' random numbers are keyed by the seed and the images' data set indices, so
/// results depend on neither the limit nor the order.
struct AccuracyMeasurement {
  /// How many images are in memory at a time.
  private static let chunk = 128

  private let images: Split
  private let seed: UInt32

  /// On the first `limit` images of a split; `seed` is the run's.
  init(_ split: Split, limit: Int, seed: UInt32) {
    images = split.prefix(limit)
    self.seed = seed
  }

  /// Measures `network` clean and under each attack. Calls `poll` between groups of images and during attacks; an error
  /// from it ends the measurement.
  func run(
    on network: Network, under attacks: [any Attack] = [], poll: () throws -> Void = {}
  ) throws -> Accuracies {
    let size = network.settings.input.planarCount, count = images.count, room = min(count, Self.chunk) * size
    let pixels = Storage(count: room), adversarial = Storage(count: room)
    var logits: [Float] = [], clean = 0, attacked = [Int](repeating: 0, count: attacks.count)
    logits.reserveCapacity(count * network.classes)
    for first in stride(from: 0, to: count, by: Self.chunk) {
      try poll()
      let range = first..<min(count, first + Self.chunk), labels = range.map { images.label($0) }
      for (row, image) in range.enumerated() { try images.copyImage(image, to: pixels.pointer + row * size) }
      let here = network.evaluate(pixels.pointer, count: range.count)
      clean += correct(here, labels)
      logits += here
      let batch = AttackBatch(
        images: pixels.pointer, examples: Array(images.indices[range]), target: .labels(labels), seed: seed,
        purpose: .evaluationStart)
      for (number, attack) in attacks.enumerated() {
        try attack.perturb(batch, on: network, into: adversarial.pointer, poll: poll)
        attacked[number] += correct(network.evaluate(adversarial.pointer, count: range.count), labels)
      }
    }
    return Accuracies(
      clean: Proportion(correct: clean, n: count), attacked: attacked.map { Proportion(correct: $0, n: count) },
      logits: logits)
  }

  /// How many rows of `logits` have their largest value at the label.
  private func correct(_ logits: [Float], _ labels: [Int]) -> Int {
    guard !labels.isEmpty else { return 0 }
    let classes = logits.count / labels.count
    return logits.withUnsafeBufferPointer { logits in
      guard let base = logits.baseAddress else { return 0 }
      return labels.indices.count { predictedClass(base + $0 * classes, classes: classes) == labels[$0] }
    }
  }
}

/// What `AccuracyMeasurement` found.
struct Accuracies: Sendable, Hashable {
  /// Accuracy without attack.
  let clean: Proportion
  /// Accuracy under each attack, in the order given.
  let attacked: [Proportion]
  /// Clean logits [n][classes].
  let logits: [Float]

  /// How far the clean logits moved away from an earlier measurement on the same images.
  func drift(from earlier: Accuracies) -> LogitDrift { LogitDrift(from: earlier.logits, to: logits) }
}

/// How far logits moved: what an operation on a network or a conversion changed of its function.
package struct LogitDrift: Sendable, Hashable {
  /// Root mean square of the differences; 0 when every bit stayed.
  package let rms: Double
  /// Mean of the absolute differences.
  package let mean: Double
  /// Largest absolute difference.
  package let largest: Double

  /// Between two sets of logits of the same images.
  init(from before: [Float], to after: [Float]) {
    var sum = 0.0, squares = 0.0, largest = 0.0
    for (a, b) in zip(before, after) {
      let difference = abs(Double(a) - Double(b))
      sum += difference
      squares += difference * difference
      largest = max(largest, difference)
    }
    let count = Double(max(1, before.count))
    rms = (squares / count).squareRoot()
    mean = sum / count
    self.largest = largest
  }
}
