import Events
import Foundation
import TestSupport
import Testing

/// Alarms of the built program on mirage: the exit status headless, and in the lab what a person does about one.
///
/// The network is tiny, learns FGSM for a few steps, and the thresholds are low: an alarm comes within a second. What the
/// real thresholds say of real runs is in docs/alarm.md.
@Suite("Alarms of the program", .serialized, .timeLimit(.minutes(5)))
struct AlarmRunTests {
  private static let alarming = [
    "width=4", "batch=32", "attack.steps=1", "attack.step=16/255", "attack.start=clean", "data.train=512",
    "data.test=64", "validation.every=30", "sentinel.every=5", "sentinel.deep_every=0", "sentinel.budget=1",
    "sentinel.images=64", "sentinel.alarm=0.05", "sentinel.watch=0.02",
  ].flatMap { ["--set", $0] }

  @Test("with --fail-on-alarm an alarm nobody acknowledged is status 3 and one line; without, the run is a success")
  func status() async throws {
    let arguments = ["train", "--steps", "40", "--json", "--quiet"] + Self.alarming
    let strict = try await BuiltProgram.run(arguments + ["--fail-on-alarm"])
    #expect(strict.status == 3)
    #expect(strict.error.hasPrefix("dualab: false robustness") && strict.error.split(separator: "\n").count == 1)
    let kind = try await BuiltProgram.run(arguments)
    #expect(kind.status == 0 && kind.error == "")
    for run in [strict, kind] {
      let told = try run.result.split(separator: "\n").map {
        try JSONDecoder().decode(Event.self, from: Data($0.utf8))
      }
      let raised = told.filter {
        if case .alarm(let change) = $0 { change.state == .alarm && change.from != .alarm } else { false }
      }
      #expect(raised.count == 1)
      guard case .summary(let summary)? = told.last else {
        Issue.record("no summary at the end")
        return
      }
      #expect(summary.outcome == .finished && summary.step == 40)
    }
    // No alarm, no status.
    let calm = try await BuiltProgram.run(arguments + ["--set", "sentinel.alarm=1", "--fail-on-alarm"])
    #expect(calm.status == 0)
  }

  @Test("in the lab an alarm pauses the run, is acknowledged, and a full AutoAttack on a copy tells what it found")
  func acknowledgedAndConfirmed() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let program = try BuiltProgram.file().path, out = folder.appendingPathComponent("run").path
    let lab = try TmuxSession(
      [program, "lab", "--out", out, "--steps", "100000", "--set", "sentinel.pause=on"] + Self.alarming)
    defer { lab.end() }
    let alarmed = try await lab.wait(until: "an alarm and the pause") {
      $0.contains("▲ FALSE ROBUSTNESS") && $0.contains("paused") && $0.contains("checkpoint alarm")
    }
    #expect(alarmed.contains("confirm with AutoAttack") && alarmed.contains("acknowledge"))
    for (columns, rows) in [(80, 24), (40, 12), (120, 36)] {
      try lab.resize(columns: columns, rows: rows)
      try await lab.wait(until: "the alarm at \(columns)×\(rows)") { screen in
        screen.split(separator: "\n").contains { $0.count == columns && $0.hasSuffix("╮") } && screen.contains("▲")
      }
    }

    try lab.press("a")
    try await lab.wait(for: "▽ ACKNOWLEDGED")
    try lab.press("A")
    let asked = try await lab.wait(for: "Attack the weights of step")
    #expect(asked.contains("full AutoAttack"))
    try lab.press("f")
    let attacked = try await lab.wait(until: "the full attack's row") { screen in
      screen.contains("AutoAttack on the weights of step") && screen.contains { $0 == "▽" }
        && screen.split(separator: "\n").contains { $0.contains("│ full ") }
    }
    #expect(attacked.contains("paused"))
    try lab.press("C-c")
    try lab.press("C-c")
    #expect(try await lab.exitStatus() == 0)
  }

  @Test("a key takes a tour over: what is left of it does not happen, and the key does what it always does")
  func tour() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let program = try BuiltProgram.file().path, out = folder.appendingPathComponent("run").path
    let small = ["width=4", "batch=32", "attack.steps=1", "data.train=512", "data.test=64"].flatMap { ["--set", $0] }
    let lab = try TmuxSession(
      [program, "lab", "--preset", "tour-kl-cure", "--steps", "100000", "--out", out] + small + ["--at", "2:eps=8/255"])
    defer { lab.end() }
    try await lab.wait(for: "ε 16/255 → 8/255")
    try lab.press("Space")
    let taken = try await lab.wait(for: "the tour ends here: the session is yours")
    #expect(taken.contains("paused") || taken.contains("pausing"))
    let reached = try #require(taken.firstMatch(of: /step +([0-9]+)\//).flatMap { Int($0.1) })
    try lab.press("Space")
    // β would have been raised after step 200.
    let later = try await lab.wait(until: "steps after the tour's last stop") { screen in
      (screen.firstMatch(of: /step +([0-9 ]+)\//).flatMap { Int($0.1.filter(\.isNumber)) } ?? 0) > max(reached, 360)
    }
    if reached < 200 { #expect(!later.contains("β 0 → 1")) }
    try lab.press("C-c")
    try lab.press("C-c")
    #expect(try await lab.exitStatus() == 0)
  }
}
