import Foundation

/// Executables that were built together with the tests.
public enum BuiltProduct {
  /// The path of an executable product such as `dualab`, beside the running test bundle.
  public static func path(_ name: String) throws -> String {
    let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let path = URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent(name).path
    guard FileManager.default.isExecutableFile(atPath: path) else {
      throw HelperError("\(path) is not there; `swift build` makes it")
    }
    return path
  }
}

/// Why a helper of the tests could not do its work.
public struct HelperError: Error, CustomStringConvertible {
  /// What happened, with what was on the screen.
  public let description: String
  /// With this text.
  public init(_ description: String) { self.description = description }
}

/// Environments for programs started by tests.
public enum TestEnvironment {
  /// This process's environment without what changes a terminal program's behaviour, in UTF-8, with `changes` on top.
  public static func terminal(_ type: String, _ changes: [String: String] = [:]) -> [String: String] {
    var environment = ProcessInfo.processInfo.environment
    for name in ["TMUX", "TMUX_PANE", "NO_COLOR", "LANG", "LC_CTYPE", "LINES", "COLUMNS", "SWIFT_BACKTRACE"] {
      environment[name] = nil
    }
    environment["TERM"] = type
    environment["LC_ALL"] = "C.UTF-8"
    return environment.merging(changes) { $1 }
  }
}

/// Waiting for something to become true without a guess at how long it takes.
enum Polling {
  /// Calls `check` until it gives a value, for at most `limit`; nil when it never does.
  static func first<Value>(
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
