import Spelling

/// Why a run cannot be opened, resumed or changed. One line: what, where, what to do.
package struct RunError: Error, Sendable, CustomStringConvertible {
  /// The line.
  package let description: String

  package init(_ description: String) { self.description = oneLine(description) }
}
