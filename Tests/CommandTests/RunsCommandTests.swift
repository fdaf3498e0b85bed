import Foundation
import Runs
import Tensors
import TestSupport
import Testing

/// Runs that survive, by the built program: killed, resumed, branched, verified, compared, exported, removed.
@Suite(.serialized, .timeLimit(.minutes(5))) struct RunsCommandTests {
  /// 150 steps in epochs of 15, with two changes, a surgery, the sentinel, and short measurements.
  private static let options =
    [
      "train", "--steps", "150", "--quiet", "--at", "10:gamma=0.2", "--at", "20:norm=dbn", "--at", "30:eps=8/255",
      "--set",
      "sentinel.images=16", "--set", "sentinel.deep_images=8", "--set", "validation.limit=20", "--set", "test.limit=20",
    ] + SmallRun.options

  private func withFolder(_ body: (URL) async throws -> Void) async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder)
  }

  private func weights(_ run: URL, _ name: String = "last") throws -> [String: Safetensors.Tensor] {
    try Safetensors(contentsOf: run.appendingPathComponent("checkpoints/\(name).safetensors")).tensors
  }

  /// Trains a run to its end and returns its folder.
  private func run(in folder: URL, _ name: String = "whole", _ more: [String] = []) async throws -> URL {
    let url = folder.appendingPathComponent(name)
    let run = try await BuiltProgram.run(Self.options + more + ["--out", url.path])
    #expect(run.status == 0, "\(run.error)")
    return url
  }

  /// Kills a process as soon as a checkpoint of this name is there, or half of one, or one of a later step, where this
  /// one came and went between two looks.
  private func kill(_ process: Process, at name: String, in run: URL) {
    @Sendable func step(_ name: String) -> Int { name.firstMatch(of: /-(\d+)/).flatMap { Int($0.1) } ?? -1 }
    BuiltProgram.send(SIGKILL, to: process) {
      let names =
        (try? FileManager.default.contentsOfDirectory(atPath: run.appendingPathComponent("checkpoints").path)) ?? []
      return names.contains {
        (name.hasSuffix(".safetensors") ? $0 == name : $0.contains(name)) || step($0) > step(name)
      }
    }
  }

  @Test(arguments: ["auto-0.safetensors", "before-10", "auto-15", "before-20", "auto-30"])
  func aKilledRunGoesOnBitForBit(name: String) async throws {
    try await withFolder { folder in
      let whole = try await run(in: folder), parts = folder.appendingPathComponent("parts")
      let killed = try await BuiltProgram.run(Self.options + ["--out", parts.path]) { process, _ in
        kill(process, at: name, in: parts)
      }
      #expect(killed.status == SIGKILL)
      let resumed = try await BuiltProgram.run(["train", "--quiet", "--resume", parts.path])
      #expect(resumed.status == 0, "\(resumed.error)")
      for name in ["last", "best"] { #expect(try weights(parts, name) == weights(whole, name), "\(name)") }
      let (one, other) = (try RunStore.open(whole, writing: false), try RunStore.open(parts, writing: false))
      #expect(try one.interventions().inOrder() == other.interventions().inOrder())
      #expect(try one.lastStep() == 150 && other.lastStep() == 150)
      #expect(try one.marks().all == other.marks().all && one.trunk(with: other) == 150)
      #expect(try other.sessions().count == 2)
    }
  }

  /// Killed again and again, also while what was done before is done again.
  @Test func aRunThatIsKilledAgainAndAgainGoesOnBitForBit() async throws {
    try await withFolder { folder in
      // Steps that are long enough for the kill to come in time.
      let slow = ["--set", "attack.steps=20"]
      let whole = try await run(in: folder, "whole", slow), parts = folder.appendingPathComponent("parts")
      _ = try await BuiltProgram.run(Self.options + slow + ["--out", parts.path]) { process, _ in
        kill(process, at: "before-30", in: parts)
      }
      // The newest ones gone, the next sessions begin earlier and do the changes again.
      for (name, next) in [("auto-15", "before-20"), ("before-10", "auto-15")] {
        for file in RunFiles(parts).entries.reversed() where !file.url.lastPathComponent.hasPrefix(name) {
          if file.step >= 10 { try FileManager.default.removeItem(at: file.url) }
        }
        _ = try await BuiltProgram.run(["train", "--quiet", "--resume", parts.path]) { process, _ in
          kill(process, at: next, in: parts)
        }
      }
      let resumed = try await BuiltProgram.run(["train", "--quiet", "--resume", parts.path])
      #expect(resumed.status == 0, "\(resumed.error)")
      #expect(try weights(parts) == weights(whole))
      let verified = try await BuiltProgram.run(["runs", "verify", parts.path])
      #expect(verified.status == 0, "\(verified.error)")
    }
  }

  @Test func aRunThatIsStoppedInItsFirstStepLeavesNoFolder() async throws {
    try await withFolder { folder in
      let url = folder.appendingPathComponent("early")
      let run = try await BuiltProgram.run(
        ["train", "--quiet", "--out", url.path, "--set", "attack.steps=1000", "--set", "batch=1024"]
      ) { process, _ in
        BuiltProgram.send(SIGTERM, to: process) {
          FileManager.default.fileExists(atPath: url.appendingPathComponent("checkpoints/auto-0.safetensors").path)
        }
      }
      #expect(run.status == 143 && !FileManager.default.fileExists(atPath: url.path), "\(run.error)")
    }
  }

  @Test func aDamagedCheckpointIsNamedAndTheOneBeforeItUsed() async throws {
    try await withFolder { folder in
      let whole = try await run(in: folder)
      let last = whole.appendingPathComponent("checkpoints/last.safetensors"), expected = try weights(whole)
      var data = try Data(contentsOf: last)
      data[data.count / 2] ^= 4
      try data.write(to: last)
      let resumed = try await BuiltProgram.run(["train", "--resume", whole.path])
      #expect(resumed.status == 0)
      #expect(resumed.error.contains("last.safetensors: damaged: its checksum"), "\(resumed.error)")
      #expect(try weights(whole) == expected)
      // As evidence it is no better.
      let attack = try await BuiltProgram.run([
        "attack", "--checkpoint", last.path, "--data", "mirage:test", "--limit", "4",
      ])
      #expect(attack.status == 0, "the run wrote it again: \(attack.error)")
    }
  }

  @Test(arguments: [3, 25]) func aRunThatWasKilledBeforeItsFirstCheckpointBeginsAgain(step: Int) async throws {
    try await withFolder { folder in
      let whole = try await run(in: folder), expected = try weights(whole)
      try RunRecordForger.killEarly(whole, afterStep: step)
      let again = try await BuiltProgram.run(["train", "--resume", whole.path])
      #expect(again.status == 0, "\(again.error)")
      #expect(again.error.contains("whole: ended before its first checkpoint; it begins again from its settings"))
      #expect(try weights(whole) == expected)
      let store = try RunStore.open(whole, writing: false)
      #expect(try store.lastStep() == 150 && store.sessions().count == 2 && store.interventions().inOrder().count == 4)
      let verified = try await BuiltProgram.run(["runs", "verify", whole.path])
      #expect(verified.status == 0, "\(verified.error)")
    }
  }

  @Test func aFinishedRunCanBeMadeLonger() async throws {
    try await withFolder { folder in
      let whole = try await run(in: folder)
      let again = try await BuiltProgram.run(["train", "--resume", whole.path])
      #expect(again.status == 1 && again.error.contains("finished after 150 steps; add --steps N"), "\(again.error)")
      let longer = try await BuiltProgram.run(["train", "--resume", whole.path, "--steps", "160"])
      #expect(
        longer.status == 0 && longer.error.contains("schedule now stretches over all 160 steps"), "\(longer.error)")
      #expect(try RunStore.open(whole, writing: false).lastStep() == 160)
      let verified = try await BuiltProgram.run(["runs", "verify", whole.path])
      #expect(verified.status == 0 && verified.result.hasPrefix("verified: 160 steps"), "\(verified.error)")
    }
  }

  @Test func aBranchIsTheRunWithOtherChanges() async throws {
    try await withFolder { folder in
      let whole = try await run(in: folder), branch = folder.appendingPathComponent("branch")
      let before = try weights(whole)
      let made = try await BuiltProgram.run(
        ["runs", "branch", whole.path, "--at", "25", "--set", "beta=1", "--out", branch.path])
      #expect(made.status == 0 && made.result == "\(branch.path)\n", "\(made.error)")
      let trained = try await BuiltProgram.run(["train", "--quiet", "--resume", branch.path])
      #expect(trained.status == 0, "\(trained.error)")
      // The tour goes on after the branch; the same run from its beginning is the proof.
      let straight = try await run(in: folder, "straight", ["--at", "25:beta=1"])
      #expect(try weights(branch) == weights(straight))
      #expect(try weights(whole) == before)
      let verified = try await BuiltProgram.run(["runs", "verify", branch.path])
      #expect(verified.status == 0, "\(verified.error)")
      let compared = try await BuiltProgram.run(["runs", "compare", whole.path, branch.path])
      #expect(compared.result.contains("beta") && !compared.result.contains("gamma"), "\(compared.result)")
      let late = try await BuiltProgram.run(["runs", "branch", whole.path, "--at", "151"])
      #expect(late.status == 1 && late.error.contains("has done 150; use a step in 0 … 150"), "\(late.error)")
    }
  }

  @Test func verifyFindsARecordThatIsNotTheRuns() async throws {
    try await withFolder { folder in
      let whole = try await run(in: folder)
      let verified = try await BuiltProgram.run(["runs", "verify", whole.path])
      #expect(
        verified.status == 0 && verified.result.hasPrefix("verified: 150 steps executed again"), "\(verified.error)")
      try RunRecordForger.change(whole)
      let forged = try await BuiltProgram.run(["runs", "verify", whole.path])
      #expect(
        forged.status == 1 && forged.error.contains("give other weights than last.safetensors"), "\(forged.error)")
    }
  }

  @Test func theRunsPresetRepeatsIt() async throws {
    try await withFolder { folder in
      let whole = try await run(in: folder), again = folder.appendingPathComponent("again")
      let repeated = try await BuiltProgram.run(
        ["train", "--quiet", "--preset", whole.appendingPathComponent("preset.yaml").path, "--out", again.path])
      #expect(repeated.status == 0, "\(repeated.error)")
      #expect(try weights(again) == weights(whole))
    }
  }

  @Test func twoProcessesDoNotTrainInOneFolder() async throws {
    try await withFolder { folder in
      let url = folder.appendingPathComponent("busy")
      let first = try await BuiltProgram.run(
        ["train", "--steps", "1000000", "--quiet", "--out", url.path] + SmallRun.options
      ) { process, _ in
        while RunLock.holder(of: url) == nil { try await Task.sleep(for: .milliseconds(5)) }
        let second = try await BuiltProgram.run(["train", "--steps", "3", "--out", url.path] + SmallRun.options)
        #expect(second.status == 1 && second.error.contains("in use by process \(process.processIdentifier)"))
        let third = try await BuiltProgram.run(["train", "--resume", url.path])
        #expect(third.status == 1 && third.error.contains("in use by process"), "\(third.error)")
        process.terminate()
      }
      #expect(first.status == 143)
      // The lock of a process that is gone is nobody's.
      let removed = try await BuiltProgram.run(["runs", "remove", url.path, "--yes"])
      #expect(removed.status == 0 && !FileManager.default.fileExists(atPath: url.path), "\(removed.error)")
    }
  }

  @Test func exportsAreReadable() async throws {
    try await withFolder { folder in
      let whole = try await run(in: folder)
      let csv = try await BuiltProgram.run(["runs", "export", whole.path, "--format", "csv", "--out", "-"])
      let rows = csv.result.split(separator: "\n")
      #expect(rows.filter { $0.contains(",sample,") }.count == 150 && rows[0].hasPrefix("seq,event,step"))
      let lines = try await BuiltProgram.run(["runs", "export", whole.path, "--format", "jsonl", "--out", "-"])
      #expect(try lines.events.count > 50)
      let page = folder.appendingPathComponent("page.html")
      let html = try await BuiltProgram.run(["runs", "export", whole.path, "--format", "html", "--out", page.path])
      #expect(html.status == 0, "\(html.error)")
      let text = try String(contentsOf: page, encoding: .utf8)
      #expect(text.contains("<polyline") && text.contains("step 10: γ = 0.2") && !text.contains("<script"))
    }
  }

  @Test func aFrameOfAReplayIsPrinted() async throws {
    try await withFolder { folder in
      let whole = try await run(in: folder)
      let frame = try await BuiltProgram.run(["replay", whole.path, "--frame", "25", "--size", "120x36"])
      let lines = frame.result.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.count == 37 && lines.allSatisfy { $0.isEmpty || $0.count == 120 })
      #expect(lines[0].contains(/step +25\/150/) && frame.result.contains("γ 0.5 → 0.2"), "\(frame.result)")
      let picture = try await BuiltProgram.run(["replay", whole.path, "--frame", "25", "--format", "svg"])
      #expect(picture.result.hasPrefix("<svg") && picture.result.hasSuffix("</svg>\n"))
    }
  }

  @Test func aRunningRunIsReachedThroughItsSocket() async throws {
    try await withFolder { folder in
      let url = folder.appendingPathComponent("busy")
      let run = try await BuiltProgram.run(
        ["train", "--steps", "1000000", "--json", "--quiet", "--control", "tune", "--out", url.path] + SmallRun.options
      ) { process, result in
        while (try? String(contentsOf: result, encoding: .utf8))?.contains(#""event":"sample""#) != true {
          try await Task.sleep(for: .milliseconds(5))
        }
        let mode = try FileManager.default.attributesOfItem(atPath: url.appendingPathComponent("control.sock").path)
        #expect(mode[.posixPermissions] as? Int == 0o600)
        let set = try await BuiltProgram.run(["send", url.path, "set beta=0.5"])
        #expect(set.status == 0, "\(set.error)")
        let wrong = try await BuiltProgram.run(["send", url.path, "set", "beta=-1"])
        #expect(wrong.status == 1 && wrong.error.contains("beta"), "\(wrong.error)")
        let conflict = try await BuiltProgram.run(["send", url.path, "acknowledge"])
        #expect(conflict.status == 1 && conflict.error.contains("no alarm to acknowledge"), "\(conflict.error)")
        let stop = try await BuiltProgram.run(["send", url.path, "stop"])
        #expect(stop.status == 1 && stop.error.contains("not permitted"), "\(stop.error)")
        process.terminate()
      }
      #expect(run.result.contains(#""cause":"remote""#))
      let nobody = try await BuiltProgram.run(["send", url.path, "pause"])
      #expect(nobody.status == 1 && nobody.error.contains("nobody trains it"), "\(nobody.error)")
    }
  }
}
