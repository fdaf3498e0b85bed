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
    #expect(line?.hasSuffix("tried again every few seconds (engine)") == true)
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
