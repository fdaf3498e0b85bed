/// What makes a network another function after a surgery, in one line.
public struct SurgeryWarning: Sendable, Hashable, CustomStringConvertible {
  /// What changed.
  public let text: String
  /// True when it is about running statistics alone: a recalibration takes them anew, and nothing is left to say.
  public let isCuredByRecalibration: Bool

  /// Both parts.
  public init(_ text: String, isCuredByRecalibration: Bool = false) {
    self.text = text
    self.isCuredByRecalibration = isCuredByRecalibration
  }

  /// What changed, and what helps.
  public var description: String { isCuredByRecalibration ? "\(text); recalibrate" : text }
}
