import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct LeavingTests {
  /// A way to leave the screen, and what has to come of it.
  struct Way: Sendable, CustomStringConvertible {
    var description: String
    var arguments = ["none"]
    var keys = ""
    var signal: Int32?
    var status: Int32
    var message: String?
  }

  static let ways = [
    Way(description: "q", keys: "q", status: 0, message: "left: left"),
    Way(description: "ctrl-c", keys: "\u{3}", status: 0, message: "left: left"),
    Way(description: "SIGINT", signal: SIGINT, status: 130, message: "left: signal(2)"),
    Way(description: "SIGTERM", signal: SIGTERM, status: 143, message: "left: signal(15)"),
    Way(description: "SIGHUP", signal: SIGHUP, status: 129, message: "left: signal(1)"),
    Way(description: "a trap", arguments: ["trap"], keys: "x", status: 132, message: "Fatal error: the probe trapped"),
    Way(
      description: "a trap on another thread", arguments: ["trap-elsewhere"], keys: "x", status: 132,
      message: "Fatal error: the probe trapped elsewhere"),
    Way(description: "a bad pointer", arguments: ["segv"], keys: "x", status: 139, message: "Bad pointer dereference"),
    Way(description: "SIGABRT", signal: SIGABRT, status: 134, message: "crashed"),
    Way(description: "SIGBUS", signal: SIGBUS, status: 135, message: "crashed"),
    Way(description: "SIGFPE", signal: SIGFPE, status: 136, message: "crashed"),
    Way(description: "SIGTRAP", signal: SIGTRAP, status: 133, message: "crashed"),
    Way(description: "SIGQUIT", signal: SIGQUIT, status: 131),
    Way(description: "exit on another thread", arguments: ["exit"], keys: "x", status: 7),
    Way(
      description: "SIGTERM in the lab", arguments: ["lab"], signal: SIGTERM, status: 143, message: "left: signal(15)"),
  ]

  @Test(arguments: ways)
  func everyWayOutRestoresTheTerminal(_ way: Way) async throws {
    let terminal = try PseudoTerminal([try BuiltProduct.path("terminal-probe")] + way.arguments)
    let drawn = way.arguments == ["lab"] ? "\u{1b}[?1049h" : "probe 120x36"
    try await terminal.wait(for: drawn)
    #expect(await terminal.modes != terminal.initialModes)
    await terminal.type(way.keys)
    if let signal = way.signal { await terminal.signal(signal) }
    let status = try await terminal.exitStatus()
    let output = await terminal.output
    #expect(await terminal.modes == terminal.initialModes)
    #expect(status == way.status)
    let parts = output.components(separatedBy: "\u{1b}[?1049l")
    #expect(parts.count >= 2, "the alternate screen was never left")
    #expect(output.range(of: "\u{1b}[?25h", options: .backwards) != nil, "the cursor never came back")
    let end = try #require(parts.last)
    if let message = way.message { #expect(end.contains(message), "\(end.debugDescription)") }
    #expect(!end.contains("\u{1b}[?1049h") && !end.contains("\u{1b}[?25l") && !end.contains("frame "))
  }

  @Test func cancelingTheTaskLeavesTheScreen() async throws {
    let terminal = try PseudoTerminal([try BuiltProduct.path("terminal-probe"), "cancel"])
    try await terminal.wait(for: "probe 120x36")
    await terminal.type("p")
    #expect(try await terminal.exitStatus() == 0)
    #expect(await terminal.output.hasSuffix("left: left\r\n"))
    #expect(await terminal.modes == terminal.initialModes)
  }

  @Test func theScreenCanBeOpenedAgain() async throws {
    let terminal = try PseudoTerminal([try BuiltProduct.path("terminal-probe"), "twice"])
    try await terminal.wait(for: "probe 120x36")
    let first = await terminal.count
    await terminal.type("q")
    try await terminal.wait(for: "probe 120x36", after: first)
    await terminal.signal(SIGTERM)
    #expect(try await terminal.exitStatus() == 143)
    #expect(await terminal.modes == terminal.initialModes)
  }

  @Test(arguments: [("ctrl-z", "\u{1a}", []), ("SIGTSTP", "", [SIGTSTP]), ("SIGSTOP", "", [SIGSTOP, SIGCONT])])
  func theScreenComesBackAfterAStopWithoutAShell(how: String, keys: String, signals: [Int32]) async throws {
    let terminal = try PseudoTerminal([try BuiltProduct.path("terminal-probe"), "none"])
    try await terminal.wait(for: "probe 120x36")
    let modes = await terminal.modes
    let start = await terminal.count
    await terminal.type(keys)
    for signal in signals { await terminal.signal(signal) }
    let output = try await terminal.wait(for: "probe 120x36", after: start)
    #expect(output.contains("\u{1b}[?1049l") && output.contains("\u{1b}[?1049h"))
    #expect(await terminal.modes == modes)
    await terminal.type("q")
    #expect(try await terminal.exitStatus() == 0)
  }

  @Test func aTerminalThatVanishesEndsTheScreenLikeSIGHUP() async throws {
    let terminal = try PseudoTerminal([try BuiltProduct.path("terminal-probe"), "none"])
    try await terminal.wait(for: "probe 120x36")
    await terminal.hangUp()
    #expect(try await terminal.exitStatus() == 129)
  }

  @Test func theRestartHappensOnceAndKeepsEveryArgument() async throws {
    let program = try BuiltProduct.path("terminal-probe")
    let odd = ["a b", "", "--x=ü", "'\"$"]
    let terminal = try PseudoTerminal([program, "arguments"] + odd)
    try await terminal.wait(for: "size: 120x36")
    #expect(try await terminal.exitStatus() == 0)
    let output = await terminal.output
    #expect(output.contains("arguments: \(odd)"))
    #expect(output.contains("backtrace: interactive=no"))
    #expect(output.contains("capabilities: true braille"))
  }
}
