import Events
import Recipe

/// Which weights of a run are the best, by what validation says of them. ALGORITHMS §13, §15.
struct BestWeights: Sendable, Hashable {
  /// The step after which the best weights were measured.
  private(set) var step: Int?
  /// True when the next measurement is the best whatever came before it.
  private(set) var startsAnew = true
  private let rule: BestRule
  private var clean = Proportion(correct: 0, n: 0)
  private var adversarial = Proportion(correct: 0, n: 0)

  /// None so far.
  init(_ rule: BestRule) { self.rule = rule }

  /// Takes note of a measurement; true when it is the best so far.
  mutating func improves(with probe: Probe, atStep probed: Int) -> Bool {
    guard startsAnew || isBetter(probe) else { return false }
    startsAnew = false
    (step, clean, adversarial) = (probed, probe.clean, probe.adversarial)
    return true
  }

  /// The measurements to come cannot be compared with those there were. The best so far stays until the next one.
  mutating func startAnew() { startsAnew = true }

  /// Compares whole numbers, since 0.1 + 0.7 and 0.3 + 0.5 differ as floating-point sums and are equal here.
  private func isBetter(_ probe: Probe) -> Bool {
    switch rule {
    case .sum:
      let (new, newScale) = Self.sum(probe.clean, probe.adversarial)
      let (old, oldScale) = Self.sum(clean, adversarial)
      return new * oldScale > old * newScale
    case .adversarial:
      let new = probe.adversarial, old = adversarial
      return new.correct * max(old.n, 1) >= old.correct * max(new.n, 1)
    }
  }

  /// `first + second` as numerator and denominator; an empty measurement counts as 0.
  private static func sum(_ first: Proportion, _ second: Proportion) -> (Int, Int) {
    let a = max(first.n, 1), b = max(second.n, 1)
    return (first.correct * b + second.correct * a, a * b)
  }
}
