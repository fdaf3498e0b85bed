import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct ScreenTests {
  /// Runs the probe in tmux; `body` sees it after its first frame.
  private func withProbe(
    _ arguments: [String] = ["none"], _ body: (TmuxSession) async throws -> Void
  ) async throws {
    let session = try TmuxSession([try BuiltProduct.path("terminal-probe")] + arguments)
    defer { session.end() }
    try await session.wait(for: "probe 120x36")
    try await body(session)
  }

  /// True when the screen is the probe's frame of this size, with its mark in the last cell.
  private func shows(_ columns: Int, _ rows: Int, _ screen: String) -> Bool {
    let lines = screen.split(separator: "\n", omittingEmptySubsequences: false)
    let last = lines.count >= rows ? String(lines[rows - 1]) : ""
    return screen.hasPrefix("probe \(columns)x\(rows)\n") && last == String(repeating: " ", count: columns - 1) + "◢"
  }

  @Test func theScreenDrawsShowsEventsAndLeaves() async throws {
    let script = "\(try BuiltProduct.path("terminal-probe")) none; echo ended $?; exec sleep 600"
    let session = try TmuxSession(["sh", "-c", script])
    defer { session.end() }
    try await session.wait(until: "a whole frame") {
      $0.contains("event training 3") && self.shows(120, 36, $0) && $0.contains("⣿⠁▀█─│")
    }
    #expect(try session.isOnAlternateScreen)
    #expect(try !session.isCursorVisible)
    try session.press("q")
    try await session.wait(for: "left: left\nended 0")
    #expect(try !session.isOnAlternateScreen)
    #expect(try session.isCursorVisible)
  }

  @Test func aFloodOfEventsIsFewFrames() async throws {
    let session = try TmuxSession([try BuiltProduct.path("terminal-probe"), "flood"])
    defer { session.end() }
    try session.press("a")
    let screen = try await session.wait(until: "the last event and the key") {
      $0.contains("event training 20000\n") && $0.contains("key character(\"a\")\n")
    }
    let frames = try #require(screen.firstMatch(of: /frame ([0-9]+)/).flatMap { Int($0.1) })
    #expect(frames < 2000)
    try session.press("q")
    #expect(try await session.exitStatus() == 0)
  }

  @Test func everyResizeIsFollowed() async throws {
    try await withProbe { session in
      for (columns, rows) in [(80, 24), (40, 12), (120, 36), (1, 1), (120, 36)] {
        try session.resize(columns: columns, rows: rows)
        guard columns > 1 else { continue }
        try await session.wait(until: "a frame of \(columns)x\(rows)") { shows(columns, rows, $0) }
      }
    }
  }

  @Test func everyKeyArrivesAsItself() async throws {
    let keys = [
      ("Up", "up"), ("Down", "down"), ("Left", "left"), ("Right", "right"), ("Home", "home"), ("End", "end"),
      ("PPage", "pageUp"), ("NPage", "pageDown"), ("Tab", "tab"), ("BTab", "backTab"), ("Enter", "enter"),
      ("Escape", "escape"), ("BSpace", "backspace"), ("DC", "delete"), ("F1", "function(1)"), ("F12", "function(12)"),
      ("Space", "character(\" \")"), ("a", "character(\"a\")"), ("é", "character(\"é\")"), ("C-a", "control(\"a\")"),
    ]
    try await withProbe { session in
      for (key, name) in keys {
        try session.press(key)
        try await session.wait(until: "key \(name)") { $0.contains("\nkey \(name)\n") }
      }
    }
  }

  @Test func strayOutputBecomesANoteAndComesOutAfterTheScreen() async throws {
    try await withProbe(["noise"]) { session in
      try session.press("x")
      try await session.wait(until: "the second note on a whole frame") {
        $0.contains("note noise on standard error") && self.shows(120, 36, $0)
      }
      try session.press("q")
      try await session.wait(until: "both lines") {
        $0.contains("noise on standard output\nnoise on standard error\nleft: left")
      }
    }
  }

  @Test func commandsReachTheSession() async throws {
    try await withProbe { session in
      try session.press("p")
      try await session.wait(for: "note told pause")
    }
  }

  @Test func controlSSavesTheFrame() async throws {
    let folder = try newTemporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let session = try TmuxSession([try BuiltProduct.path("terminal-probe"), "none"], in: folder)
    defer { session.end() }
    try await session.wait(for: "event training 3")
    try session.press("C-s")
    try await session.wait(for: "note saved \(folder.path)/probe.txt")
    try session.press("C-s")
    try await session.wait(for: "note saved \(folder.path)/probe-2.txt")
    let saved = try String(contentsOf: folder.appendingPathComponent("probe.txt"), encoding: .utf8)
    #expect(saved.hasPrefix("probe 120x36\nkey"))
  }

  @Test func controlZGivesTheTerminalToTheShell() async throws {
    let session = try TmuxSession(["bash", "--norc", "--noprofile", "-i"])
    defer { session.end() }
    // The parent stands for `make run`: it has to stop too, or the shell would go on waiting for it.
    try session.type("sh -c '\(try BuiltProduct.path("terminal-probe")) none; echo ended $?'\n")
    try await session.wait(for: "probe 120x36")
    for _ in 0..<2 {
      try session.press("C-z")
      try await session.wait(for: "Stopped")
      #expect(try !session.isOnAlternateScreen)
      #expect(try session.isCursorVisible)
      try session.type("clear; fg\n")
      try await session.wait(until: "the frame again") { shows(120, 36, $0) }
    }
    try session.press("C-z")
    try await session.wait(for: "Stopped")
    try session.type("bg; echo the shell is $((40 + 2))\n")
    try await session.wait(for: "the shell is 42")
    #expect(try !session.isOnAlternateScreen)
    try session.type("fg\n")
    try await session.wait(until: "the frame after bg") { shows(120, 36, $0) }
    try session.press("a")
    try await session.wait(for: "key character(\"a\")")
    try session.press("q")
    try await session.wait(for: "ended 0")
  }
}
