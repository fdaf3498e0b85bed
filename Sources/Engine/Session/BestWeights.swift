import Events
import Recipe

/// Which weights of a run are the best by validation. docs/algorithms.md §13, §15.
struct BestWeights: Sendable, Hashable, Codable {
  /// True when the next measurement becomes the best, whatever came before it.
  private(set) var isReset = true
  private let rule: BestRule
  private var step: Int?
  private var settings = Settings()
  private var clean = Proportion(correct: 0, n: 0)
  private var adversarial = Proportion(correct: 0, n: 0)

  /// None so far.
  init(_ rule: BestRule) { self.rule = rule }

  /// The step after which the best weights were measured, and the settings they were trained with.
  var measured: (step: Int, settings: Settings)? { step.map { ($0, settings) } }

  /// Takes in a measurement of weights that were trained with `settings`; true when it is the best so far.
  mutating func improves(with probe: Probe, atStep probed: Int, _ settings: Settings) -> Bool {
    guard isReset || isBetter(probe) else { return false }
    isReset = false
    (step, clean, adversarial, self.settings) = (probed, probe.clean, probe.adversarial, settings)
    return true
  }

  /// The measurements to come cannot be compared with those so far. The step of the best weights, if that is news; they
  /// stay the best until the next measurement.
  mutating func reset() -> Int? {
    guard let step, !isReset else { return nil }
    isReset = true
    return step
  }

  /// Compares integers, since 0.1 + 0.7 and 0.3 + 0.5 differ as floating-point sums and are equal here.
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
