import Foundation

/// Environments for programs started by tests.
package enum TestEnvironment {
  /// This process's environment without what changes a terminal program's behavior, in UTF-8, with `changes` on top.
  package static func terminal(_ type: String, _ changes: [String: String] = [:]) -> [String: String] {
    var environment = ProcessInfo.processInfo.environment
    for name in [
      "TMUX", "TMUX_PANE", "NO_COLOR", "LANG", "LC_CTYPE", "LINES", "COLUMNS", "COLORTERM", "SWIFT_BACKTRACE",
    ] {
      environment[name] = nil
    }
    environment["TERM"] = type
    environment["LC_ALL"] = "C.UTF-8"
    return environment.merging(changes) { $1 }
  }
}
