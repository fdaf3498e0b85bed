/// Why a helper of the tests could not do its work.
package struct HelperError: Error, CustomStringConvertible {
  /// What happened, with what was on the screen.
  package let description: String
  /// With this text.
  package init(_ description: String) { self.description = description }
}
