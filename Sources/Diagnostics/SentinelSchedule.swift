/// When the sentinel's tiers are due, and what they may cost. Pure: everything is counted in passes of one image (a
/// forward or a backward is one), never in seconds. ALGORITHMS §11.4.
///
/// The budget is a share of the passes that training makes. It accrues with training, half for each tier, so that the
/// frequent one cannot starve the seldom one. A probe starts when its interval is over **and** its account covers what it
/// is expected to cost: the interval stretches rather than the budget breaking. What a probe costs more than expected is
/// a debt that the next one waits for.
package struct SentinelSchedule: Sendable, Hashable, Codable {
  /// How often, and for how much: the knobs `sentinel.every`, `sentinel.deep_every`, `sentinel.budget`.
  package struct Limits: Sendable, Hashable, Codable {
    /// Steps between quick probes at least; 0: none, and no deep ones either.
    package var every: Int
    /// Steps between deep probes at least; 0: none.
    package var deepEvery: Int
    /// Passes of the sentinel as a share of those of training.
    package var budget: Double

    /// All limits.
    package init(every: Int = 25, deepEvery: Int = 200, budget: Double = 0.1) {
      self.every = every
      self.deepEvery = deepEvery
      self.budget = budget
    }
  }

  /// Passes of training so far.
  package private(set) var trained = 0
  /// Passes of the sentinel so far.
  package private(set) var spent = 0
  private var quick: Account
  private var deep = Account()

  /// One tier's purse.
  private struct Account: Sendable, Hashable, Codable {
    /// What has accrued and was not spent; below 0 a debt.
    var credit = 0.0
    /// What the next probe will probably cost.
    var expected = 0
    /// The step of the last probe.
    var last = 0
  }

  /// Nothing spent yet. `firstQuick` is what a quick probe costs at least: the clean pass and PGD.
  package init(firstQuick: Int) {
    quick = Account()
    quick.expected = firstQuick
  }

  /// Counts the passes of a training step.
  package mutating func train(passes: Int, limits: Limits) {
    trained += passes
    let share = limits.budget * Double(passes)
    quick.credit += limits.deepEvery > 0 ? share / 2 : share
    if limits.deepEvery > 0 { deep.credit += share / 2 }
  }

  /// Whether a quick probe is to be made after this step.
  package func isQuickDue(afterStep step: Int, _ limits: Limits) -> Bool {
    limits.every > 0 && step - quick.last >= limits.every && quick.credit >= Double(quick.expected)
  }

  /// Whether a deep probe is to follow the quick one made after this step; `expected` is what it will probably cost (see
  /// `expectedDeep`). `isWanted` waives the interval, never the budget.
  package func isDeepDue(afterStep step: Int, _ limits: Limits, expected: Int, isWanted: Bool = false) -> Bool {
    guard limits.every > 0, limits.deepEvery > 0 else { return false }
    return (isWanted || step - deep.last >= limits.deepEvery) && deep.credit >= Double(expected)
  }

  /// What a deep probe will probably cost: all of AutoAttack (`survivorPasses`) for the `left` images that the quick tier
  /// left, little for the `broken` ones that it took from PGD.
  package static func expectedDeep(left: Int, broken: Int, survivorPasses: Int) -> Int {
    left * survivorPasses + broken * survivorPasses / 40
  }

  /// Counts a quick probe that was made; the next one is expected to cost as much.
  package mutating func noteQuick(step: Int, passes: Int) {
    quick.last = step
    quick.expected = passes
    quick.credit -= Double(passes)
    spent += passes
  }

  /// Counts a deep probe that was made.
  package mutating func noteDeep(step: Int, passes: Int) {
    deep.last = step
    deep.credit -= Double(passes)
    spent += passes
  }

  /// Counts the measuring of causes at an alarm: nobody waits for it. The deep account pays, because the quick looks that
  /// show whether a cure works are to go on.
  package mutating func noteCauses(passes: Int) {
    deep.credit -= Double(passes)
    spent += passes
  }
}
