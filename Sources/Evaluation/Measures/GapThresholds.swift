import Events

/// When a gap is to be watched and when it is an alarm: the one set of thresholds, for the sentinel and for full
/// evaluations. docs/algorithms.md §11.4; chosen on `mirage`, docs/demo.md §5.
package struct GapThresholds: Sendable, Hashable, Codable {
  /// A larger gap is watched; a smaller one is calm.
  package var watch: Double
  /// A watched gap must also have the lower end of its interval above this.
  package var watchLower: Double
  /// A larger gap is an alarm.
  package var alarm: Double
  /// An alarm must also have the lower end of its interval above this.
  package var alarmLower: Double

  /// The robustness is false, too, where a gap is to be watched and less than this fraction of PGD's accuracy is real.
  package var real: Double

  package init(
    watch: Double = 0.15, watchLower: Double = 0.05, alarm: Double = 0.25, alarmLower: Double = 0.15,
    real: Double = 0.33
  ) {
    self.watch = watch
    self.watchLower = watchLower
    self.alarm = alarm
    self.alarmLower = alarmLower
    self.real = real
  }

  /// Whether a reading is one to watch.
  package func isWatch(_ reading: GapReading) -> Bool { reading.gap > watch && reading.lower > watchLower }
  /// Whether a reading speaks for an alarm.
  package func isAlarm(_ reading: GapReading) -> Bool { reading.gap > alarm && reading.lower > alarmLower }
  /// Whether it is to be watched and leaves too little of PGD's accuracy.
  package func isFalse(_ reading: GapReading) -> Bool { isWatch(reading) && reading.real < real }
  /// Whether a reading speaks for calm.
  package func isCalm(_ reading: GapReading) -> Bool { reading.gap < watch }
}
