import Events
import Foundation
import Testing

/// Short and interrupted runs of the built program on the built-in data.
@Suite("Runs of the program", .serialized, .timeLimit(.minutes(5)))
struct ProgramRunTests {
  /// A small network on few images, so that a step takes milliseconds.
  static let small = [
    "--set", "width=4", "--set", "batch=16", "--set", "attack.steps=2", "--set", "data.train=256", "--set",
    "data.test=64", "--set", "validation.every=4",
  ]

  private func events(_ text: String) throws -> [Event] {
    try text.split(separator: "\n").map { try JSONDecoder().decode(Event.self, from: Data($0.utf8)) }
  }

  @Test("train writes the run's folder and ends with the table")
  func train() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let out = folder.appendingPathComponent("run")
    let arguments = ["train", "--steps", "6", "--out", out.path] + Self.small
    let run = try await BuiltProgram.run(arguments)
    #expect(run.status == 0, "\(run.error)")
    let lines = run.result.split(separator: "\n")
    #expect(lines.count == 4)
    #expect(lines.first?.hasPrefix("false-robustness, 6 steps") == true)
    #expect(run.error.contains("validation, n "))
    for file in ["preset.yaml", "checkpoints/last.safetensors", "checkpoints/best.safetensors"] {
      #expect(FileManager.default.fileExists(atPath: out.appendingPathComponent(file).path), "\(file)")
    }
    let again = try await BuiltProgram.run(arguments)
    #expect(again.status == 1)
    #expect(again.error == "dualab: --out \(out.path): the folder is not empty; give a new one, or remove it first\n")
    // What was written repeats the run without its preset.
    let preset = out.appendingPathComponent("preset.yaml").path
    let repeated = try await BuiltProgram.run(["train", "--preset", preset])
    #expect(repeated.status == 0, "\(repeated.error)")
    #expect(repeated.result.split(separator: "\n").dropFirst() == lines.dropFirst())
  }

  @Test("train --json tells every event on stdout, and the lab without a terminal trains as well")
  func json() async throws {
    let run = try await BuiltProgram.run(["train", "--steps", "3", "--json", "--quiet"] + Self.small)
    #expect(run.status == 0)
    #expect(run.error == "")
    let told = try events(run.result)
    #expect(told.compactMap { if case .sample(let sample) = $0 { sample.step } else { nil } } == [1, 2, 3])
    guard case .summary(let summary)? = told.last else {
      Issue.record("no summary at the end")
      return
    }
    #expect(summary.results.map(\.weights) == ["last", "best"])
    let lab = try await BuiltProgram.run(["--steps", "3"] + Self.small)
    #expect(lab.status == 0)
    #expect(lab.result.hasPrefix("false-robustness, 3 steps"))
  }

  @Test(
    "a signal ends a run after a checkpoint, with its status",
    arguments: [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129)] as [(Int32, Int32)])
  func signals(number: Int32, status: Int32) async throws {
    let run = try await BuiltProgram.run(["train", "--steps", "1000000", "--json"] + Self.small) { process, result in
      while try !String(contentsOf: result, encoding: .utf8).contains(#""event":"sample""#), process.isRunning {
        try await Task.sleep(for: .milliseconds(10))
      }
      kill(process.processIdentifier, number)
    }
    #expect(run.status == status)
    let told = try events(run.result)
    #expect(told.contains { if case .checkpoint(let note) = $0 { note.kind == "interrupted" } else { false } })
    guard case .summary(let summary)? = told.last else {
      Issue.record("no summary at the end")
      return
    }
    #expect(summary.outcome == .stopped)
  }

  @Test("a run whose reader goes away ends quietly")
  func closedReader() async throws {
    let run = try await BuiltProgram.run(
      ["train", "--steps", "1000000", "--json", "--quiet"] + Self.small, closesResult: true)
    #expect(run.status == 141)
    #expect(run.error == "")
  }

  @Test("absent data are one line with the remedy, and leave no folder behind")
  func absentData() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let out = folder.appendingPathComponent("run")
    let run = try await BuiltProgram.run([
      "train", "--set", "data=fashion-mnist", "--set", "data.dir=\(folder.path)/none", "--quiet", "--out", out.path,
    ])
    #expect(run.status == 1)
    #expect(run.error.hasPrefix("dualab: ") && run.error.split(separator: "\n").count == 1, "\(run.error)")
    #expect(run.error.contains("none"))
    #expect(!FileManager.default.fileExists(atPath: out.path))
  }
}
