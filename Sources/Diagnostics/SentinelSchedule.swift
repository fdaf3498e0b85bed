/// When the sentinel's tiers are due, and what they may cost. Pure: everything is counted in passes of one image (a
/// forward or a backward is one), never in seconds. docs/algorithms.md §11.4.
///
/// The budget is a fraction of the training passes. It accrues during training, three quarters for the quick tier and
/// one for the deep one, so that the frequent tier can't starve the rare one. A check starts when its interval is over
/// **and** its account covers what it is expected to cost (a quick one three fifths of that): the checks are spaced out
/// rather than exceeding the budget. If a check costs more than expected, the next one waits until the debt is paid.
package struct SentinelSchedule: Sendable, Hashable, Codable {
  /// How often, and for how much: the knobs `sentinel.every`, `sentinel.deep_every`, `sentinel.budget`.
  package struct Limits: Sendable, Hashable, Codable {
    /// Minimum steps between quick checks; 0 disables them and the deep ones.
    package var every: Int
    /// Minimum steps between deep checks; 0 disables them.
    package var deepEvery: Int
    /// Passes of the sentinel as a fraction of the training passes.
    package var budget: Double

    package init(every: Int = 25, deepEvery: Int = 200, budget: Double = 0.1) {
      self.every = every
      self.deepEvery = deepEvery
      self.budget = budget
    }
  }

  /// Training passes so far.
  package private(set) var trained = 0
  /// Passes of the sentinel so far.
  package private(set) var spent = 0
  /// Passes that went into causes so far, beyond the budget.
  package private(set) var causes = 0
  /// Quick checks so far.
  package private(set) var quickChecks = 0
  /// Deep checks so far.
  package private(set) var deepChecks = 0
  /// What the account must have of a quick check's expected cost: most checks need only half of the probe.
  static let cover = 0.6
  /// The part of the whole budget that is kept for the check after the last step.
  static let lastCheckShare = 0.25
  /// The deep tier's part of the budget.
  static let deepShare = 0.25
  /// What the last step earned.
  private var lastShare = 0.0
  private var quick: Account
  private var deep = Account()

  /// One tier's account.
  private struct Account: Sendable, Hashable, Codable {
    /// What has accrued and is not spent; a debt if negative.
    var credit = 0.0
    /// The expected cost of the next check.
    var expected = 0
    /// The step of the last check.
    var last = 0
  }

  /// Nothing spent yet. `firstQuick` is the minimum cost of a quick check: the clean pass and PGD.
  package init(firstQuick: Int) {
    quick = Account()
    quick.expected = firstQuick
  }

  /// Counts the passes of a training step.
  package mutating func train(passes: Int, limits: Limits) {
    trained += passes
    let share = limits.budget * Double(passes)
    lastShare = share
    let deepShare = limits.deepEvery > 0 ? share * Self.deepShare : 0
    quick.credit += share - deepShare
    deep.credit += deepShare
  }

  /// Whether a quick check is due after this step. One that would leave too little for the check after the last step,
  /// `stepsLeft` from here, waits for that one.
  package func isQuickDue(afterStep step: Int, _ limits: Limits, stepsLeft: Int? = nil) -> Bool {
    guard limits.every > 0, step - quick.last >= limits.every, quick.credit >= Self.cover * Double(quick.expected)
    else {
      return false
    }
    guard let stepsLeft else { return true }
    let coming = Double(stepsLeft) * lastShare, whole = limits.budget * Double(trained) + coming
    return credit - Double(quick.expected) + coming >= max(1.2 * Double(quick.expected), Self.lastCheckShare * whole)
  }

  /// Whether a quick check is due after the last step, where the deep tier's account may help out: the weights that are
  /// kept are those of the last reading.
  package func isLastDue(afterStep step: Int, _ limits: Limits) -> Bool {
    limits.every > 0 && step > quick.last && credit >= Self.cover * Double(quick.expected)
  }

  /// The fraction of `budget` that is spent so far.
  package func shareSpent(_ budget: Double) -> Double {
    trained == 0 || budget == 0 ? 0 : Double(spent) / (budget * Double(trained))
  }

  /// What both accounts have for the last check.
  private var credit: Double { quick.credit + max(0, deep.credit) }

  /// What a quick check may cost now: no less than the next one is expected to, so that a dear one is spaced out.
  package var quickAllowance: Int { max(quick.expected, Int(quick.credit)) }

  /// What the last check may cost.
  package var lastAllowance: Int { max(0, Int(credit)) }

  /// What a deep check may cost now.
  package var deepAllowance: Int { max(0, Int(deep.credit)) }

  /// Whether a deep check is due right after the quick one of this step; `expected` is its expected cost (see
  /// `expectedDeep`). `isWanted` waives the interval, never the budget.
  package func isDeepDue(afterStep step: Int, _ limits: Limits, expected: Int, isWanted: Bool = false) -> Bool {
    guard limits.every > 0, limits.deepEvery > 0 else { return false }
    return (isWanted || step - deep.last >= limits.deepEvery) && deep.credit >= Double(expected)
  }

  /// The expected cost of a deep check: all of AutoAttack (`survivorPasses`) for the `left` images that survive the
  /// quick tier, and little for the `broken` ones.
  package static func expectedDeep(left: Int, broken: Int, survivorPasses: Int) -> Int {
    left * survivorPasses + broken * survivorPasses / 40
  }

  /// Counts a quick check; the next one is expected to cost as much. The last one may cost more than its own account
  /// has.
  package mutating func noteQuick(step: Int, passes: Int, isLast: Bool = false) {
    quick.last = step
    quick.expected = passes
    quick.credit -= Double(passes)
    quickChecks += 1
    if isLast, quick.credit < 0, deep.credit > 0 {
      let help = min(-quick.credit, deep.credit)
      quick.credit += help
      deep.credit -= help
    }
    spent += passes
  }

  /// Counts a deep check.
  package mutating func noteDeep(step: Int, passes: Int) {
    deep.last = step
    deep.credit -= Double(passes)
    spent += passes
    deepChecks += 1
  }

  /// Counts the measurement of causes at an alarm. It is never delayed and paid from no account, so that the checks
  /// that show whether a cure works can continue: there are few alarms in a run.
  package mutating func noteCauses(passes: Int) { causes += passes }
}
