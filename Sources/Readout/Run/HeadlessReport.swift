import Events
import Foundation
import Recipe
import Spelling

/// Decides which events of a session without a screen are written, and where. Pure.
package struct HeadlessReport {
  /// How much is written, and in which form.
  package struct Style: Sendable {
    /// One JSON object per event on stdout, and nothing else.
    package var json = false
    /// Only errors on stderr.
    package var quiet = false

    package init(json: Bool = false, quiet: Bool = false) {
      self.json = json
      self.quiet = quiet
    }
  }

  /// Something to write.
  package enum Piece: Hashable {
    /// A line on stdout.
    case result(String)
    /// A line on stderr.
    case note(String)
    /// The progress line, on a stderr that can redraw it.
    case progress(Progress)
  }

  private let style: Style
  private let canRedraw: Bool
  private var progress = Progress()
  private var description: SessionDescription?

  package init(style: Style, canRedraw: Bool) {
    self.style = style
    self.canRedraw = canRedraw
  }

  /// What to write for an event, in order.
  package mutating func pieces(for event: Event) -> [Piece] {
    progress.take(event)
    if case .started(let started) = event { description = started }
    let results = style.json ? [Self.json(event)] : table(event)
    return results.map(Piece.result) + (style.quiet ? [] : notes(event))
  }

  /// The event as one JSON object on one line, keys sorted.
  package static func json(_ event: Event) -> String {
    guard let text = try? LosslessJSON.text(event) else { preconditionFailure("an event is not encodable") }
    return printableJSON(text)
  }

  private func table(_ event: Event) -> [String] {
    guard case .summary(let summary) = event, summary.outcome == .finished else { return [] }
    return FinalTable.lines(
      summary, preset: description?.preset ?? "", settings: description?.settings ?? Settings())
  }

  private func notes(_ event: Event) -> [Piece] {
    switch event {
    case .started(let description): Self.head(description).map(Piece.note)
    case .layers, .scatter, .attackProgress, .image: []
    case .state(let change):
      canRedraw && [.training, .validating, .testing, .paused].contains(change.state) ? [.progress(progress)] : []
    case .sample: canRedraw ? [.progress(progress)] : []
    case .probe(let probe): canRedraw ? [.progress(progress)] : [.note(progress.line(probe))]
    case .alarm(let change):
      [.note("step \(change.step): \(change.line(.table))")]
        + change.causes.map { .note("  \($0.title), \($0.numbers(.table)): \($0.sentence)") }
    case .journal(let entry): [.note("step \(entry.step): \(entry.text) (\(entry.cause.rawValue))")]
    case .checkpoint(let note) where note.kind == .skipped:
      [.note("skipped \(note.path): \(note.reason ?? "")")]
    // They are frequent, and say nothing that the journal does not.
    case .checkpoint(let note) where note.kind == .auto || note.kind == .before: []
    case .checkpoint(let note): [.note("\(note.kind.rawValue) checkpoint, step \(note.step): \(note.path)")]
    // The journal has its sentence.
    case .surgery: []
    case .summary(let summary):
      summary.outcome == .stopped ? [.note("stopped after step \(summary.step) of \(description?.steps ?? 0)")] : []
    }
  }

  private static func head(_ run: SessionDescription) -> [String] {
    let constructed = run.constructed ? " (a constructed task)" : ""
    let parts =
      [run.preset] + run.settings.labels
      + [
        run.data + constructed, run.model, NumberText.count(run.steps, "step"), NumberText.count(run.threads, "thread"),
      ]
    let caution = run.settings.caution.map { ["note: \($0)"] } ?? []
    let notes = (run.dataNotes ?? []).map { "note: \($0)" }
    return [parts.joined(separator: " · ")] + notes + caution + (run.folder.isEmpty ? [] : ["writing to \(run.folder)"])
  }
}
