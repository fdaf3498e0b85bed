import Foundation
import Runs
import TestSupport
import Testing

/// Going to marks, and branches next to their parents, by the built program.
@Suite(.serialized, .timeLimit(.minutes(5))) struct MarkedBranchTests {
  private static let options =
    ["--steps", "60", "--set", "sentinel.every=0", "--set", "validation.limit=20", "--set", "test.limit=20"]
    + SmallRun.options

  private func withFolder(_ body: (URL) async throws -> Void) async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder)
  }

  @Test func aBranchLeavesAtAMark() async throws {
    try await withFolder { folder in
      let run = folder.appendingPathComponent("run").path, changes = ["--at", "20:beta=1", "--at", "40:eps=8/255"]
      let trained = try await BuiltProgram.run(["train", "--quiet", "--out", run] + changes + Self.options)
      #expect(trained.status == 0, "\(trained.error)")
      let shown = try await BuiltProgram.run(["runs", "show", run])
      #expect(shown.result.contains("  m1  20  β 0→1\n  m2  40  ε 16/255→8/255\n"), "\(shown.result)")
      for (number, (mark, step)) in [("m2", 40), ("beta", 20), ("7", 7)].enumerated() {
        let out = folder.appendingPathComponent("branch-\(number)")
        let made = try await BuiltProgram.run(
          ["runs", "branch", run, "--at", mark, "--set", "gamma=0.2", "--out", out.path])
        #expect(made.status == 0 && made.error.hasPrefix("branched at step \(step)"), "\(made.error)")
        let trained = try await BuiltProgram.run(["train", "--quiet", "--resume", out.path])
        #expect(trained.status == 0, "\(trained.error)")
        let parent = try RunStore.open(URL(fileURLWithPath: run), writing: false)
        let branch = try RunStore.open(out, writing: false)
        #expect(try parent.trunk(with: branch) == step && branch.trunk(with: parent) == step)
        // The changes of --at are a tour, which goes on in the branch.
        let expected =
          switch step {
          case 7: ["γ 0.5→0.2", "β 0→1", "ε 16/255→8/255"]
          case 20: ["γ 0.5→0.2, β 0→1", "ε 16/255→8/255"]
          default: ["β 0→1", "γ 0.5→0.2, ε 16/255→8/255"]
          }
        #expect(try branch.marks().all.map(\.text) == expected)
      }
      let wrong = try await BuiltProgram.run(["runs", "branch", run, "--at", "m9"])
      #expect(wrong.status == 2 && wrong.error.contains("no mark 'm9'; there are m1 … m2"), "\(wrong.error)")
    }
  }

  /// A lab that has trained a few steps of a run that does not end by itself.
  private func trainingLab(in folder: URL) async throws -> TmuxSession {
    let program = try BuiltProgram.file().path, out = folder.appendingPathComponent("run").path
    let options = ["--out", out, "--steps", "100000", "--threads", "2"] + Self.options.dropFirst(2)
    let lab = try TmuxSession([program, "lab"] + options, columns: 120, rows: 36)
    do {
      try await lab.wait(until: "a few steps") { $0.contains(/step +3/) }
    } catch {
      // Nobody else would end it.
      lab.end()
      throw error
    }
    return lab
  }

  @Test func aBranchTrainsNextToItsParentWithTheBitsItHasAlone() async throws {
    try await withFolder { folder in
      let lab = try await trainingLab(in: folder)
      defer { lab.end() }
      try lab.type(":note first look")
      try lab.press("Enter")
      try await lab.wait(for: "m1 first look")
      try lab.press("Space")
      try await lab.wait(for: "paused")
      try lab.press("+")
      try await lab.wait(for: "γ 0.5 → 0.6 (you)")
      try lab.type(":branch gamma beta=1 --beside")
      try lab.press("Enter")
      try await lab.wait(until: "the branch, without what its parent changed later") {
        $0.contains("β 0 → 1 (you)") && $0.contains("2/2 branch") && $0.contains("A parent: dashed")
          && !$0.contains("γ 0.5 → 0.6")
      }
      // A note is in the branch, under the same number, whatever checkpoint it goes on from.
      try await lab.wait(for: "m1 first look")
      try lab.press("o")
      try await lab.wait(for: "1/2 parent", "paused")
      try lab.press("Space")
      try await lab.wait(for: "training")
      try lab.type(":view branch")
      try lab.press("Enter")
      try await lab.wait(for: "2/2 branch")
      // Each is left by itself.
      try lab.press("q")
      try await lab.wait(for: "the other one stays open")
      try lab.press("s")
      try await lab.wait(for: "the parent is still open; q ends it, too")
      try lab.press("q")
      try await lab.wait(for: "cancel")
      try lab.press("s")
      #expect(try await lab.exitStatus() == 0)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      #expect(names.count == 2 && names[0] == "run" && names[1].hasPrefix("run-branch-"))
      for name in names {
        let verified = try await BuiltProgram.run(["runs", "verify", folder.appendingPathComponent(name).path])
        #expect(verified.status == 0, "\(verified.error)")
      }
    }
  }

  @Test func aSignalStopsBoth() async throws {
    try await withFolder { folder in
      let lab = try await trainingLab(in: folder)
      defer { lab.end() }
      try lab.type(":branch 2 beta=1 --beside")
      try lab.press("Enter")
      try await lab.wait(until: "a few steps of the branch") { $0.contains("2/2 branch") && $0.contains(/step +2/) }
      try lab.signal(SIGTERM)
      #expect(try await lab.exitStatus() == 143)
      for name in ["run", "run-branch-2"] {
        let file = folder.appendingPathComponent("\(name)/checkpoints/interrupted.safetensors").path
        #expect(FileManager.default.fileExists(atPath: file), "\(name)")
      }
    }
  }
}
