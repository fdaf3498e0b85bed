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
    case csv, jsonl, html
  }

  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a run as CSV, JSON Lines or an HTML report.",
    discussion: """
      csv: a row per training step and per measurement. jsonl: every event, as 'train --json' prints them. html: one file \
      with charts, settings, journal and results.
      """)

  @Argument(help: ArgumentHelp("The run.", valueName: "run"))
  var name: String

  @Option(help: "csv, jsonl or html.")
  var format: Format

  @Option(help: ArgumentHelp("File to write (- for stdout).", valueName: "file"))
  var out: String

  func run() throws {
    let store = try RunName(name).store()
    let text =
      switch format {
      case .csv: try TableExport.csv(store)
      case .jsonl: try TableExport.jsonLines(store)
      case .html: try HTMLReport(store).text
      }
    if out == "-" { return try Output.standard.result(text) }
    try OutputFile("--out", out).check()
    do { try AtomicFile.write(Data(text.utf8), to: URL(fileURLWithPath: out)) } catch {
      throw CommandFailure.failed("--out \(error)")
    }
  }
}
