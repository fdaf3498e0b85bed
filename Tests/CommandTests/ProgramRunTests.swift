import Events
import Foundation
import Readout
import Testing

/// Short and interrupted runs of the built program on the built-in data.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ProgramRunTests {
  @Test func trainWritesTheRunAndPrintsTheTable() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let out = folder.appendingPathComponent("run")
    let arguments = ["train", "--steps", "6", "--out", out.path] + SmallRun.options
    let run = try await BuiltProgram.run(arguments)
    #expect(run.status == 0, "\(run.error)")
    let lines = run.result.split(separator: "\n")
    #expect(lines.count == 5 && lines[4] == "gap not measured: robustness under PGD alone can be false")
    #expect(lines.first?.hasPrefix("false-robustness, 6 steps") == true)
    #expect(run.error.contains("validation, n "))
    for file in ["preset.yaml", "checkpoints/last.safetensors", "checkpoints/best.safetensors"] {
      #expect(FileManager.default.fileExists(atPath: out.appendingPathComponent(file).path), "\(file)")
    }
    let again = try await BuiltProgram.run(arguments)
    #expect(again.status == 1)
    #expect(
      again.error == "dualab: --out \(out.path): the folder is not empty; use a new one, or go on with "
        + "--resume \(out.path)\n")
    // The preset in the folder repeats the run.
    let preset = out.appendingPathComponent("preset.yaml").path
    let repeated = try await BuiltProgram.run(["train", "--preset", preset])
    #expect(repeated.status == 0, "\(repeated.error)")
    #expect(repeated.result.split(separator: "\n").dropFirst() == lines.dropFirst())
  }

  @Test func jsonPrintsEveryEventAndTheLabTrainsWithoutATerminal() async throws {
    let run = try await BuiltProgram.run(["train", "--steps", "3", "--json", "--quiet"] + SmallRun.options)
    #expect(run.status == 0)
    #expect(run.error == "")
    #expect(try run.events.compactMap { if case .sample(let sample) = $0 { sample.step } else { nil } } == [1, 2, 3])
    #expect(try run.summary.results.map(\.weights) == [.last, .best])
    let lab = try await BuiltProgram.run(["--steps", "3"] + SmallRun.options)
    #expect(lab.status == 0)
    #expect(lab.result.hasPrefix("false-robustness, 3 steps"))
  }

  @Test(arguments: [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129)] as [(Int32, Int32)])
  func aSignalEndsARunAfterACheckpoint(number: Int32, status: Int32) async throws {
    let run = try await BuiltProgram.run(["train", "--steps", "1000000", "--json"] + SmallRun.options) {
      process, result in
      BuiltProgram.send(number, to: process) {
        (try? String(contentsOf: result, encoding: .utf8))?.contains(#""event":"sample""#) ?? false
      }
    }
    #expect(run.status == status)
    #expect(
      try run.events.contains { if case .checkpoint(let note) = $0 { note.kind == .interrupted } else { false } })
    #expect(try run.summary.outcome == .stopped)
  }

  @Test func aRunWhoseReaderGoesAwayEndsQuietly() async throws {
    let run = try await BuiltProgram.run(
      ["train", "--steps", "1000000", "--json", "--quiet"] + SmallRun.options, closesResult: true)
    #expect(run.status == 141)
    #expect(run.error == "")
  }

  @Test func missingDataAreOneLineAndLeaveNoFolder() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let out = folder.appendingPathComponent("run")
    let run = try await BuiltProgram.run([
      "train", "--set", "data=fashion-mnist", "--set", "data.dir=\(folder.path)/none", "--quiet", "--out", out.path,
    ])
    #expect(run.status == 1)
    #expect(run.error.hasPrefix("dualab: ") && run.errorLines.count == 1, "\(run.error)")
    #expect(run.error.contains("none"))
    #expect(!FileManager.default.fileExists(atPath: out.path))
  }
}
