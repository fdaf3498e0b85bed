import Events
import Recipe

/// Which weights of a run are the best by validation. docs/algorithms.md §13, §15.
struct BestWeights: Sendable, Hashable, Codable {
  /// What was known of the gap when weights were measured.
  struct KnownGap: Sendable, Hashable, Codable {
    var state: GapState?
    /// The last reading; of several at one step, the one with the largest gap.
    var reading: GapReading?

    /// True when robustness was known to be false.
    var isAlarm: Bool { state?.isAlarm ?? false }
  }

  /// Weights that were validated, and whose checks are still to come.
  private struct Candidate: Sendable, Hashable, Codable {
    let step: Int
    let clean: Proportion, adversarial: Proportion
    let settings: Settings
  }

  /// True when the next measurement becomes the best, whatever came before it.
  private(set) var isReset = true
  private let rule: BestRule
  private var step: Int?
  private var settings = Settings()
  private var clean = Proportion(correct: 0, n: 0)
  private var adversarial = Proportion(correct: 0, n: 0)
  // Nil in checkpoints of earlier versions.
  private var bestGap: KnownGap?
  private var gap: KnownGap?
  private var candidate: Candidate?

  /// None so far.
  init(_ rule: BestRule) { self.rule = rule }

  /// The step after which the best weights were measured, and the settings they were trained with.
  var measured: (step: Int, settings: Settings)? { step.map { ($0, settings) } }

  /// What a person wants to know of the choice; nil while there is none.
  var choice: BestChoice? {
    step.map { BestChoice(step: $0, rule: rule, gapState: bestGap?.state, reading: bestGap?.reading) }
  }

  /// Takes in a measurement of weights that were trained with `settings`; true when it is the best so far. Where the
  /// rule asks for more than validation measures, `decide` says so once the checks of the step are done.
  mutating func improves(with probe: Probe, atStep probed: Int, _ settings: Settings) -> Bool {
    candidate = Candidate(step: probed, clean: probe.clean, adversarial: probe.adversarial, settings: settings)
    return rule == .strongest ? false : decide() != nil
  }

  /// The step of the weights that were validated last, if they are the best so far; nil too when that is decided.
  mutating func decide() -> Int? {
    guard let next = candidate else { return nil }
    candidate = nil
    guard isReset || isBetter(next) else { return nil }
    isReset = false
    (step, clean, adversarial, settings) = (next.step, next.clean, next.adversarial, next.settings)
    bestGap = gap
    return next.step
  }

  /// Takes in what was told about the gap.
  mutating func take(_ event: Event) {
    switch event {
    case .probe(let probe):
      guard let state = probe.gapState else { return }
      for reading in [probe.quick, probe.deep].compactMap(\.self) { learn(state, reading) }
    case .alarm(let change): learn(change.state, change.reading)
    default: break
    }
  }

  private mutating func learn(_ state: GapState, _ reading: GapReading?) {
    gap = KnownGap(state: state, reading: louder(reading, than: gap?.reading))
    // A check follows the validation of the same step.
    if let reading, reading.step == step {
      bestGap = KnownGap(state: state, reading: louder(reading, than: bestGap?.reading))
    }
  }

  private func louder(_ reading: GapReading?, than known: GapReading?) -> GapReading? {
    guard let reading, let known else { return reading ?? known }
    return (reading.step, reading.gap) > (known.step, known.gap) ? reading : known
  }

  /// The measurements to come cannot be compared with those so far. The step of the best weights, if that is news; they
  /// stay the best until the next measurement.
  mutating func reset() -> Int? {
    guard let step, !isReset else { return nil }
    isReset = true
    return step
  }

  private func isBetter(_ next: Candidate) -> Bool {
    switch rule {
    case .sum:
      // Integers, since 0.1 + 0.7 and 0.3 + 0.5 differ as floating-point sums and are equal here.
      let (new, newScale) = Self.sum(next.clean, next.adversarial)
      let (old, oldScale) = Self.sum(clean, adversarial)
      return new * oldScale > old * newScale
    case .adversarial:
      let new = next.adversarial, old = adversarial
      return new.correct * max(old.n, 1) >= old.correct * max(new.n, 1)
    case .strongest:
      let isFalse = gap?.isAlarm ?? false, wasFalse = bestGap?.isAlarm ?? false
      guard isFalse == wasFalse else { return wasFalse }
      let new = Self.score(next.clean, next.adversarial, gap), old = Self.score(clean, adversarial, bestGap)
      // Sums of fractions that are equal may differ in the last bits.
      return new > old + 1e-9
    }
  }

  /// Clean accuracy and what is left of that under the training attack when the last known gap is taken off.
  private static func score(_ clean: Proportion, _ adversarial: Proportion, _ gap: KnownGap?) -> Double {
    clean.value + max(0, adversarial.value - (gap?.reading?.gap ?? 0))
  }

  /// `first + second` as numerator and denominator; an empty measurement counts as 0.
  private static func sum(_ first: Proportion, _ second: Proportion) -> (Int, Int) {
    let a = max(first.n, 1), b = max(second.n, 1)
    return (first.correct * b + second.correct * a, a * b)
  }
}
