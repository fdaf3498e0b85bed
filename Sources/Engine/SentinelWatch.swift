import Diagnostics
import Events
import Recipe

/// What the sentinel is to look at next, and what the gap means so far: its part of `SessionMachine`. Pure.
///
/// A quick look follows a step when it is due; a deep one may follow it at the same weights. An alarm is followed by a
/// look for its causes, and by a checkpoint that is kept.
struct SentinelWatch: Sendable {
  /// What the sentinel measures.
  enum Look: Sendable, Hashable { case quick, deep, causes }

  /// The alarm.
  private(set) var alarm = GapAlarm()
  /// An alarm was raised, and its weights are not kept yet.
  private(set) var mustKeepWeights = false
  private var schedule: SentinelSchedule?
  private var looks: [Look] = []
  private var lookedStep: Int?
  private var lastProbe: Probe?

  // MARK: what is next

  /// Counts the passes of a step.
  mutating func train(_ settings: Settings, images: Int) {
    var schedule = schedule ?? SentinelSchedule(firstQuick: settings.leastLookPasses)
    schedule.train(passes: settings.passesOfStep(images: images), limits: settings.sentinelLimits)
    self.schedule = schedule
  }

  /// Takes the next look off the list. A quick one is put there when it is due after this step.
  mutating func next(afterStep step: Int, _ settings: Settings) -> Look? {
    if looks.isEmpty, lookedStep != step, schedule?.isQuickDue(afterStep: step, settings.sentinelLimits) ?? false {
      looks = [.quick]
    }
    lookedStep = step
    return looks.isEmpty ? nil : looks.removeFirst()
  }

  /// A look that was given up will be had another time; nothing at these weights can follow.
  mutating func forgetLooks() { looks = [] }

  /// The weights of the alarm are kept.
  mutating func keptWeights() { mustKeepWeights = false }

  // MARK: what was seen

  /// Takes a quick look; returns what is to be told.
  mutating func take(_ look: SentinelLook, _ settings: Settings) -> [Event] {
    alarm.thresholds = settings.gapThresholds
    schedule?.noteQuick(step: look.probe.step, passes: look.passes)
    let change = look.probe.quick.flatMap { alarm.take($0) }
    lastProbe = look.probe
    let isDeepDue =
      schedule?.isDeepDue(
        afterStep: look.probe.step, settings.sentinelLimits, expected: look.expectedDeep, isWanted: alarm.wantsDeep)
      ?? false
    if isDeepDue { looks.append(.deep) }
    let pictures = [look.layers.map(Event.layers), look.scatter.map(Event.scatter)].compactMap(\.self)
    return [.probe(told(look.probe))] + pictures + forecast(look) + tell(change)
  }

  /// Takes a deep look at the weights of the last quick one.
  mutating func take(_ look: DeepLook, _ settings: Settings) -> [Event] {
    alarm.thresholds = settings.gapThresholds
    schedule?.noteDeep(step: look.reading.step, passes: look.passes)
    let change = alarm.take(look.reading)
    guard var probe = lastProbe else { return tell(change) }
    probe.deep = look.reading
    probe.quick = nil
    probe.passes = look.passes
    probe.seconds = look.seconds
    return [.probe(told(probe))] + tell(change)
  }

  /// Takes what was found about the reasons of an alarm.
  mutating func take(_ found: CausesFound) -> [Event] {
    schedule?.noteCauses(passes: found.passes)
    return [
      .alarm(GapChange(step: found.step, from: alarm.state, state: alarm.state, causes: found.causes))
    ]
  }

  /// Takes what a full AutoAttack on a frozen copy found.
  mutating func confirm(with reading: GapReading) -> [Event] { tell(alarm.confirm(with: reading), isFrozen: true) }

  /// A person has seen the alarm; nothing when there is none.
  mutating func acknowledge(step: Int) -> [Event] { alarm.acknowledge(step: step).map { [.alarm($0)] } ?? [] }

  /// What confirming would take, while there is something to confirm; seconds from those of the look itself.
  private func forecast(_ look: SentinelLook) -> [Event] {
    guard alarm.state != .calm, look.passes > 0, look.expectedFull > 0 else { return [] }
    let seconds = look.probe.seconds / Double(look.passes) * Double(look.expectedFull)
    return [
      .attackProgress(
        AttackProgressNote(
          step: look.probe.step, scope: .full, phase: .forecast, n: look.probe.clean.n, secondsLeft: seconds))
    ]
  }

  private func told(_ probe: Probe) -> Probe {
    var probe = probe
    probe.gapState = alarm.state
    return probe
  }

  /// A change of state as an event; a new alarm is followed up. That of a frozen copy belongs to weights that are gone.
  private mutating func tell(_ change: GapChange?, isFrozen: Bool = false) -> [Event] {
    guard let change else { return [] }
    if change.state == .alarm, change.from != .alarm, !isFrozen {
      looks.append(.causes)
      mustKeepWeights = true
    }
    return [.alarm(change)]
  }
}

/// What a quick look showed.
package struct SentinelLook: Sendable, Hashable {
  /// Accuracies and the gap; its state is for the machine to say.
  package var probe: Probe
  /// What a deep look at these weights will probably cost.
  package var expectedDeep: Int
  /// What a full AutoAttack on the whole probe will probably cost.
  package var expectedFull: Int
  /// Forward and backward passes of one image, pictures included.
  package var passes: Int
  /// Distances between the domains, layer by layer.
  package var layers: LayerReport?
  /// Where the domains lie.
  package var scatter: ScatterReport?

  package init(
    probe: Probe, expectedDeep: Int, expectedFull: Int = 0, passes: Int, layers: LayerReport? = nil,
    scatter: ScatterReport? = nil
  ) {
    self.probe = probe
    self.expectedDeep = expectedDeep
    self.expectedFull = expectedFull
    self.passes = passes
    self.layers = layers
    self.scatter = scatter
  }
}

/// What AutoAttack on part of the probe showed.
package struct DeepLook: Sendable, Hashable {
  /// The gap.
  package var reading: GapReading
  /// Forward and backward passes of one image.
  package var passes: Int
  /// Wall-clock seconds; only shown.
  package var seconds: Double

  package init(reading: GapReading, passes: Int, seconds: Double) {
    self.reading = reading
    self.passes = passes
    self.seconds = seconds
  }
}

/// What was measured about the reasons of an alarm.
package struct CausesFound: Sendable, Hashable {
  /// Steps done so far.
  package var step: Int
  /// The causes that the rules name.
  package var causes: [GapCause]
  /// Forward and backward passes of one image.
  package var passes: Int

  package init(step: Int, causes: [GapCause], passes: Int) {
    self.step = step
    self.causes = causes
    self.passes = passes
  }
}
