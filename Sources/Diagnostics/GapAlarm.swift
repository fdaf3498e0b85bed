import Events

/// When a gap is watched, when it is an alarm. ALGORITHMS §11.4; chosen on `mirage`, see DEMO §5.
package struct GapThresholds: Sendable, Hashable, Codable {
  /// A larger gap is watched; below it, it is calm.
  package var watch: Double
  /// What is watched must also have its interval's lower end above this.
  package var watchLower: Double
  /// A larger gap is an alarm.
  package var alarm: Double
  /// An alarm must also have its interval's lower end above this.
  package var alarmLower: Double

  /// All thresholds.
  package init(watch: Double = 0.15, watchLower: Double = 0.05, alarm: Double = 0.25, alarmLower: Double = 0.15) {
    self.watch = watch
    self.watchLower = watchLower
    self.alarm = alarm
    self.alarmLower = alarmLower
  }

  /// Whether a reading is one to watch.
  package func isWatch(_ reading: GapReading) -> Bool { reading.gap > watch && reading.lower > watchLower }
  /// Whether a reading speaks for an alarm.
  package func isAlarm(_ reading: GapReading) -> Bool { reading.gap > alarm && reading.lower > alarmLower }
  /// Whether a reading speaks for calm.
  package func isCalm(_ reading: GapReading) -> Bool { reading.gap < watch }
}

/// The alarm: readings in, states out. Pure; no clock, no network. ALGORITHMS §11.4.
///
///     calm ⇄ watch → alarm → confirmed          an alarm: two quick readings running, or one deep
///                      └────────┴─→ acknowledged    by a person
///     all but calm → calm: two probes running below the watch threshold, and no tier's last reading still to be watched
///
/// An alarm is latched: smaller gaps above the watch threshold leave it as it is. An acknowledged alarm does not sound
/// again before it has been calm.
package struct GapAlarm: Sendable, Hashable, Codable {
  /// What the gap means now.
  package private(set) var state = GapState.calm
  /// The step whose reading raised the present alarm; nil without one.
  package private(set) var raisedAt: Int?
  /// How many alarms were raised so far.
  package private(set) var alarms = 0
  /// An alarm was raised and nobody has acknowledged it since, calm or not.
  package private(set) var isUnacknowledged = false
  /// The thresholds; a change counts from the next reading.
  package var thresholds: GapThresholds

  /// The last reading of each tier that measures regularly.
  private var last: [GapTier: GapReading] = [:]
  /// Quick readings running that speak for an alarm.
  private var quickAlarms = 0
  /// Probes running whose readings all speak for calm.
  private var calmProbes = 0
  /// The step of the last probe; both tiers at one step are one probe.
  private var lastStep: Int?

  /// Calm.
  package init(thresholds: GapThresholds = GapThresholds()) { self.thresholds = thresholds }

  /// The last reading of a tier.
  package func lastReading(_ tier: GapTier) -> GapReading? { last[tier] }

  /// True while quick readings speak for calm, and only a deep reading of earlier weights holds the state: another deep
  /// one is worth its price now.
  package var wantsDeep: Bool {
    state != .calm && calmProbes >= 2 && last[.deep].map(thresholds.isWatch) ?? false
  }

  // MARK: what happens to it

  /// Takes a reading of the quick or deep tier; returns what is to be told, if anything.
  package mutating func take(_ reading: GapReading) -> GapChange? {
    guard reading.tier != .full else { return confirm(with: reading) }
    let before = state, disagreement = disagreement(with: reading)
    last[reading.tier] = reading
    let isNewProbe = lastStep != reading.step
    lastStep = reading.step
    if !thresholds.isCalm(reading) { calmProbes = 0 } else if isNewProbe { calmProbes += 1 }
    if reading.tier == .quick { quickAlarms = thresholds.isAlarm(reading) ? quickAlarms + 1 : 0 }

    let isAlarm = reading.tier == .deep ? thresholds.isAlarm(reading) : quickAlarms >= 2
    switch state {
    case .calm, .watch:
      if isAlarm {
        raise(at: reading.step)
      } else if state == .calm, thresholds.isWatch(reading) {
        state = .watch
      } else if state == .watch, isOver {
        state = .calm
      }
    case .alarm, .confirmed, .acknowledged:
      if isOver { rest() }
    }
    guard state != before || disagreement != nil else { return nil }
    return GapChange(step: reading.step, from: before, state: state, reading: reading, disagreement: disagreement)
  }

  /// Takes what a full AutoAttack measured. It confirms an alarm, or raises one; where it finds no gap the alarm was a
  /// false one, and ends.
  package mutating func confirm(with reading: GapReading) -> GapChange? {
    let before = state
    if thresholds.isAlarm(reading) {
      if state == .calm || state == .watch { raise(at: reading.step) }
      if state == .alarm { state = .confirmed }
    } else if !thresholds.isWatch(reading), state == .alarm || state == .confirmed {
      rest()
    }
    // What a person asked for about an alarm already seen is told, though the state stays.
    return state == before && state != .acknowledged
      ? nil : GapChange(step: reading.step, from: before, state: state, reading: reading)
  }

  /// A person has seen the alarm; nil when there is none to acknowledge.
  package mutating func acknowledge(step: Int) -> GapChange? {
    isUnacknowledged = false
    guard state == .alarm || state == .confirmed else { return nil }
    defer { state = .acknowledged }
    return GapChange(step: step, from: state, state: .acknowledged)
  }

  // MARK: rules

  private mutating func raise(at step: Int) {
    state = .alarm
    raisedAt = step
    alarms += 1
    isUnacknowledged = true
  }

  private mutating func rest() {
    state = .calm
    raisedAt = nil
    quickAlarms = 0
  }

  /// Two probes running below the watch threshold, and none of the tiers' last ones still to be watched: what only the
  /// deep tier sees is not ended by the quick one.
  private var isOver: Bool { calmProbes >= 2 && !last.values.contains(where: thresholds.isWatch) }

  /// The other tier's reading at the same weights, where the intervals do not meet.
  private func disagreement(with reading: GapReading) -> TierDisagreement? {
    guard let other = last[reading.tier == .quick ? .deep : .quick], other.step == reading.step else { return nil }
    guard reading.lower > other.upper || other.lower > reading.upper else { return nil }
    return reading.gap > other.gap
      ? TierDisagreement(kinder: other, harsher: reading) : TierDisagreement(kinder: reading, harsher: other)
  }
}
