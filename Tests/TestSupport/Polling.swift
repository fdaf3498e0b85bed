/// Waiting for something to become true without a guess at how long it takes.
package enum Polling {
  /// Calls `check` until it gives a value, for at most `limit`; nil when it never does.
  package static func first<Value>(
    within limit: Duration, isolation: isolated (any Actor)? = #isolation, _ check: () throws -> Value?
  ) async throws -> Value? {
    let end = ContinuousClock.now + limit
    while true {
      if let value = try check() { return value }
      if ContinuousClock.now > end { return nil }
      try await Task.sleep(for: .milliseconds(20))
    }
  }
}
