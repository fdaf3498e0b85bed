/// Why an evaluation cannot be made, in one line: what, where, remedy.
public struct EvaluationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The line.
  public let description: String
  /// An error with this line.
  public init(_ description: String) { self.description = description }
}
