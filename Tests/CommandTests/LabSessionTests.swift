import Foundation
import Tensors
import TestSupport
import Testing

/// The lab in a real terminal, from the first frame to the restored terminal.
@Suite(.serialized, .timeLimit(.minutes(5))) struct LabSessionTests {
  private func session(
    _ folder: URL, _ arguments: [String] = [], columns: Int = 120, rows: Int = 36, environment: [String: String] = [:]
  ) throws -> TmuxSession {
    let program = try BuiltProgram.file().path, out = folder.appendingPathComponent("run").path
    return try TmuxSession(
      [program, "lab", "--out", out] + arguments, columns: columns, rows: rows, environment: environment)
  }

  private static let endless = [
    "--steps", "100000", "--set", "width=8", "--set", "batch=32", "--set", "attack.steps=4",
  ]

  @Test func aSessionPausesChangesResumesResizesAndQuits() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let lab = try session(folder, Self.endless)
    defer { lab.end() }
    try await lab.wait(for: "training", "clean", "false-robustness", "(constructed)")
    try await lab.wait(for: "1 Loss", "2 Accuracy", "3 Gap", "4 Distributions", "5 Controls", "6 Journal")

    try lab.press("Space")
    let paused = try #require(step(try await lab.wait(for: "paused")))
    // The selected setting is γ at first, then β.
    try lab.press("-")
    try await lab.wait(for: "γ 0.5 → 0.4 (you)")
    try lab.press("Down", "+")
    try await lab.wait(for: "β 0 → 1 (you)")
    // A step takes milliseconds, so a run that is not paused would be further by now.
    try await Task.sleep(for: .milliseconds(500))
    #expect(step(try lab.screen()) == paused)

    try lab.press("Space")
    // The Journal may have gone on since; Controls keep what was changed.
    try await lab.wait(until: "a later step with what was changed") {
      (self.step($0) ?? 0) > paused + 1 && $0.contains(/γ +0\.4 .*was 0\.5/) && $0.contains(/β +1 .*was 0/)
    }

    for (columns, rows) in [(80, 24), (40, 12), (120, 36)] {
      try lab.resize(columns: columns, rows: rows)
      // Controls has the focus, so even the smallest size shows it.
      try await lab.wait(until: "a frame of \(columns)×\(rows) with Controls") { screen in
        let lines = screen.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.contains { $0.count == columns && $0.hasSuffix("╮") }
          && lines.allSatisfy { $0.count <= columns } && screen.contains("5 Controls") && screen.contains("▸ β")
      }
    }
    try lab.resize(columns: 39, rows: 9)
    try await lab.wait(until: "the few words of a small screen") { $0.contains("PGD-4 ") && !$0.contains("╮") }
    try lab.resize(columns: 120, rows: 36)
    try await lab.wait(for: "5 Controls")

    try lab.press("q")
    try await lab.wait(for: "cancel")
    try lab.press("s")
    #expect(try await lab.exitStatus() == 0)
    #expect(try !lab.isOnAlternateScreen)
    let left = try lab.screen()
    #expect(left.contains("written to"))
    let checkpoint = folder.appendingPathComponent("run/checkpoints/interrupted.safetensors").path
    #expect(FileManager.default.fileExists(atPath: checkpoint))
  }

  @Test func theLabGoesBackAndOnWithABranch() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let lab = try session(folder, Self.endless)
    defer { lab.end() }
    try await lab.wait(until: "step 40") { (step($0) ?? 0) > 40 }
    try lab.press("Space")
    try await lab.wait(for: "paused")
    try lab.press("+")
    try await lab.wait(for: "γ 0.5 → 0.6 (you)")
    try lab.press(":")
    try lab.type("branch 999999 beta=1")
    try lab.press("Enter")
    try await lab.wait(for: "is still to come")
    try lab.press("Escape")
    try lab.press(":")
    try lab.type("branch 20 beta=1")
    try lab.press("Enter")
    try await lab.wait(until: "the branch, without what its parent changed later") {
      $0.contains(/β +1 .*was 0/) && !$0.contains("γ 0.5 → 0.6") && !$0.contains(/γ .*was 0\.5/)
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(names == ["run", "run-branch-20"])
    // The run that was left can be gone on with.
    let left = folder.appendingPathComponent("run/checkpoints/interrupted.safetensors").path
    #expect(FileManager.default.fileExists(atPath: left))
    try lab.press("q")
    try await lab.wait(for: "cancel")
    try lab.press("s")
    #expect(try await lab.exitStatus() == 0)
  }

  @Test func objectiveAndBatchingSwitchAfterADialog() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let lab = try session(folder, Self.endless)
    defer { lab.end() }
    try await lab.wait(for: "training")
    try await lab.wait(until: "a step") { (self.step($0) ?? 0) > 0 }
    // Controls has the focus; its first knob is the objective.
    try lab.press("Home", "+")
    try await lab.wait(for: "Change objective?", "mat → trades", "maximizes the KL divergence")
    try lab.press("Escape")
    try await lab.wait(until: "no dialog and no change") {
      !$0.contains("Change objective?") && !$0.contains("mat → trades")
    }
    try lab.press("+")
    try await lab.wait(for: "Change objective?")
    try lab.press("Enter")
    try await lab.wait(for: "objective mat → trades (you)")

    try lab.type(":")
    try lab.type("set batching seq")
    try lab.press("Enter")
    try await lab.wait(for: "updated twice per step")
    try lab.press("Enter")
    let switched = try await lab.wait(for: "batching cat → seq (you)")
    let before = try #require(step(switched))
    try await lab.wait(until: "later steps") { (self.step($0) ?? 0) > before + 2 }

    try lab.type(":")
    try lab.type("set norm dbn")
    try lab.press("Enter")
    try await lab.wait(for: "DBN needs both domains")
    try lab.press("Escape")
    try lab.press("C-c")
    try lab.press("C-c")
    #expect(try await lab.exitStatus() == 0)
  }

  @Test func thePresetOfAChangedRunRepeatsItBitForBit() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let lab = try session(folder, ["--steps", "2000"] + Self.endless.dropFirst(2))
    defer { lab.end() }
    try await lab.wait(until: "a step") { (self.step($0) ?? 0) > 0 }
    try lab.press("Space")
    try await lab.wait(for: "paused")
    for (line, said) in [("set gamma 0.3", "γ 0.5 → 0.3 (you)"), ("set beta 0.7", "β 0 → 0.7 (you)")] {
      try lab.type(":")
      try lab.type(line)
      try lab.press("Enter")
      try await lab.wait(for: said)
    }
    try lab.type(":")
    try lab.type("set norm dbn")
    try lab.press("Enter")
    try await lab.wait(for: "Change norm?")
    try lab.press("Enter")
    try await lab.wait(for: "norm bn → dbn (you)")
    try lab.press("Space")
    try await lab.wait(for: "Results")
    try lab.press("Escape")
    try lab.press("q")
    #expect(try await lab.exitStatus() == 0)

    let run = folder.appendingPathComponent("run"), again = folder.appendingPathComponent("again")
    let repetition = try await BuiltProgram.run([
      "train", "--preset", run.appendingPathComponent("preset.yaml").path, "--out", again.path, "--quiet",
    ])
    #expect(repetition.status == 0, "\(repetition.error)")
    func tensors(_ folder: URL) throws -> [String: Safetensors.Tensor] {
      try Safetensors(contentsOf: folder.appendingPathComponent("checkpoints/last.safetensors")).tensors
    }
    let first = try tensors(run), second = try tensors(again)
    #expect(first["body.1.running_mean_clean"] != nil && first == second)
  }

  @Test func finishEvaluatesAndShowsTheTable() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let lab = try session(folder, Self.endless, columns: 80, rows: 24)
    defer { lab.end() }
    try await lab.wait(for: "training")
    try lab.type(":")
    try lab.type("set gamma 2")
    try lab.press("Enter")
    try await lab.wait(for: "gamma: '2' is not accepted")
    try lab.press("Escape")
    try lab.press("C-c")
    try await lab.wait(for: "cancel")
    try lab.press("f")
    try await lab.wait(for: "Results")
    try lab.press("Escape")
    try lab.press("q")
    #expect(try await lab.exitStatus() == 0)
    #expect(try lab.screen().contains("false-robustness"))
  }

  @Test(arguments: [(SIGTERM, 143), (SIGHUP, 129)] as [(Int32, Int32)])
  func signalsLeaveACheckpointAndARestoredTerminal(number: Int32, status: Int32) async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let lab = try session(folder, Self.endless)
    defer { lab.end() }
    try await lab.wait(for: "training")
    try await lab.wait(until: "a step") { (self.step($0) ?? 0) > 0 }
    try lab.signal(number)
    #expect(try await lab.exitStatus() == status)
    #expect(try !lab.isOnAlternateScreen)
    let checkpoint = folder.appendingPathComponent("run/checkpoints/interrupted.safetensors").path
    #expect(FileManager.default.fileExists(atPath: checkpoint))
  }

  @Test(arguments: 1...4)
  func aClosedTerminalLeavesACheckpoint(round: Int) async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let lab = try session(folder, Self.endless)
    defer { lab.end() }
    try await lab.wait(until: "a step") { (self.step($0) ?? 0) > 0 }
    // The input ends, and SIGHUP follows a moment later.
    lab.end()
    let checkpoint = folder.appendingPathComponent("run/checkpoints/interrupted.safetensors").path
    for _ in 0..<100 where !FileManager.default.fileExists(atPath: checkpoint) {
      try await Task.sleep(for: .milliseconds(100))
    }
    #expect(FileManager.default.fileExists(atPath: checkpoint))
  }

  @Test func noColorAndASCIIUseNeitherColorsNorBraille() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let lab = try session(folder, Self.endless + ["--symbols", "ascii"], environment: ["NO_COLOR": "1"])
    defer { lab.end() }
    let screen = try await lab.wait(for: "training")
    #expect(screen.unicodeScalars.allSatisfy { $0.isASCII })
    #expect(try !lab.styledScreen().contains("38;"))
    try lab.press("C-c")
    try lab.press("C-c")
    #expect(try await lab.exitStatus() == 0)
  }

  /// The number in `step 12/400`; nil when the screen has none.
  private func step(_ screen: String) -> Int? {
    guard let range = screen.range(of: "step ") else { return nil }
    return Int(screen[range.upperBound...].prefix { $0.isNumber || $0 == " " }.filter(\.isNumber))
  }
}
