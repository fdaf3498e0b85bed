import Foundation
import Tensors
import TestSupport
import Testing

/// A disk without space, by a limit of the size of files: nothing is lost, and one line says what to do.
@Suite(.serialized, .timeLimit(.minutes(2))) struct FullDiskTests {
  private func shell(_ command: String, in folder: URL) throws -> (process: Process, errors: URL) {
    let process = Process(), errors = folder.appendingPathComponent("stderr")
    try Data().write(to: errors)
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", command]
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    return (process, errors)
  }

  /// Starts a long run in `run` below a folder, and takes its folder of checkpoints away as soon as it trains.
  private func withoutCheckpoints(
    in folder: URL, _ body: (_ process: Process, _ run: URL, _ said: () -> String) async throws -> Void
  ) async throws {
    let program = try BuiltProgram.file().path, run = folder.appendingPathComponent("run")
    let options = (["train", "--steps", "1000000", "--control", "all", "--set", "sentinel.every=0"] + SmallRun.options)
      .map { "'\($0)'" }.joined(separator: " ")
    let temporary = folder.appendingPathComponent("tmp")
    try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
    let (process, errors) = try shell("TMPDIR='\(temporary.path)' exec '\(program)' \(options) --out run", in: folder)
    let said = { (try? String(contentsOf: errors, encoding: .utf8)) ?? "" }
    try await wait { said().contains("step 4/") }
    let checkpoints = run.appendingPathComponent("checkpoints")
    try FileManager.default.moveItem(at: checkpoints, to: folder.appendingPathComponent("moved"))
    try Data().write(to: checkpoints)
    try await body(process, run, said)
    process.waitUntilExit()
  }

  private func wait(until isTrue: () -> Bool) async throws {
    let came: Bool? = try await Polling.first(within: .seconds(60)) { isTrue() ? true : nil }
    #expect(came == true)
  }

  @Test func aRunThatCannotWriteItsWeightsIsSavedElsewhere() async throws {
    let folder = try BuiltProgram.newFolder(), elsewhere = folder.appendingPathComponent("an other=place")
    defer { try? FileManager.default.removeItem(at: folder) }
    try await withoutCheckpoints(in: folder) { process, run, said in
      let finish = try await BuiltProgram.run(["send", run.path, "finish"])
      #expect(finish.status == 0, "\(finish.error)")
      try await wait { said().contains("waiting, the weights are not on the disk") }
      let wrong = try await BuiltProgram.run(["send", run.path, "save-to /proc/nowhere"])
      #expect(wrong.status == 1 && wrong.error.contains("save-to /proc/nowhere: this folder takes no checkpoints"))
      let relative = try await BuiltProgram.run(["send", run.path, "save-to here"])
      #expect(relative.status == 1 && relative.error.contains("give the whole path"), "\(relative.error)")
      let right = try await BuiltProgram.run(["send", run.path, "save-to \(elsewhere.path)"])
      #expect(right.status == 0, "\(right.error)")
      try await wait { !process.isRunning }
      #expect(process.terminationStatus == 0 && said().contains("checkpoints are written to \(elsewhere.path)"))
    }
    for name in ["last", "best"] {
      #expect(try !Safetensors(contentsOf: elsewhere.appendingPathComponent("\(name).safetensors")).tensors.isEmpty)
    }
  }

  @Test func aRunThatIsStoppedThereLeavesItsWeightsInTheFolderForTemporaryFiles() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    var number: Int32 = 0
    try await withoutCheckpoints(in: folder) { process, _, said in
      number = process.processIdentifier
      process.terminate()
      try await wait { !process.isRunning }
      #expect(process.terminationStatus == 143, "\(said())")
    }
    let kept = folder.appendingPathComponent("tmp/dualab-run-\(number)/interrupted.safetensors")
    let copy = folder.appendingPathComponent("run/checkpoints")
    try FileManager.default.removeItem(at: copy)
    try FileManager.default.moveItem(at: folder.appendingPathComponent("moved"), to: copy)
    try FileManager.default.moveItem(at: kept, to: copy.appendingPathComponent("interrupted.safetensors"))
    let resumed = try await BuiltProgram.run([
      "train", "--resume", folder.appendingPathComponent("run").path, "--steps", "1",
    ])
    #expect(resumed.status == 2 && resumed.error.contains("use a larger number"), "\(resumed.error)")
  }

  @Test func aRunThatCannotWriteItsWeightsWaitsAndGoesOnLater() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let program = try BuiltProgram.file().path
    let options = (["train", "--steps", "12"] + SmallRun.options + ["--set", "width=8"]).map { "'\($0)'" }
      .joined(separator: " ")
    // The first checkpoint has room, one with the best weights in it has not.
    let (process, errors) = try shell("ulimit -f 90; exec '\(program)' \(options) --out run", in: folder)
    var line: Substring?
    for _ in 0..<3000 where line == nil {
      try await Task.sleep(for: .milliseconds(20))
      line = try String(contentsOf: errors, encoding: .utf8).split(separator: "\n").first { $0.contains("waiting") }
    }
    #expect(line?.contains("the weights are not on the disk: ") == true, "\(line ?? "")")
    #expect(line?.contains("tried again every few seconds; free some space, or write elsewhere with 'save-to") == true)
    #expect(process.isRunning)
    process.terminate()
    process.waitUntilExit()
    let said = try String(contentsOf: errors, encoding: .utf8).split(separator: "\n")
    #expect(process.terminationStatus == 1 && said.last?.contains("cannot be written") == true, "\(said)")

    let whole = try await SmallRun.checkpoint(
      in: folder.appendingPathComponent("other"), steps: 12, ["--set", "width=8"])
    let resumed = try await BuiltProgram.run(["train", "--resume", folder.appendingPathComponent("run").path])
    #expect(resumed.status == 0, "\(resumed.error)")
    let last = folder.appendingPathComponent("run/checkpoints/last.safetensors")
    #expect(try Safetensors(contentsOf: last).tensors == Safetensors(contentsOf: URL(fileURLWithPath: whole)).tensors)
  }
}
