import Diagnostics
import Evaluation
import Events
import Recipe

/// What the sentinel checks next, and what the gap means so far. Pure.
///
/// A quick check follows a step when it is due; a deep one may follow it at the same weights. An alarm is followed by a
/// search for its causes, and by a checkpoint that is kept.
struct SentinelWatch: Sendable, Hashable, Codable {
  /// What the sentinel measures.
  enum Check: String, Sendable, Hashable, Codable { case quick, deep, causes }

  /// The alarm.
  private(set) var alarm = GapAlarm()
  /// An alarm was raised, and its weights are not kept yet.
  private(set) var mustKeepWeights = false
  private var schedule: SentinelSchedule?
  private var planned: [Check] = []
  private var askedStep: Int?
  private var lastProbe: Probe?
  /// The budget at the last check.
  private var budget = 0.0

  // MARK: what is next

  /// Counts the passes of a step.
  mutating func train(_ settings: Settings, images: Int) {
    var schedule = schedule ?? SentinelSchedule(firstQuick: settings.leastCheckPasses)
    schedule.train(passes: settings.passesOfStep(images: images), limits: settings.sentinelLimits)
    self.schedule = schedule
  }

  /// Takes the next check off the list. A quick one is put there when it is due after this step.
  mutating func next(afterStep step: Int, stepsLeft: Int, _ settings: Settings) -> Check? {
    if planned.isEmpty, askedStep != step, let schedule {
      let limits = settings.sentinelLimits
      let isDue =
        stepsLeft > 0
        ? schedule.isQuickDue(afterStep: step, limits, stepsLeft: stepsLeft)
        : schedule.isLastDue(afterStep: step, limits)
      if isDue {
        planned = [.quick]
      }
    }
    askedStep = step
    return planned.isEmpty ? nil : planned.removeFirst()
  }

  /// What limits a quick check now.
  func quickLimits(isLast: Bool) -> QuickLimits {
    QuickLimits(isLast: isLast, allowance: (isLast ? schedule?.lastAllowance : schedule?.quickAllowance) ?? 0)
  }

  /// What a deep check may cost now, and how sure it has to be.
  var deepLimits: DeepLimits {
    DeepLimits(
      allowance: schedule?.deepAllowance ?? 0, level: SequentialTest.level(ofLook: (schedule?.deepChecks ?? 0) + 1))
  }

  /// A check was aborted: it is made another time, and nothing at these weights can follow it.
  mutating func forgetChecks() { planned = [] }

  /// A check was aborted because the session leaves: it is the first thing to do when the session goes on.
  mutating func putBack(_ check: Check) { planned.insert(check, at: 0) }

  /// The weights of the alarm are kept.
  mutating func keptWeights() { mustKeepWeights = false }

  // MARK: what was measured

  /// Takes in a quick check; returns what to tell. `isLast`: none follows at a later step.
  mutating func take(_ check: QuickCheck, _ settings: Settings, isLast: Bool = false) -> [Event] {
    alarm.thresholds = settings.gapThresholds
    budget = settings[.sentinelBudget]
    schedule?.noteQuick(step: check.probe.step, passes: check.passes, isLast: isLast)
    let change = check.probe.quick.flatMap { alarm.take($0, isLast: isLast) }
    lastProbe = check.probe
    let isDeepDue =
      schedule?.isDeepDue(
        afterStep: check.probe.step, settings.sentinelLimits, expected: check.expectedDeep, isWanted: alarm.wantsDeep)
      ?? false
    if isDeepDue { planned.append(.deep) }
    let pictures = [check.layers.map(Event.layers), check.scatter.map(Event.scatter)].compactMap(\.self)
    return [.probe(told(check.probe))] + pictures + forecast(check) + tell(change)
  }

  /// Takes in a deep check at the weights of the last quick one.
  mutating func take(_ check: DeepCheck, _ settings: Settings) -> [Event] {
    alarm.thresholds = settings.gapThresholds
    budget = settings[.sentinelBudget]
    schedule?.noteDeep(step: check.reading.step, passes: check.passes)
    let change = alarm.take(check.reading)
    guard var probe = lastProbe else { return tell(change) }
    probe.deep = check.reading
    probe.quick = nil
    probe.passes = check.passes
    probe.seconds = check.seconds
    return [.probe(told(probe))] + tell(change)
  }

  /// Takes in what was found about the causes of an alarm.
  mutating func take(_ found: CausesFound) -> [Event] {
    schedule?.noteCauses(passes: found.passes)
    return [
      .alarm(GapChange(step: found.step, from: alarm.state, state: alarm.state, causes: found.causes))
    ]
  }

  /// Takes in what a full AutoAttack on a frozen copy found.
  mutating func confirm(with reading: GapReading) -> [Event] { tell(alarm.confirm(with: reading), isFrozen: true) }

  /// A person has seen the alarm; nothing when there is none.
  mutating func acknowledge(step: Int) -> [Event] { alarm.acknowledge(step: step).map { [.alarm($0)] } ?? [] }

  /// What a confirmation would take, while there is something to confirm; the seconds follow from those of the check.
  private func forecast(_ check: QuickCheck) -> [Event] {
    guard alarm.state != .calm, check.passes > 0, check.expectedFull > 0 else { return [] }
    let seconds = check.probe.seconds / Double(check.passes) * Double(check.expectedFull)
    return [
      .attackProgress(
        AttackProgressNote(
          step: check.probe.step, scope: .full, phase: .forecast, n: check.probe.clean.n, secondsLeft: seconds))
    ]
  }

  private func told(_ probe: Probe) -> Probe {
    var probe = probe
    probe.gapState = alarm.state
    probe.quick = probe.quick.map(withChance)
    probe.deep = probe.deep.map(withChance)
    probe.budgetSpent = schedule?.shareSpent(budget)
    return probe
  }

  private func withChance(_ reading: GapReading) -> GapReading {
    var reading = reading
    reading.chance = SequentialTest(threshold: alarm.thresholds.watch).chance(reading.broken, of: reading.n)
    return reading
  }

  /// A change of state as an event; a new alarm is followed up, except one of a frozen copy, whose weights are gone.
  private mutating func tell(_ change: GapChange?, isFrozen: Bool = false) -> [Event] {
    guard let change else { return [] }
    if change.state == .alarm, change.from != .alarm, !isFrozen {
      planned.append(.causes)
      mustKeepWeights = true
    }
    return [.alarm(change)]
  }
}
