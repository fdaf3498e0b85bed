/// Why an evaluation can't run, in one line: what, where, remedy.
package struct EvaluationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The line.
  package let description: String
  /// An error with this line.
  package init(_ description: String) { self.description = description }
}
