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
  /// from it ends the measurement. The processes of a team, which all measure the same, share out the images, and each
  /// gets what one process finds on all of them. `progress` hears often how many images are done, as if this process's
  /// part were all.
  package func run(
    on network: Network, under attacks: [any Attack] = [], sharedBy team: RankTeam? = nil,
    progress: @escaping (_ images: Int) -> Void = { _ in }, poll: () throws -> Void = {}
  ) throws -> Accuracies {
    let own = team?.part(of: count) ?? 0..<count
    let watch = MeasurementWatch(attacks: attacks.count, scale: Double(count) / Double(max(1, own.count)), progress)
    let found = try RankTeam.together(team, poll) { try run(on: network, under: attacks, own, watch, $0) }
    guard let team else { return found }
    let correct = try team.collect([found.clean.correct] + found.attacked.map(\.correct))
    let numbers = 1 + attacks.count
    let sums = (0..<numbers).map { number in
      let parts = stride(from: number, to: correct.count, by: numbers)
      return Proportion(correct: parts.reduce(0) { $0 + correct[$1] }, n: count)
    }
    return Accuracies(clean: sums[0], attacked: Array(sums.dropFirst()), logits: try team.collect(found.logits))
  }

  /// The same of some of the images.
  private func run(
    on network: Network, under attacks: [any Attack], _ part: Range<Int>, _ watch: MeasurementWatch,
    _ poll: () throws -> Void
  ) throws -> Accuracies {
    let size = network.settings.input.planarCount, room = min(part.count, Self.chunk) * size
    let images = Storage(count: room), adversarial = Storage(count: attacks.isEmpty ? 0 : room)
    var logits: [Float] = [], clean = 0, attacked = [Int](repeating: 0, count: attacks.count)
    logits.reserveCapacity(part.count * network.classes)
    for first in stride(from: part.lowerBound, to: part.upperBound, by: Self.chunk) {
      try poll()
      let range = first..<min(part.upperBound, first + Self.chunk), labels = Array(labels[range])
      for (row, image) in range.enumerated() { try copyImage(image, images.pointer + row * size) }
      let here = network.evaluate(images.pointer, count: range.count)
      clean += correctPositions(here, labels: labels).count
      logits += here
      let batch = AttackBatch(
        images: images.pointer, examples: Array(indices[range]), target: .labels(labels), seed: seed,
        purpose: .evaluationStart, observer: watch)
      for (number, attack) in attacks.enumerated() {
        watch.begins(number, images: range.count, after: first - part.lowerBound)
        try attack.perturb(batch, on: network, into: adversarial.pointer, poll: poll)
        attacked[number] += network.correctPositions(at: adversarial.pointer, labels: labels).count
      }
    }
    return Accuracies(
      clean: Proportion(correct: clean, n: part.count),
      attacked: attacked.map { Proportion(correct: $0, n: part.count) }, logits: logits)
  }
}

/// Counts the images that are done, those under attack by the iterations that are over.
private final class MeasurementWatch: AttackObserver {
  private let attacks: Int
  private let scale: Double
  private let tell: (Int) -> Void
  /// The attack, from 0, the images that it gets, and those before them.
  private var number = 0, images = 0, before = 0

  init(attacks: Int, scale: Double, _ tell: @escaping (Int) -> Void) {
    (self.attacks, self.scale, self.tell) = (attacks, scale, tell)
  }

  func begins(_ number: Int, images: Int, after before: Int) {
    (self.number, self.images, self.before) = (number, images, before)
    note(0)
  }

  func begins(_ iteration: Int, of count: Int) { note(Double(iteration - 1) / Double(max(1, count))) }

  /// `share` of the attack is over.
  private func note(_ share: Double) {
    let done = (Double(number) + share) / Double(max(1, attacks)) * Double(images)
    tell(Int((scale * (Double(before) + done)).rounded(.down)))
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
