import ArgumentParser
import Foundation
import Spelling
import Synchronization
import Tensors

/// `dualab diagnose`: why a network's robustness is to be believed, or not.
package struct DiagnoseCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "diagnose", abstract: "Look into a trained network: gap, causes, distances between domains, PCA.",
    discussion: """
      Measures clean, PGD (as trained) and AutoAttack on test images, names what shows false robustness, and compares \
      what enters every norm layer for the three. AutoAttack takes its time on a robust network: --limit.
      """)

  @Argument(help: ArgumentHelp("The folder of a run: its last checkpoint, or its best.", valueName: "run"))
  var folder: String?

  @Option(help: ArgumentHelp("A checkpoint of a run.", valueName: "file"))
  var checkpoint: String?

  @Option(
    help: ArgumentHelp("One norm layer, by name or number from 1; --json then has its PCA points.", valueName: "layer"))
  var layer: String?

  @Option(help: "At most so many test images, the first ones.")
  var limit = 128

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("A setting of the data, such as data.dir=F; may be given many times.", valueName: "name=value"))
  var assignments: [String] = []

  @Option(help: ArgumentHelp("Write everything to a file; - for stdout alone.", valueName: "file"))
  var json: String?

  @Option(help: "Worker threads; results do not depend on it (default: one a core).")
  var threads: Int?

  @Flag(help: "Nothing on stderr but errors.")
  var quiet = false

  package init() {}

  package func run() throws {
    let output = Output.standard
    do {
      let plan = try DiagnosePlan(
        path: try file(), limit: limit, layer: layer, assignments: assignments, threads: threads)
      if let json, json != "-" { try AttackOptions.checkWritable(json) }
      let stop = Mutex(false), signals = SignalWatch { stop.withLock { $0 = true } }
      var screen = AttackScreen(plan.suite, output: output, isQuiet: quiet)
      let result: DiagnoseResult
      do {
        result = try plan.measure {
          screen.show($0)
        } poll: {
          if stop.withLock({ $0 }) { throw Interrupted() }
        }
        screen.clear()
      } catch is Interrupted {
        screen.clear()
        throw signals.signal.map(CommandFailure.signal) ?? CommandFailure.failed("interrupted")
      }
      if let json, json != "-" { try AtomicFile.write(result.encoded(), to: URL(fileURLWithPath: json)) }
      try output.result(
        json == "-"
          ? String(decoding: result.encoded(), as: UTF8.self)
          : DiagnoseTable.lines(result).joined(separator: "\n") + "\n")
    } catch let error as CommandFailure {
      throw error
    } catch let error as SettingError {
      throw CommandFailure.usage("\(error)")
    } catch let error as OutputClosed {
      throw error
    } catch let error as any CustomStringConvertible {
      // FileError, DataError and EvaluationError are lines.
      throw CommandFailure.failed("\(error)")
    }
  }

  private struct Interrupted: Error {}

  /// The checkpoint that is meant.
  private func file() throws -> String {
    guard (folder == nil) != (checkpoint == nil) else {
      throw CommandFailure.usage("give either the folder of a run or --checkpoint FILE")
    }
    guard limit > 0 else { throw CommandFailure.usage("--limit \(limit): give 1 or more") }
    if let threads, !(1...1024).contains(threads) {
      throw CommandFailure.usage("--threads \(threads): give a whole number in 1 … 1024")
    }
    if let checkpoint { return checkpoint }
    let checkpoints = URL(fileURLWithPath: folder ?? "").appendingPathComponent("checkpoints")
    let candidates = ["last", "best", "interrupted"].map {
      checkpoints.appendingPathComponent("\($0).safetensors").relativePath
    }
    guard let found = candidates.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
      throw CommandFailure.failed(
        "\(folder ?? ""): no checkpoints/last.safetensors or best.safetensors in it; give the folder of a run, or --checkpoint"
      )
    }
    return found
  }
}
