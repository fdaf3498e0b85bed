/// Why a helper of the tests could not do its work.
public struct HelperError: Error, CustomStringConvertible {
  /// What happened, with what was on the screen.
  public let description: String
  /// With this text.
  public init(_ description: String) { self.description = description }
}
