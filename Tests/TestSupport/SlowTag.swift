import Testing

extension Tag {
  /// A test that takes more than five seconds when it runs alone.
  @Tag public static var slow: Self
}
