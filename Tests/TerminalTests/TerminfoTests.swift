import Foundation
import Terminal
import TestSupport
import Testing

/// Terminfo entries that are given direct color.
@Suite struct TerminfoTests {
  private func entry(_ path: String) throws -> [UInt8] {
    let found = ["/lib/terminfo/", "/usr/share/terminfo/"].compactMap {
      FileManager.default.contents(atPath: $0 + path)
    }
    return [UInt8](try #require(found.first))
  }

  /// What ncurses reads in an entry.
  private func infocmp(_ bytes: [UInt8], _ type: String) throws -> [String] {
    let variables = ["TERMINFO": "b64:" + Data(bytes).base64EncodedString()]
    let result = try ChildProcess.run(
      ["infocmp", "-1", "-x"], environment: TestEnvironment.terminal(type, variables))
    #expect(result.status == 0 && result.errors.isEmpty)
    return result.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.hasPrefix("#") }
  }

  @Test(arguments: ["x/xterm-256color", "t/tmux-256color", "s/screen-256color", "v/vt100", "l/linux"])
  func onlyColorsChange(path: String) throws {
    let bytes = try entry(path), type = String(path.dropFirst(2))
    let read = try #require(TerminfoEntry(bytes))
    #expect(try infocmp(read.bytes, type) == infocmp(bytes, type))
    let before = Set(try infocmp(bytes, type)), after = Set(try infocmp(read.withDirectColor.bytes, type))
    let changed = ["colors#", "pairs#", "setaf=", "setab=", "RGB"]
    for line in before.symmetricDifference(after) { #expect(changed.contains { line.hasPrefix($0) }, "\(line)") }
    #expect(after.contains("RGB,") && after.contains("colors#0x1000000,"))
    #expect(after.contains { $0.hasPrefix("setaf=") && $0.contains("38;2;") })
  }

  @Test func aDamagedEntryIsNone() throws {
    let bytes = try entry("x/xterm-256color")
    for length in [0, 1, 11, 12, 40, 500, 2000] { #expect(TerminfoEntry(Array(bytes.prefix(length))) == nil) }
    var wrong = bytes
    wrong[0] = 0
    #expect(TerminfoEntry(wrong) == nil)
    // Whatever the bytes are, reading them ends.
    for place in stride(from: 0, to: bytes.count, by: 7) {
      var changed = bytes
      changed[place] ^= 0xFF
      _ = TerminfoEntry(changed)?.withDirectColor.bytes
    }
  }

  @Test func directColorIsOfferedWhereTheTerminalHasIt() {
    let has = { (environment: [String: String]) in DirectColor.isOffered(environment) }
    #expect(has(["TERM": "xterm-256color", "COLORTERM": "truecolor"]))
    #expect(has(["TERM": "xterm-256color", "COLORTERM": "24bit"]))
    #expect(has(["TERM": "screen-256color", "COLORTERM": "truecolor", "TMUX": "/tmp/x"]))
    #expect(!has(["TERM": "screen-256color", "COLORTERM": "truecolor"]))
    #expect(!has(["TERM": "xterm-256color"]) && !has(["TERM": "xterm-256color", "COLORTERM": "yes"]))
    #expect(!has(["TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"]))
  }
}
