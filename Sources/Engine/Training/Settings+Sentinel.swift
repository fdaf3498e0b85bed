import Diagnostics
import Evaluation
import Events
import Recipe

/// What the settings mean to the sentinel.
extension Settings {
  /// How often it checks, and for how much.
  var sentinelLimits: SentinelSchedule.Limits {
    SentinelSchedule.Limits(
      every: self[.sentinelEvery], deepEvery: self[.sentinelDeepEvery], budget: self[.sentinelBudget])
  }

  /// What a quick check consists of.
  var lookParts: LookParts {
    LookParts(
      replays: self[.sentinelBank], usesMargin: self[.sentinelMargin], usesSmallSteps: self[.sentinelSmallSteps],
      squareQueries: self[.sentinelSquare])
  }

  /// Whether a reading of part of the probe is clear enough not to look at the rest: calm, or sure to be an alarm.
  func isClear(_ reading: GapReading) -> Bool {
    guard self[.sentinelSequential] else { return false }
    return reading.upper < self[.sentinelWatch]
      || SequentialTest(threshold: self[.sentinelAlarm]).isSure(reading.broken, of: reading.n)
  }

  /// From which gap on the sentinel watches and from which it raises the alarm. The interval's lower end may lie ten
  /// points below. docs/algorithms.md §11.4.
  package var gapThresholds: GapThresholds {
    let watch = self[.sentinelWatch], alarm = self[.sentinelAlarm]
    return GapThresholds(
      watch: watch, watchLower: max(0, watch - 0.1), alarm: alarm, alarmLower: max(0, alarm - 0.1),
      real: self[.sentinelReal])
  }

  /// What a quick check costs at least: the clean pass, the training attack, and a pass over its points.
  var leastCheckPasses: Int { self[.sentinelImages] * (trainingAttack.passes + 2) }
}
