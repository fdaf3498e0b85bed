/// What makes a network another function after a surgery, in one line.
package struct SurgeryWarning: Sendable, Hashable, CustomStringConvertible {
  /// What changed.
  package let text: String
  /// True when it is about running statistics only: a recalibration recomputes them, and the warning no longer applies.
  package let isCuredByRecalibration: Bool

  package init(_ text: String, isCuredByRecalibration: Bool = false) {
    self.text = text
    self.isCuredByRecalibration = isCuredByRecalibration
  }

  /// What changed, and what helps.
  package var description: String { isCuredByRecalibration ? "\(text); recalibrate" : text }
}
