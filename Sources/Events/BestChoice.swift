import Recipe

/// Which weights of a run are the best by validation, by which rule, and what was known of their gap.
package struct BestChoice: Sendable, Hashable, Codable {
  /// The step after which they were measured.
  package var step: Int
  /// The value of `validation.best`.
  package var rule: BestRule
  /// What the gap meant at that step; nil when it was not measured before.
  package var gapState: GapState?
  /// The reading that said so: of that step, or the last one before it.
  package var reading: GapReading?

  package init(step: Int, rule: BestRule, gapState: GapState?, reading: GapReading?) {
    self.step = step
    self.rule = rule
    self.gapState = gapState
    self.reading = reading
  }

  /// True when the weights were falsely robust as far as was known: they are the best by name only.
  package var isUnderAlarm: Bool { gapState?.isAlarm ?? false }
}

extension GapState {
  /// True while robustness is known to be false, whether somebody has acknowledged it or not.
  package var isAlarm: Bool { [.alarm, .confirmed, .acknowledged].contains(self) }
}
