import Foundation
import TestSupport
import Testing

/// What a person does to the lab in an hour, in a shell with job control: wrong input, pasted text, held keys, every
/// pane, theme and layout, the mouse, 200 sizes, suspension, signals, a kill. Nothing is lost, and the shell gets its
/// terminal back as it was.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ScriptedHourTests {
  private static let settings = "--steps 100000 --set width=8 --set batch=32 --set attack.steps=4"

  @Test func anHourAtTheLab() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let shell = try TmuxSession(["bash", "--norc", "--noprofile", "-i"], environment: ["PS1": "shell> "], in: folder)
    defer { shell.end() }
    try await shell.wait(for: "shell>")
    let lab = Lab(shell: shell, program: try BuiltProgram.file().path)

    try await lab.run("lab --out run \(Self.settings)")
    try await lab.makeMistakes()
    try await lab.holdKeys()
    try await lab.lookAtEverything()
    try await lab.resize(times: 200)
    try await lab.suspendAndContinue()
    try await lab.end(by: "kill -TERM", status: 143)

    // It goes on where it was, in the same terminal.
    let reached = try await lab.goOn()
    try await lab.end(by: "kill -HUP", status: 129)
    #expect(try await lab.goOn() >= reached)
    try await lab.kill()
    #expect(try await lab.goOn() >= reached)
    try shell.press("q")
    try await shell.wait(for: "write a checkpoint and leave")
    try shell.press("s")
    try await lab.expectEnd(status: 0)
    // What came to the record is whole.
    try shell.type("clear; \(lab.program) runs verify run > verified; echo verified: $?\n")
    try await shell.wait(for: "verified: 0", within: .seconds(240))
  }
}

/// A lab that is driven by its keys, in a shell.
private struct Lab {
  let shell: TmuxSession, program: String

  /// Notes the terminal's modes and starts the program.
  func run(_ arguments: String) async throws {
    try shell.type("clear; stty -a > before; \(program) \(arguments)\n")
    try await training()
  }

  /// Goes on with the run; returns the step it has come to.
  func goOn() async throws -> Int {
    try await run("lab --run run")
    let screen = try await shell.wait(until: "a step") { (step($0) ?? 0) > 0 }
    return step(screen) ?? 0
  }

  private func training() async throws {
    try await shell.wait(until: "a training step") { $0.contains("training") && (step($0) ?? 0) > 0 }
  }

  func step(_ screen: String) -> Int? {
    screen.firstMatch(of: /(\d+)\/100000/).flatMap { Int($0.1) }
  }

  /// Each is answered by a line, and the run goes on.
  func makeMistakes() async throws {
    for (typed, answer) in [
      ("nonsense", "nonsense"), ("set gamma 7", "gamma"), ("set gama 0.5", "gamma"), ("branch", "branch"),
      ("rewind 999999", "still to come"), ("β=1e999", "β"),
    ] {
      try shell.type(":" + typed)
      try shell.press("Enter")
      try await shell.wait(for: answer)
      try shell.press("Escape")
    }
    try shell.paste("qs\nq\ny")
    try await shell.wait(for: "pasted text is ignored")
    try await training()
  }

  /// A key that is held asks before it goes too far, and what it did is undone.
  func holdKeys() async throws {
    try shell.hold("+", times: 200)
    try await shell.wait(until: "γ at its end or a question") {
      $0.contains(/γ +(0\.9|1\b|1\.0)/) || $0.contains("esc")
    }
    try shell.press("Escape", "Escape")
    for key in ["Down", "Up", "Tab", "t", "]", "u"] { try shell.hold(key, times: 60) }
    try shell.press("Escape", "Escape", "Escape")
    try await training()
  }

  /// Every pane, layout and theme, every dialog, big mode, the crosshair, and clicks everywhere.
  func lookAtEverything() async throws {
    try shell.press("0")
    for number in 1...9 { try shell.press("\(number)", "\(number)") }
    for number in 10...13 { try shell.press("F\(number)", "F\(number)") }
    for key in ["p", "t"] { try shell.hold(key, times: 12) }
    for key in ["?", "v", "q", ":", "/", "A", "b", "D", "c", "z", "Z", "x", "X", "s", "y", "f"] {
      try shell.press(key)
      try shell.press("Escape")
    }
    try shell.press("C-s", "Escape", "C-l")
    for place in ["0;9;1", "0;30;12", "32;50;12", "0;50;12", "64;20;12", "65;20;30", "0;119;36", "0;500;500"] {
      try shell.type("\u{1B}[<\(place)M")
    }
    try shell.press("Escape", "Escape", "F", "0")
    try await training()
  }

  /// From nothing to more than any screen.
  func resize(times: Int) async throws {
    let sizes = [(120, 36), (1, 1), (40, 12), (200, 60), (12, 3), (60, 16), (80, 24), (39, 9), (300, 90), (2, 50)]
    for count in 0..<times {
      let (columns, rows) = sizes[count * 7 % sizes.count]
      try shell.resize(columns: columns, rows: rows)
    }
    try shell.resize(columns: 120, rows: 36)
    try await shell.wait(until: "a whole frame") { $0.contains("5 Controls") && $0.contains("╮") }
    try await training()
  }

  /// The shell has the terminal in between.
  func suspendAndContinue() async throws {
    for _ in 0..<3 {
      try shell.press("C-z")
      try await shell.wait(for: "Stopped")
      try shell.type("stty -a > between; clear\n")
      try shell.type("fg\n")
      try await training()
    }
    try expectEqualModes("before", "between")
  }

  /// Ends the program at once, and mends the terminal by hand: nobody else could.
  func kill() async throws {
    let pid = try #require(try processes().first, "the lab runs")
    Foundation.kill(pid_t(pid), SIGKILL)
    try await shell.wait(for: "Killed")
    try shell.type("stty sane; printf '\\033[?1049l\\033[?1002l\\033[?1006l\\033[?2004l\\033[0m\\033[?25h'; clear\n")
  }

  /// Ends the program by a signal from another process.
  func end(by command: String, status: Int) async throws {
    let pid = try #require(try processes().first, "the lab runs")
    let words = command.split(separator: " ").map(String.init) + ["\(pid)"]
    _ = try ChildProcess.run(words, environment: [:])
    try await expectEnd(status: status)
  }

  func expectEnd(status: Int) async throws {
    try await shell.wait(until: "the prompt") { $0.split(separator: "\n").last?.hasPrefix("shell>") == true }
    // A suspended list of commands would not have gone on to these.
    try shell.type("echo \"status $?\"; stty -a > after; echo noted\n")
    try await shell.wait(until: "the status") { $0.contains("status \(status)\n") && $0.contains("\nnoted\n") }
    #expect(try !shell.isOnAlternateScreen)
    #expect(try shell.isCursorVisible)
    try expectEqualModes("before", "after")
  }

  private func expectEqualModes(_ one: String, _ two: String) throws {
    let folder = try shell.currentFolder
    let texts = try [one, two].map { try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8) }
    // The size is the one thing that a person changed.
    let modes = texts.map { $0.replacing(/rows \d+; columns \d+;/, with: "") }
    #expect(modes[0] == modes[1] && modes[0].contains("icanon"))
  }

  /// What the shell has started, and nobody else.
  private func processes() throws -> [Int] {
    let found = try ChildProcess.run(["pgrep", "-P", "\(try shell.process)"], environment: [:])
    return found.output.split(separator: "\n").compactMap { Int($0) }
  }
}
