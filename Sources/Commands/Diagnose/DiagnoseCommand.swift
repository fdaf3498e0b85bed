import ArgumentParser
import Diagnostics
import Evaluation
import Foundation
import Readout
import Spelling
import Synchronization
import Tensors

/// `dualab diagnose`: whether a network's robustness can be trusted, and why.
package struct DiagnoseCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "diagnose", abstract: "Examine a trained network: gap, causes, distances between domains, PCA.",
    usage: """
      dualab diagnose <run> [<options>]
      dualab diagnose --checkpoint <file> [<options>]
      dualab diagnose --weights <file> --npz <file> --eps <radius> [<options>]
      """,
    discussion: """
      Measures accuracy on clean test images, under PGD as in training, and under AutoAttack; reports signs of false \
      robustness; and compares the inputs of every normalization layer for the three sets of images. AutoAttack is slow \
      on robust networks; use --limit to attack fewer images. Weights of other programs are read as 'dualab attack' \
      reads them, and attacked with PGD-10 in steps of ε/4.
      """)

  @Argument(
    help: ArgumentHelp(
      "Folder of a run. Uses its last checkpoint, or its best one if there is no last.", valueName: "run"))
  var folder: String?

  @Option(help: ArgumentHelp("Checkpoint of a run.", valueName: "file"))
  var checkpoint: String?

  @OptionGroup var foreign: ForeignNetworkOptions

  @Option(
    help: ArgumentHelp(
      "Examine only this normalization layer (name, or number from 1); --json then has its PCA points.",
      valueName: "layer"))
  var layer: String?

  @Option(help: ArgumentHelp("Use only the first N test images.", valueName: "n"))
  var limit = 128

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Set a data setting, e.g. data.dir=DIR, or a network setting of --weights, e.g. mean=0.5. Repeatable.",
      valueName: "name=value"))
  var assignments: [String] = []

  @Option(help: ArgumentHelp("Write everything to a file; - prints only that, to stdout.", valueName: "file"))
  var json: String?

  @Option(
    help: ArgumentHelp(
      "Number of worker threads (default: one per core). Does not affect results.", valueName: "n"))
  var threads: Int?

  @Flag(help: "Print only errors to stderr.")
  var quiet = false

  package init() {}

  package func run() throws {
    let output = Output.standard
    do {
      let diagnosis = try diagnosis(output)
      let result = try measure(diagnosis, output)
      let document = try jsonLine(DiagnosisDocument(result))
      if let json, json != "-" { try AtomicFile.write(document, to: URL(fileURLWithPath: json)) }
      try output.result(
        json == "-"
          ? String(decoding: document, as: UTF8.self)
          : DiagnoseTable.lines(result, columns: output.tableColumns()).joined(separator: "\n") + "\n")
    } catch let error as CommandFailure {
      throw error
    } catch let error as SettingError {
      throw CommandFailure.usage("\(error)")
    } catch let error as OutputClosed {
      throw error
    } catch {
      // FileError, DataError and EvaluationError are lines.
      throw CommandFailure.failed("\(error)")
    }
  }

  /// The diagnosis of what the options name; notes on the file go to stderr.
  private func diagnosis(_ output: Output) throws -> Diagnosis {
    guard let weights = foreign.weights else {
      try foreign.refuse()
      let checkpoint = try file()
      if let json, json != "-" { try OutputFile("--json", json).check(inputs: [("the checkpoint", checkpoint)]) }
      return try Diagnosis(
        checkpoint: checkpoint, limit: limit, layer: layer, assignments: assignments, threads: threads)
    }
    guard folder == nil, checkpoint == nil else {
      throw CommandFailure.usage("use only one of the folder of a run, --checkpoint FILE and --weights FILE")
    }
    try checkNumbers()
    let plan = try AttackPlan(
      foreign.attackOptions(weights, assignments: assignments, limit: limit, threads: threads, json: json))
    if !quiet { for note in plan.notes { try output.error("note: \(note)\n") } }
    return try Diagnosis(plan, layer: layer)
  }

  private func checkNumbers() throws {
    guard limit > 0 else { throw CommandFailure.usage("--limit \(limit): use a whole number of at least 1") }
    if let threads, !(1...1024).contains(threads) {
      throw CommandFailure.usage("--threads \(threads): use a whole number in 1 … 1024")
    }
  }

  /// Runs it until it is done or a signal arrives.
  private func measure(_ diagnosis: Diagnosis, _ output: Output) throws -> DiagnosisResult {
    let stop = Mutex(false), signals = SignalWatch { stop.withLock { $0 = true } }
    var screen = AttackScreen(diagnosis.suite, output: output, isQuiet: quiet)
    defer { screen.clear() }
    do {
      return try diagnosis.run(
        observe: { screen.show($0) }, warned: { [quiet] in if !quiet { try? output.error($0.line + "\n") } },
        poll: { if stop.withLock({ $0 }) { throw Interrupted() } })
    } catch is Interrupted {
      throw signals.signal.map(CommandFailure.signal) ?? CommandFailure.failed("interrupted")
    }
  }

  private struct Interrupted: Error {}

  /// The checkpoint to examine.
  private func file() throws -> String {
    guard (folder == nil) != (checkpoint == nil) else {
      throw CommandFailure.usage("use one of the folder of a run, --checkpoint FILE and --weights FILE")
    }
    try checkNumbers()
    if let checkpoint { return checkpoint }
    let checkpoints = URL(fileURLWithPath: folder ?? "").appendingPathComponent("checkpoints")
    let candidates = ["last", "best", "interrupted"].map {
      checkpoints.appendingPathComponent("\($0).safetensors").relativePath
    }
    guard let found = candidates.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
      throw CommandFailure.failed(
        "\(folder ?? "") has no checkpoints/last.safetensors or best.safetensors; use the folder of a run, or --checkpoint"
      )
    }
    return found
  }
}
