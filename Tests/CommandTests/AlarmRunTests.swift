import Events
import Foundation
import Presets
import Readout
import TestSupport
import Testing

/// Alarms of the built program on mirage: the exit status without a screen, and how a person handles an alarm in the
/// lab.
///
/// A tiny network is trained with FGSM for a few steps, and the thresholds are low, so that an alarm comes within a
/// second. docs/alarm.md has the results of the real thresholds.
@Suite(.serialized, .timeLimit(.minutes(5))) struct AlarmRunTests {
  private static let alarming = [
    "width=4", "batch=32", "attack.steps=1", "attack.step=16/255", "attack.start=clean", "data.train=512",
    "data.test=64", "validation.every=30", "sentinel.every=5", "sentinel.deep_every=0", "sentinel.budget=1",
    "sentinel.images=64", "sentinel.alarm=0.05", "sentinel.watch=0.02",
  ].flatMap { ["--set", $0] }

  @Test func anUnacknowledgedAlarmFailsTheRunOnlyOnRequest() async throws {
    let arguments = ["train", "--steps", "40", "--json", "--quiet"] + Self.alarming
    let strict = try await BuiltProgram.run(arguments + ["--fail-on-alarm"])
    #expect(strict.status == 3)
    #expect(strict.error.hasPrefix("dualab: false robustness") && strict.errorLines.count == 1)
    let kind = try await BuiltProgram.run(arguments)
    #expect(kind.status == 0 && kind.error == "")
    for run in [strict, kind] {
      let raised = try run.events.filter {
        if case .alarm(let change) = $0 { change.state == .alarm && change.from != .alarm } else { false }
      }
      #expect(raised.count == 1)
      let summary = try run.summary
      #expect(summary.outcome == .finished && summary.step == 40)
    }
    // Without an alarm, the status is 0.
    let calm = try await BuiltProgram.run(
      arguments + ["--set", "sentinel.alarm=1", "--set", "sentinel.real=0", "--fail-on-alarm"])
    #expect(calm.status == 0)
  }

  @Test func anAlarmInTheLabPausesIsAcknowledgedAndConfirmed() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let program = try BuiltProgram.file().path, out = folder.appendingPathComponent("run").path
    let lab = try TmuxSession(
      [program, "lab", "--out", out, "--steps", "100000", "--set", "sentinel.pause=on"] + Self.alarming)
    defer { lab.end() }
    try await lab.wait(
      for: "▲ FALSE ROBUSTNESS", "paused", "checkpoint alarm", "confirm with AutoAttack", "acknowledge")
    for (columns, rows) in [(80, 24), (40, 12), (120, 36)] {
      try lab.resize(columns: columns, rows: rows)
      try await lab.wait(until: "the alarm at \(columns)×\(rows)") { screen in
        screen.split(separator: "\n").contains { $0.count == columns && $0.hasSuffix("╮") } && screen.contains("▲")
      }
    }

    try lab.press("a")
    try await lab.wait(for: "▽ ACKNOWLEDGED")
    try lab.press("A")
    try await lab.wait(for: "Attack the weights of step", "full AutoAttack")
    try lab.press("f")
    try await lab.wait(until: "the full attack's row, in the pause") { screen in
      screen.contains("AutoAttack on the weights of step") && screen.contains { $0 == "▽" }
        && screen.split(separator: "\n").contains { $0.contains("│ full ") } && screen.contains("paused")
    }
    try lab.press("C-c")
    try lab.press("C-c")
    #expect(try await lab.exitStatus() == 0)
  }

  @Test func aChangeEndsTheTourAfterAQuestion() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let preset = folder.appendingPathComponent("tour.yaml")
    // The pause keeps the run before the second stop until the key is pressed.
    try """
    # A tour for a test.
    tour:
      - {at: 2, set: {eps: 8/255}, pause: true}
      - {at: 40, set: {beta: 1}}
    """.write(to: preset, atomically: true, encoding: .utf8)
    let program = try BuiltProgram.file().path, out = folder.appendingPathComponent("run").path
    let lab = try TmuxSession(
      [program, "lab", "--preset", preset.path, "--steps", "100000", "--out", out] + SmallRun.options)
    defer { lab.end() }
    try await lab.wait(until: "the first stop") { $0.contains("ε 16/255 → 8/255") && $0.contains("paused") }
    // Keys of the view leave it alone.
    for key in ["t", "y", "z"] { try lab.press(key) }
    try lab.press("+")
    try await lab.wait(for: "End the tour?")
    try lab.press("Enter")
    try await lab.wait(for: "the tour ends here")
    try lab.press("Space")
    try await lab.wait(until: "steps after the second stop") { screen in
      (screen.firstMatch(of: /step +([0-9 ]+)\//).flatMap { Int($0.1.filter(\.isNumber)) } ?? 0) > 60
    }
    try lab.press("C-c")
    try lab.press("C-c")
    #expect(try await lab.exitStatus() == 0)
    // The run's preset has the changes that were made.
    let changes = try Preset(path: "\(out)/preset.yaml").tour.flatMap(\.changes)
    #expect(changes.map(\.knob) == ["eps", "gamma"])
  }
}
