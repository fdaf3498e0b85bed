import Evaluation
import Events

/// The alarm: readings in, states out. Pure; no clock, no network. docs/algorithms.md §11.4.
///
///     calm ⇄ watch → alarm → confirmed          an alarm: see `isAlarm`
///                      └────────┴─→ acknowledged    by a person
///     any state → calm: two consecutive checks below the watch threshold, and no tier's last reading above it
///
/// An alarm is latched: smaller gaps above the watch threshold do not change it. An acknowledged alarm re-arms once the
/// gap has closed. A late reading, of weights before those that were measured last, can raise an alarm and end none.
package struct GapAlarm: Sendable, Hashable, Codable {
  /// What the gap currently means.
  package private(set) var state = GapState.calm
  /// The step whose reading raised the current alarm; nil if there is none.
  package private(set) var raisedAt: Int?
  /// How many alarms were raised so far.
  package private(set) var alarms = 0
  /// An alarm was raised and has not been acknowledged since, whether calm or not.
  package private(set) var isUnacknowledged = false
  /// The thresholds; a change applies from the next reading on.
  package var thresholds: GapThresholds

  /// The last reading of each tier that measures regularly.
  private var last: [GapTier: GapReading] = [:]
  /// The last quick reading, for a deep one at the same weights.
  private var lastQuick: GapReading?
  /// Consecutive quick readings that speak for an alarm.
  private var quickAlarms = 0
  /// Consecutive quick readings to be watched that leave too little of PGD's accuracy.
  private var falseReadings = 0
  /// Readings of the deep tier so far: the more there are, the surer each must be.
  private var deepReadings = 0
  /// Consecutive checks whose readings all speak for calm.
  private var calmProbes = 0
  /// The step of the last check; both tiers at one step count as one.
  private var lastStep: Int?

  /// Calm.
  package init(thresholds: GapThresholds = GapThresholds()) { self.thresholds = thresholds }

  /// The last reading of a tier.
  package func lastReading(_ tier: GapTier) -> GapReading? { last[tier] }

  /// True while quick readings speak for calm and only a deep reading of earlier weights keeps the state: another deep
  /// check is worth its cost.
  package var wantsDeep: Bool {
    state != .calm && calmProbes >= 2 && last[.deep].map(thresholds.isWatch) ?? false
  }

  // MARK: what happens to it

  /// Takes a reading of the quick or deep tier; returns what to report, if anything. `isLate`: weights of a later step
  /// were measured before. `isLast`: none of a later step will be.
  package mutating func take(_ reading: GapReading, isLate: Bool = false, isLast: Bool = false) -> GapChange? {
    guard reading.tier != .full else { return confirm(with: reading) }
    let before = state, disagreement = disagreement(with: reading)
    count(reading, isLate: isLate)

    let isAlarm = isAlarm(reading, isLast: isLast)
    switch state {
    case .calm, .watch:
      if isAlarm {
        raise(at: reading.step)
      } else if state == .calm, thresholds.isWatch(reading) {
        state = .watch
      } else if state == .watch, isOver, !isLate {
        state = .calm
      }
    case .alarm, .confirmed, .acknowledged:
      if isOver, !isLate { rest() }
    }
    guard state != before || disagreement != nil else { return nil }
    return GapChange(step: reading.step, from: before, state: state, reading: reading, disagreement: disagreement)
  }

  /// Takes what a full AutoAttack measured. It confirms or raises an alarm; if it finds no gap, the alarm was false and
  /// ends.
  package mutating func confirm(with reading: GapReading) -> GapChange? {
    let before = state
    if thresholds.isAlarm(reading) {
      if state == .calm || state == .watch { raise(at: reading.step) }
      if state == .alarm { state = .confirmed }
    } else if !thresholds.isWatch(reading), state == .alarm || state == .confirmed {
      rest()
    }
    // For an acknowledged alarm the result is reported even though the state stays: a person asked for it.
    return state == before && state != .acknowledged
      ? nil : GapChange(step: reading.step, from: before, state: state, reading: reading)
  }

  /// A person has seen the alarm; returns nil if there is none to acknowledge.
  package mutating func acknowledge(step: Int) -> GapChange? {
    isUnacknowledged = false
    guard state == .alarm || state == .confirmed else { return nil }
    defer { state = .acknowledged }
    return GapChange(step: step, from: state, state: .acknowledged)
  }

  // MARK: rules

  /// Whether a reading raises the alarm, after it was counted: one that is sure by itself that the gap is above the
  /// alarm's threshold; the third consecutive quick one above it; the second consecutive one to be watched that leaves
  /// too little of PGD's accuracy; or one above the alarm's threshold that is sure to be above the watch threshold, where
  /// no other follows or AutoAttack was used.
  private func isAlarm(_ reading: GapReading, isLast: Bool) -> Bool {
    if reading.tier == .quick, falseReadings >= 2 { return true }
    guard thresholds.isAlarm(reading) else { return false }
    if SequentialTest(threshold: thresholds.alarm).isSure(reading.broken, of: reading.n) { return true }
    if reading.tier == .quick, quickAlarms >= Self.patience { return true }
    guard reading.tier == .deep || isLast else { return false }
    let level = reading.tier == .deep ? SequentialTest.level(ofLook: max(1, deepReadings)) : SequentialTest.usualLevel
    return SequentialTest(threshold: thresholds.watch, level: level).isSure(reading.broken, of: reading.n)
  }

  /// Consecutive quick readings above the alarm's threshold that raise it: the transients of a network that begins to
  /// learn are shorter.
  static let patience = 3

  /// Keeps what later decisions need. Of a late reading that is only what speaks against the network.
  private mutating func count(_ reading: GapReading, isLate: Bool) {
    if reading.tier == .quick { lastQuick = reading } else { deepReadings += 1 }
    if !thresholds.isCalm(reading) { calmProbes = 0 }
    let isAlarm = reading.tier == .quick && thresholds.isAlarm(reading)
    let isFalse = reading.tier == .quick && thresholds.isFalse(reading)
    if isAlarm { quickAlarms += 1 }
    if isFalse { falseReadings += 1 }
    guard !isLate else { return }
    last[reading.tier] = reading
    if thresholds.isCalm(reading), lastStep != reading.step { calmProbes += 1 }
    lastStep = reading.step
    if reading.tier == .quick, !isAlarm { quickAlarms = 0 }
    if reading.tier == .quick, !isFalse { falseReadings = 0 }
  }

  private mutating func raise(at step: Int) {
    state = .alarm
    raisedAt = step
    alarms += 1
    isUnacknowledged = true
  }

  private mutating func rest() {
    state = .calm
    raisedAt = nil
    (quickAlarms, falseReadings) = (0, 0)
  }

  /// Two consecutive checks below the watch threshold, and no tier's last reading still to be watched: the quick tier
  /// can't end what only the deep tier sees.
  private var isOver: Bool { calmProbes >= 2 && !last.values.contains(where: thresholds.isWatch) }

  /// The disagreement of a deep reading with the quick one before it at the same weights, if the intervals do not
  /// overlap. A quick reading begins new weights, even where a step comes again.
  private func disagreement(with reading: GapReading) -> TierDisagreement? {
    guard reading.tier == .deep, let other = lastQuick, other.step == reading.step else { return nil }
    guard reading.lower > other.upper || other.lower > reading.upper else { return nil }
    return reading.gap > other.gap
      ? TierDisagreement(kinder: other, harsher: reading) : TierDisagreement(kinder: reading, harsher: other)
  }
}
