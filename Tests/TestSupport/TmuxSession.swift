import Foundation

/// A program in a real terminal that the test can look at: a tmux server of its own, one window, one pane.
///
/// Call `end` when done. A missing tmux is an error, so that a test that needs it fails.
package final class TmuxSession: Sendable {
  private let folder: URL
  private var socket: String { folder.appendingPathComponent("tmux").path }

  /// Starts a command in a window of this size.
  package init(
    _ command: [String], columns: Int = 120, rows: Int = 36, environment: [String: String] = [:], in start: URL? = nil
  ) throws {
    // A socket's path may have no more than 107 characters.
    folder = URL(fileURLWithPath: "/tmp/dualab-tmux-\(getpid())-\(UInt32.random(in: 0...UInt32.max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let start = start?.path ?? folder.path
    let size = ["-x", "\(columns)", "-y", "\(rows)"]
    // What a lab remembers is nobody's but the test's.
    let own = ["XDG_CONFIG_HOME": folder.appendingPathComponent("config").path]
    let variables = own.merging(environment) { $1 }.flatMap { ["-e", "\($0)=\($1)"] }
    try tmux(
      ["start-server", ";", "set", "-g", "default-terminal", "tmux-256color", ";", "set", "-g", "remain-on-exit", "on"]
        + [";", "set", "-g", "status", "off", ";", "set", "-s", "escape-time", "0"]
        + [";", "new-session", "-d", "-c", start] + size + variables + ["--"] + command)
  }

  /// Presses keys by tmux's names: `q`, `C-c`, `Up`, `Enter`, `Space`, `F1`, `BTab`.
  package func press(_ keys: String...) throws { try tmux(["send-keys", "--"] + keys) }

  /// Presses a key so many times without a pause between, as a held key does.
  package func hold(_ key: String, times: Int) throws { try tmux(["send-keys", "-N", "\(times)", "--", key]) }

  /// Pastes a text, in brackets where the program has asked for them.
  package func paste(_ text: String) throws {
    try tmux(["set-buffer", "--", text, ";", "paste-buffer", "-p"])
  }

  /// Types a text literally.
  package func type(_ text: String) throws { try tmux(["send-keys", "-l", "--", text]) }

  /// What the screen shows, a line per row, blanks at the end of a row left out.
  package func screen() throws -> String { try tmux(["capture-pane", "-p", "-S", try firstRow]) }

  /// What the screen shows, with the escapes that style it.
  package func styledScreen() throws -> String { try tmux(["capture-pane", "-p", "-e", "-S", try firstRow]) }

  /// When the program has ended, tmux scrolls by a row to say so.
  private var firstRow: String { get throws { try hasEnded ? "-1" : "0" } }

  private var hasEnded: Bool { get throws { try value("pane_dead") == "1" } }

  /// Waits until the screen contains every one of `texts`; the answer is the screen. Throws when it does not, and says
  /// what it showed.
  ///
  /// tmux may be looked at while it has read half of a frame: what has to be on the screen together is waited for
  /// together.
  @discardableResult
  package func wait(for texts: String..., within limit: Duration = .seconds(120)) async throws -> String {
    let what = texts.map(\.debugDescription).joined(separator: " and ")
    return try await wait(until: what, within: limit) { screen in texts.allSatisfy { screen.contains($0) } }
  }

  /// Waits until the screen satisfies `condition`, which `what` describes; the answer is the screen.
  @discardableResult
  package func wait(
    until what: String, within limit: Duration = .seconds(120), _ condition: (String) -> Bool
  ) async throws -> String {
    let found = try await Polling.first(within: limit) { () -> String? in
      let screen = try self.screen()
      return condition(screen) ? screen : nil
    }
    guard let found else { throw HelperError("the screen never showed \(what), but:\n\(try screen())") }
    return found
  }

  /// Changes the size of the window; the program gets SIGWINCH.
  package func resize(columns: Int, rows: Int) throws {
    try tmux(["resize-window", "-x", "\(columns)", "-y", "\(rows)"])
  }

  /// True while the program shows the alternate screen.
  package var isOnAlternateScreen: Bool { get throws { try value("alternate_on") == "1" } }

  /// True while the cursor is visible; tmux itself hides it once the program has ended.
  package var isCursorVisible: Bool { get throws { try value("cursor_flag") == "1" } }

  /// The folder that the program in the window is in.
  package var currentFolder: String { get throws { try value("pane_current_path") } }

  /// Sends a signal to the process that was started in the window.
  package func signal(_ number: Int32) throws { kill(try process, number) }

  /// The process that was started in the window.
  package var process: pid_t {
    get throws {
      guard let process = pid_t(try value("pane_pid")) else { throw HelperError("tmux knows no process") }
      return process
    }
  }

  /// The exit status as a shell has it: 128 + n after signal n. Throws when the program does not end.
  package func exitStatus(within limit: Duration = .seconds(120)) async throws -> Int32 {
    let ended = try await Polling.first(within: limit) { () -> Int32? in
      guard try self.hasEnded else { return nil }
      if let status = Int32(try self.value("pane_dead_status")) { return status }
      if let signal = Int32(try self.value("pane_dead_signal")) { return 128 + signal }
      // tmux 3.3a now and then misses the SIGCHLD of a program whose terminal closed first, and never reaps it.
      if let server = pid_t(try self.value("pid")) { kill(server, SIGCHLD) }
      return nil
    }
    guard let ended else { throw HelperError("the program did not end; the screen:\n\(try screen())") }
    return ended
  }

  /// Ends the program and the server.
  package func end() {
    _ = try? tmux(["kill-server"])
    try? FileManager.default.removeItem(at: folder)
  }

  private func value(_ name: String) throws -> String {
    try tmux(["display-message", "-p", "#{\(name)}"]).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  @discardableResult
  private func tmux(_ arguments: [String]) throws -> String {
    let command = ["tmux", "-u", "-f", "/dev/null", "-S", socket] + arguments
    let result = try ChildProcess.run(command, environment: TestEnvironment.terminal("xterm-256color"))
    guard result.status == 0 else { throw HelperError("tmux \(arguments.joined(separator: " ")): \(result.errors)") }
    return result.output
  }
}
