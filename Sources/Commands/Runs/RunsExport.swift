import ArgumentParser
import Events
import Foundation
import Readout
import Runs
import Tensors

/// `dualab runs export`: a run for other programs.
struct RunsExport: ParsableCommand {
  /// What can be written.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case csv, jsonl, tensorboard, html
  }

  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a run as CSV, JSON Lines, for TensorBoard, or as an HTML report.",
    discussion: """
      csv: a row per training step and per measurement. jsonl: every event, as 'train --json' prints them. tensorboard: \
      an event file in the folder of --out, for 'tensorboard --logdir': every curve by step and time, changed settings \
      (knob/NAME), the gap's state (gap/state: 0 calm, 1 watch, 2 alarm, 3 confirmed, 4 acknowledged), the journal as \
      text. Times are those of the sessions' starts, and the seconds of training and measuring since. html: one file with \
      charts, settings, journal and results.
      """)

  @Argument(help: ArgumentHelp("The run.", valueName: "run"))
  var name: String

  @Option(help: "csv, jsonl, tensorboard or html.")
  var format: Format

  @Option(help: ArgumentHelp("File to write (- for stdout); of tensorboard, the folder.", valueName: "path"))
  var out: String

  func run() throws {
    if format == .tensorboard, out == "-" {
      throw CommandFailure.usage("--out -: TensorBoard reads folders; use the name of one")
    }
    let store = try RunName(name).store()
    let text: String
    switch format {
    case .csv: text = try TableExport.csv(store)
    case .jsonl: text = try TableExport.jsonLines(store)
    case .tensorboard: return try TensorBoardExport(store).write(to: out)
    case .html: text = try HTMLReport(store).text
    }
    if out == "-" { return try Output.standard.result(text) }
    try OutputFile("--out", out).check()
    do { try AtomicFile.write(Data(text.utf8), to: URL(fileURLWithPath: out)) } catch {
      throw CommandFailure.failed("--out \(error)")
    }
  }
}
