import Foundation
import TestSupport
import Testing

/// The lab in a real terminal, after the end of a run.
@Suite(.serialized, .timeLimit(.minutes(5))) struct AfterEndSessionTests {
  @Test func aFinishedRunIsAttackedTrainedLongerAndBegunAgainWithoutLeaving() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let out = folder.appendingPathComponent("run")
    let lab = try TmuxSession(
      [try BuiltProgram.file().path, "lab", "--out", out.path, "--steps", "12"] + SmallRun.options, columns: 120,
      rows: 40)
    defer { lab.end() }
    try await lab.wait(for: "finished after 12 steps")

    try lab.press("l")
    try await lab.wait(until: "how far below PGD it is") { $0.contains(/points[\s│]+below PGD/) }
    #expect(FileManager.default.fileExists(atPath: out.appendingPathComponent("attack-last-12.json").path))
    try lab.press("d")
    try await lab.wait(for: "Diagnosis of the last weights")
    try lab.press("r")
    try await lab.wait(for: "Results")

    try lab.press("m")
    try await lab.wait(for: ":longer 18")
    try lab.press("Enter")
    try await lab.wait(for: "finished after 18 steps")

    // What cannot begin is said where it was asked for, and the lab stays.
    try lab.press("a")
    try await lab.wait(for: ":restart")
    try lab.type("norm=dbn batching=seq")
    try lab.press("Enter")
    try await lab.wait(for: "DBN needs both domains", "finished after 18 steps")
    try lab.press("r")
    try await lab.wait(for: "Results")
    try lab.press("a")
    try await lab.wait(for: ":restart")
    try lab.type("β=1 steps=6")
    try lab.press("Enter")
    try await lab.wait(for: "finished after 6 steps")
    let runs = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
      $0.contains("false-robustness")
    }
    let run = try #require(runs.first)
    #expect(runs.count == 1, "the new run lies next to the first one")
    let preset = try String(contentsOf: folder.appendingPathComponent("\(run)/preset.yaml"), encoding: .utf8)
    #expect(preset.contains("beta: 1\n"))

    try lab.press("O")
    try await lab.wait(for: "type to filter")
    try lab.type("kl-cure")
    try await lab.wait(for: "filter: kl-cure")
    try lab.press("Enter")
    try await lab.wait(for: "kl-cure · mirage")
    try lab.press("q", "s")
    #expect(try await lab.exitStatus() == 0)
    #expect(try !lab.isOnAlternateScreen)
  }
}
