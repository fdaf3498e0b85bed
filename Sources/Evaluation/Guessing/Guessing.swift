import Events
import Spelling

/// A clean accuracy that guessing reaches too: a sign that network and images do not belong together.
/// docs/algorithms.md §7.4.
package struct Guessing: Sendable, Hashable {
  /// The clean accuracy.
  package let clean: Proportion
  /// The accuracy of guessing: one in `classes`, or the share of the most frequent class if that is higher.
  package let share: Double
  /// Classes of the network.
  package let classes: Int
  /// The most frequent class, if always answering it is the better guess.
  package let frequent: Int?
  /// True when there are so few images that a good network could have this accuracy too.
  package let isUncertain: Bool

  /// How sure the exact binomial test has to be that an accuracy is above guessing.
  private static let level = 0.05
  /// Fewer images say nothing about how frequent a class is.
  private static let fewImages = 30

  /// Nil when `correct` of the images with these labels is above guessing at the 5 % level, or all of them.
  package init?(correct: Int, labels: [Int], classes: Int) {
    let n = labels.count, chance = 1 / Double(max(1, classes))
    guard n > 0, correct < n else { return nil }
    var counts: [Int: Int] = [:]
    for label in labels { counts[label, default: 0] += 1 }
    let most = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }
    let largest = Double(most?.value ?? 0) / Double(n)
    let usesLargest = n >= Self.fewImages && counts.count > 1 && largest > chance
    let share = usesLargest ? largest : chance
    guard binomialTail(correct, of: n, share) > Self.level else { return nil }
    clean = Proportion(correct: correct, n: n)
    (self.share, self.classes, frequent) = (share, classes, usesLargest ? most?.key : nil)
    let good = (1 + share) / 2
    isUncertain = n < Self.fewImages && 1 - binomialTail(correct + 1, of: n, good) > Self.level
  }
}

extension Guessing {
  /// What was measured: `clean accuracy 8.0 % (8 of 100) is no better than guessing (10.0 % with 10 classes)`.
  package var sentence: String {
    let reference =
      frequent.map { "always answering class \($0) gives \(percent(share))" }
      ?? "\(percent(share)) with \(classes) classes"
    return isUncertain
      ? "clean accuracy \(percent(clean.value)) on \(NumberText.count(clean.n, "image")) cannot be told from guessing "
        + "(\(reference))"
      : "clean accuracy \(percent(clean.value)) (\(clean.correct) of \(clean.n)) is no better than guessing "
        + "(\(reference))"
  }

  private func percent(_ value: Double) -> String { NumberText.percent(value) }
}

/// P(X ≥ count) of a binomial distribution: `count` or more of `n`, each with probability `share`.
func binomialTail(_ count: Int, of n: Int, _ share: Double) -> Double {
  guard count > 0 else { return 1 }
  guard count <= n else { return 0 }
  return BetaDistribution(Double(count), Double(n - count + 1)).cumulative(share)
}
