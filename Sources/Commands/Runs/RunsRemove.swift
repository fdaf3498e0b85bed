import ArgumentParser
import Foundation
import Runs

/// `dualab runs remove`: deletes a run, and nothing else.
struct RunsRemove: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Delete a run: its record, its preset and its checkpoints.",
    discussion: "Asks first. Files in the folder that are not part of a run stay.")

  @Argument(help: ArgumentHelp("The run.", valueName: "run"))
  var name: String

  @Flag(help: "Do not ask.")
  var yes = false

  func run() throws {
    let run = try RunName(name), output = Output.standard
    // Nobody may write to what is deleted.
    let lock = try RunLock(run.url)
    defer { withExtendedLifetime(lock) {} }
    let files = try RunsRemove.parts(of: run.url)
    if !yes {
      guard isatty(STDIN_FILENO) == 1 else {
        throw CommandFailure.usage("remove \(run.url.relativePath): nobody can be asked here; add --yes")
      }
      try output.error("delete \(run.url.relativePath) (\(files.count) files)? [y/N] ")
      guard readLine()?.lowercased().hasPrefix("y") == true else { return try output.error("kept\n") }
    }
    for file in files where unlink(file.path) != 0 {
      throw CommandFailure.failed("\(file.path): cannot be deleted (\(String(cString: strerror(errno))))")
    }
    rmdir(run.url.appendingPathComponent("checkpoints").path)
    if rmdir(run.url.path) != 0 {
      try output.error("\(run.url.relativePath): the folder stays, other files are in it\n")
    }
  }

  /// The files that a run writes, and that are there. A link is not followed.
  private static func parts(of url: URL) throws -> [URL] {
    let own = ["preset.yaml", "control.sock"] + ["", "-wal", "-shm"].map { RunStore.fileName + $0 }
    let checkpoints = url.appendingPathComponent("checkpoints")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: checkpoints.path)) ?? []
    let weights = names.filter { $0.hasSuffix(".safetensors") || $0.hasSuffix(".partial") }
    let there = own.map { url.appendingPathComponent($0) }.filter { FileManager.default.fileExists(atPath: $0.path) }
    // The lock last: until then nobody else begins here.
    return there + weights.map { checkpoints.appendingPathComponent($0) } + [url.appendingPathComponent("run.lock")]
  }
}
