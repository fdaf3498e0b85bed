import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct EscapesTests {
  /// All that the probe writes until it is left with q.
  private func written(_ arguments: [String], environment: [String: String] = [:]) async throws -> String {
    let terminal = try PseudoTerminal(
      [try BuiltProduct.path("terminal-probe")] + arguments, environment: environment)
    try await terminal.wait(for: "probe 120x36")
    await terminal.type("q")
    #expect(try await terminal.exitStatus() == 0)
    let output = await terminal.output
    return output
  }

  /// The parameters of every style sequence, such as 38;5;208.
  private func styles(_ output: String) -> [[Int]] {
    output.matches(of: /\u{1b}\[([0-9;]*)m/).map { $0.1.split(separator: ";").compactMap { Int($0) } }
  }

  @Test func terminalsWith256ColorsGet256() async throws {
    let styles = styles(try await written(["none"]))
    #expect(styles.contains([38, 5, 208]))
    #expect(styles.contains([44]))
  }

  @Test func aLimitOf16ColorsIsKept() async throws {
    let styles = styles(try await written(["--colors", "16", "none"]))
    #expect(!styles.contains { $0.contains(38) || $0.contains(48) })
    #expect(styles.contains { $0.contains { (30...37).contains($0) || (90...97).contains($0) } })
  }

  @Test func withoutColorsOnlyAttributesAreWritten() async throws {
    let styles = styles(try await written(["--colors", "0", "none"]))
    #expect(!styles.joined().contains { $0 >= 30 })
    for attribute in [1, 4, 7] { #expect(styles.joined().contains(attribute)) }
  }

  @Test(arguments: ["C", "no_SUCH.locale"])
  func brailleIsWrittenInEveryLocale(name: String) async throws {
    #expect(try await written(["none"], environment: ["LC_ALL": name]).contains("⣿⠁▀█─│"))
  }

  @Test func pastedTextActsAsNoKeyAndBracketsAreTakenBack() async throws {
    let terminal = try PseudoTerminal([try BuiltProduct.path("terminal-probe"), "none"])
    try await terminal.wait(for: "probe 120x36")
    #expect(await terminal.output.contains("\u{1b}[?2004h"))
    await terminal.type("\u{1b}[200~qx.q\u{1b}[201~")
    try await terminal.wait(for: "pasted qx.q")
    await terminal.type("q")
    #expect(try await terminal.exitStatus() == 0)
    let output = await terminal.output
    let on = try #require(output.ranges(of: "\u{1b}[?2004h").last), off = output.ranges(of: "\u{1b}[?2004l")
    #expect(off.contains { $0.lowerBound > on.lowerBound })
  }

  @Test func theMouseIsHeardAndTakenBack() async throws {
    let terminal = try PseudoTerminal([try BuiltProduct.path("terminal-probe"), "--mouse", "none"])
    try await terminal.wait(for: "probe 120x36")
    for (sent, said) in [
      ("\u{1b}[<0;13;6M", "press 12,5"), ("\u{1b}[<32;200;7M", "drag 199,6"), ("\u{1b}[<0;1;1m", "release 0,0"),
      ("\u{1b}[<64;2;3M", "wheelUp 1,2"), ("\u{1b}[<69;2;3M", "Down 1,2"),
    ] {
      await terminal.type(sent)
      try await terminal.wait(for: said)
    }
    // Other buttons, and what is no report at all, are no keys either: q would leave.
    await terminal.type("\u{1b}[<2;13;6M\u{1b}[<0;q;6M\u{1b}[<0;13M")
    await terminal.type("q")
    #expect(try await terminal.exitStatus() == 0)
    let output = await terminal.output
    for mode in ["1002", "1006"] {
      let on = try #require(output.ranges(of: "\u{1b}[?\(mode)h").last)
      #expect(output.ranges(of: "\u{1b}[?\(mode)l").contains { $0.lowerBound > on.lowerBound })
    }
    #expect(await terminal.modes == terminal.initialModes)
    #expect(!(try await written(["none"])).contains("?1002h"))
  }

  /// A terminal that says that it has synchronized output, and when it has drawn.
  @Test func aTerminalThatAnswersGetsWholeFramesOneAfterTheOther() async throws {
    let (terminal, drawn) = try await answered()
    // A test that looks late sees the next frame, too, for which the screen does not wait for ever.
    let first = try #require(drawn.range(of: "\u{1b}[5n").map { drawn[..<$0.upperBound] })
    #expect(first.contains("probe 120x36") && !first.contains("\u{1b}[?2026h"))
    await terminal.type("\u{1b}[0n")
    // Until it has drawn the frame that answers a key, another key changes nothing.
    let start = ContinuousClock.now
    let before = await terminal.count
    await terminal.type("a")
    let second = try await terminal.wait(for: "\u{1b}[5n", after: before)
    let begin = try #require(second.range(of: "\u{1b}[?2026h")), end = try #require(second.range(of: "\u{1b}[?2026l"))
    #expect(second[begin.upperBound..<end.lowerBound].contains("character"))
    let third = await terminal.count
    await terminal.type("c")
    try await Task.sleep(for: .milliseconds(400))
    let count = await terminal.count
    // A terminal that has not answered for five seconds is drawn on again; a busy machine may sleep that long.
    #expect(count == third || ContinuousClock.now - start > .seconds(5))
    await terminal.type("\u{1b}[0n")
    try await terminal.wait(for: "\u{1b}[?2026l", after: third)
    await terminal.type("\u{1b}[0nq")
    #expect(try await terminal.exitStatus() == 0)
    // Nothing is left in the terminal's input for the shell.
    #expect(await terminal.modes == terminal.initialModes)
  }

  /// A terminal whose answers came in time, and what was written to it. On a busy machine they may come after the
  /// 200 ms that the screen waits.
  private func answered() async throws -> (PseudoTerminal, String) {
    for _ in 0..<8 {
      let terminal = try PseudoTerminal([try BuiltProduct.path("terminal-probe"), "none"])
      try await terminal.wait(for: "\u{1b}[?2026$p\u{1b}[c")
      await terminal.type("\u{1b}[?2026;2$y\u{1b}[?62;22c")
      if let first = try? await terminal.wait(for: "\u{1b}[5n", within: .seconds(2)) { return (terminal, first) }
      await terminal.type("q")
      _ = try await terminal.exitStatus()
    }
    throw HelperError("no answer came in time")
  }

  @Test func aTerminalThatAnswersNothingIsDrawnOnAllTheSame() async throws {
    let output = try await written(["none"])
    #expect(!output.contains("\u{1b}[5n") && !output.contains("\u{1b}[?2026h"))
  }

  @Test func smallChangesSendFewBytes() async throws {
    let terminal = try PseudoTerminal([try BuiltProduct.path("terminal-probe"), "none"])
    try await terminal.wait(for: "probe 120x36")
    await terminal.type("a")
    try await terminal.wait(for: "character(\"a\")")
    let before = await terminal.count
    await terminal.type("\u{1b}OA")
    try await terminal.wait(for: "up", after: before)
    #expect(await terminal.count - before < 200)
    let small = await terminal.count
    await terminal.type("\u{c}")
    try await terminal.wait(for: "probe 120x36", after: small)
  }

  @Test func anAlarmRingsAndNotifiesWithoutDrawing() async throws {
    let terminal = try PseudoTerminal(
      [try BuiltProduct.path("terminal-probe"), "none"], environment: ["TMUX": "", "STY": "", "VTE_VERSION": ""])
    try await terminal.wait(for: "probe 120x36")
    await terminal.type("n")
    try await terminal.wait(for: "\u{1b}]9;dualab: alarm ]0;x  at step 7\u{7}")
    await terminal.type("q")
    #expect(try await terminal.exitStatus() == 0)
    let output = await terminal.output
    #expect(output.contains("\u{7}\u{1b}]9;"))
    #expect(!output.contains("\u{1b}]0;"))
  }

  @Test(arguments: [
    ("dumb", "cannot move the cursor"), ("no-such-terminal", "unknown terminal type"), ("", "TERM is not set"),
  ])
  func withoutAUsableTerminalThereIsOneLine(type: String, reason: String) async throws {
    let terminal = try PseudoTerminal([try BuiltProduct.path("terminal-probe"), "none"], type: type)
    #expect(try await terminal.exitStatus() == 1)
    let output = await terminal.output
    #expect(output.hasPrefix("error: ") && output.contains(reason) && output.contains("dualab train"), "\(output)")
    #expect(output.filter { $0 == "\r\n" }.count == 1 && !output.contains("\u{1b}"))
    #expect(await terminal.modes == terminal.initialModes)
  }

  @Test func withoutATerminalThereIsOneLineAndNoRestart() throws {
    let program = Process()
    program.executableURL = URL(fileURLWithPath: "/usr/bin/setsid")
    program.arguments = ["--wait", try BuiltProduct.path("terminal-probe"), "none"]
    let output = Pipe()
    program.standardInput = FileHandle.nullDevice
    program.standardOutput = output
    try program.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    program.waitUntilExit()
    #expect(program.terminationStatus == 1)
    #expect(text == "error: no terminal to draw on: cannot open /dev/tty; use 'dualab train'\n")
  }
}
