import Events
import Foundation
import Readout
import Recipe

/// Decides what of a session's events is written where. Pure.
package struct HeadlessReport {
  /// Something to write.
  package enum Piece: Hashable {
    /// A line on stdout.
    case result(String)
    /// A line on stderr.
    case note(String)
    /// The bar, on a stderr that can redraw it.
    case progress(Progress)
  }

  private let style: Headless.Style
  private let canRedraw: Bool
  private var progress = Progress()
  private var description: SessionDescription?

  package init(style: Headless.Style, canRedraw: Bool) {
    self.style = style
    self.canRedraw = canRedraw
  }

  /// What an event brings about, in order.
  package mutating func pieces(for event: Event) -> [Piece] {
    progress.take(event)
    if case .started(let started) = event { description = started }
    let results = style.json ? [Self.json(event)] : table(event)
    return results.map(Piece.result) + (style.quiet ? [] : notes(event))
  }

  /// The event as one JSON object on one line, keys sorted.
  package static func json(_ event: Event) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let data = try? encoder.encode(event) else { preconditionFailure("an event is not encodable") }
    return String(decoding: data, as: UTF8.self)
  }

  private func table(_ event: Event) -> [String] {
    guard case .summary(let summary) = event, summary.outcome == .finished else { return [] }
    return FinalTable.lines(
      summary, preset: description?.preset ?? "", settings: description?.settings ?? Settings())
  }

  private func notes(_ event: Event) -> [Piece] {
    switch event {
    case .started(let description): Self.head(description).map(Piece.note)
    case .layers, .scatter, .attackProgress: []
    case .state(let change):
      canRedraw && [.training, .validating, .testing, .paused].contains(change.state) ? [.progress(progress)] : []
    case .sample: canRedraw ? [.progress(progress)] : []
    case .probe(let probe): canRedraw ? [.progress(progress)] : [.note(progress.line(probe))]
    case .alarm(let change):
      [.note("step \(change.step): \(change.text)")]
        + change.causes.map { .note("  \($0.title), \($0.numbers): \($0.sentence)") }
    case .journal(let entry): [.note("step \(entry.step): \(entry.text) (\(entry.cause.rawValue))")]
    case .checkpoint(let note): [.note("\(note.kind.rawValue) checkpoint, step \(note.step): \(note.path)")]
    // The journal has its sentence.
    case .surgery: []
    case .summary(let summary):
      summary.outcome == .stopped ? [.note("stopped after step \(summary.step) of \(description?.steps ?? 0)")] : []
    }
  }

  private static func head(_ run: SessionDescription) -> [String] {
    let constructed = run.constructed ? " (a constructed task)" : ""
    let threads = run.threads == 1 ? "1 thread" : "\(run.threads) threads"
    let parts =
      [run.preset] + run.settings.labels + [run.data + constructed, run.model, "\(run.steps) steps", threads]
    let caution = run.settings.caution.map { ["note: \($0)"] } ?? []
    return [parts.joined(separator: " · ")] + caution + (run.folder.isEmpty ? [] : ["written to \(run.folder)"])
  }
}
