import ArgumentParser
import Events
import Foundation
import Readout
import Recipe
import Runs
import Spelling

/// `dualab runs show`: one run.
struct RunsShow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show one run: what it is, what was done to it, what it reached, where to go back to.")

  @Argument(help: ArgumentHelp("The run.", valueName: "run"))
  var name: String

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let card = try RunCard(try RunName(name).store())
    if json { return try Output.standard.result(try RunJSON.text(RunJSON(card)) + "\n") }
    let files = RunFiles(card.folder)
    for line in lines(card) + changes(card) + marks(card) + results(card) + checkpoints(files) {
      try Output.standard.result(line + "\n")
    }
    for line in files.damaged { try Output.standard.error("\(line)\n") }
  }

  private func lines(_ card: RunCard) -> [String] {
    var rows = [["run", card.folder.path], ["preset", card.preset], ["state", state(card)]]
    if let parent = card.parent { rows.append(["branch of", "\(parent.run), step \(parent.step)"]) }
    if let description = card.description {
      rows += [["model", description.model], ["data", description.data]]
    }
    rows.append(["settings", ([card.preset] + card.settings.labels).joined(separator: ", ")])
    rows.append(["gap", RunTable.gap(card)])
    for (number, session) in card.sessions.enumerated() {
      let from = session.fromStep.map { "from step \($0), " } ?? ""
      let threads = NumberText.count(session.threads, "thread")
      let end = session.ended.map { "\(session.outcome ?? "ended") \($0)" } ?? "no end recorded"
      rows.append([
        number == 0 ? "sessions" : "",
        "\(session.began), \(from)\(end); \(threads), kernels \(session.kernels), version \(session.version)",
      ])
    }
    return Listing.lines(rows, .left)
  }

  private func state(_ card: RunCard) -> String {
    let steps = "step \(card.step)" + (card.totalSteps.map { " of \($0)" } ?? "")
    return switch card.state {
    case .running(let process): "running, process \(process), \(steps)"
    case .killed: "killed, \(steps); 'dualab train --resume \(card.folder.relativePath)' goes on"
    default: "\(card.state.word), \(steps)"
    }
  }

  private func changes(_ card: RunCard) -> [String] {
    let made = card.interventions.inOrder()
    guard !made.isEmpty else { return [] }
    return ["", "changes"] + Listing.lines(made.map { ["  \($0.step)", $0.text, $0.cause.rawValue] }, .left)
  }

  private func marks(_ card: RunCard) -> [String] {
    let marks = card.marks.all
    guard !marks.isEmpty else { return [] }
    return ["", "marks, to go back to with 'dualab runs branch RUN --at MARK'"]
      + Listing.lines(marks.map { ["  \($0.name)", "\($0.step)", $0.text] }, .left)
  }

  private func results(_ card: RunCard) -> [String] {
    guard !card.results.isEmpty else { return [] }
    let summary = Summary(
      step: card.step, outcome: .finished, results: card.results,
      bestStep: card.results.first { $0.weights == .best }?.step, seconds: 0, gap: card.measuredGap,
      best: card.best)
    return [""] + FinalTable.lines(summary, preset: card.preset, settings: card.settings)
  }

  private func checkpoints(_ files: RunFiles) -> [String] {
    guard !files.entries.isEmpty else { return ["", "no checkpoints"] }
    let rows = files.entries.map { entry in
      [
        "  \(entry.step)", entry.kind.rawValue, entry.canGoOn ? "to go on from" : "weights",
        "\(NumberText.fixed(Double(entry.size) / 1e6, digits: 1)) MB", entry.url.lastPathComponent,
      ]
    }
    return ["", "checkpoints"] + Listing.lines(rows, .left)
  }
}
