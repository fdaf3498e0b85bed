/// A setting that cannot be: an unknown name, a value out of range, values that exclude each other. One line with the
/// remedy.
package struct SettingError: Error, CustomStringConvertible, Equatable {
  /// What is wrong and what would be right, in one line.
  package let description: String

  package init(_ description: String) { self.description = oneLine(description) }
}
