import ArgumentParser
import Events
import Foundation
import Runs

/// `dualab runs pin`: keeps a checkpoint that would be replaced by newer ones.
struct RunsPin: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pin", abstract: "Keep a checkpoint for good that newer ones would replace.")

  @Argument(help: ArgumentHelp("The run.", valueName: "run"))
  var name: String

  @Option(help: ArgumentHelp("The step of the checkpoint; 'dualab runs show RUN' lists them.", valueName: "step"))
  var at: Int

  func run() throws {
    let run = try RunName(name), files = RunFiles(run.url)
    let there = files.entries.filter { $0.step == at && $0.canGoOn }
    let kept = run.url.appendingPathComponent("checkpoints/kept-\(at).safetensors")
    if FileManager.default.fileExists(atPath: kept.path) {
      return try Output.standard.error("step \(at) is pinned already\n")
    }
    guard let entry = there.last else {
      let steps = Set(files.entries.filter(\.canGoOn).map(\.step)).sorted().map { "\($0)" }
      throw CommandFailure.usage(
        "--at \(at): \(run.url.relativePath) has no checkpoint of that step to go on from; "
          + (steps.isEmpty ? "it has none" : "it has those of \(steps.joined(separator: ", "))"))
    }
    if link(entry.url.path, kept.path) != 0 {
      do { try FileManager.default.copyItem(at: entry.url, to: kept) } catch {
        throw CommandFailure.failed("\(kept.path): cannot be written; check that the disk has space")
      }
    }
    try Output.standard.result("\(kept.path)\n")
  }
}
