import Events
import Plotting
import Spelling

/// What a watch without a screen writes: a row per checkpoint on stdout, and on stderr what there is to know. Pure.
package struct WatchReport {
  private static let columns: [(title: String, width: Int)] = [
    ("step", 8), ("clean", 8), ("FGSM", 8), ("PGD-10", 8), ("quick gap", 22), ("deep gap", 22), ("state", 12),
  ]

  private let style: HeadlessReport.Style
  private var hasHeading = false
  /// What was measured of the checkpoint that is under way.
  private var quick: Probe?, deep: Probe?
  private var count = 0
  private var watched = ""
  private var isWaiting = false

  package init(style: HeadlessReport.Style) { self.style = style }

  /// What to write for an event, in order.
  package mutating func pieces(for event: Event) -> [HeadlessReport.Piece] {
    if style.json {
      return [.result(HeadlessReport.json(event))]
    }
    switch event {
    case .started(let description):
      watched = description.watches ?? ""
      return style.quiet ? [] : [.note(Self.head(description))]
    case .probe(let probe):
      if probe.deep == nil { (quick, deep) = (probe, nil) } else { deep = probe }
      return []
    case .checkpoint(let note) where note.kind == .found:
      isWaiting = false
      return row(note).map(HeadlessReport.Piece.result)
    default: return style.quiet ? [] : notes(event).map(HeadlessReport.Piece.note)
    }
  }

  // MARK: the table

  private mutating func row(_ note: CheckpointNote) -> [String] {
    guard let quick else { return [] }
    count += 1
    let share = { (proportion: Proportion?) in proportion.map { Notation.table.share($0.value) } ?? "–" }
    let gap = { (reading: GapReading?) in reading.map(Notation.table.gap) ?? "–" }
    let state = (deep?.gapState ?? quick.gapState)?.rawValue ?? ""
    let texts = [
      "\(note.step)", share(quick.clean), share(quick.fgsm), share(quick.adversarial), gap(quick.quick),
      gap(deep?.deep), state,
    ]
    let origin = quick.quick?.origin.map { "  (\($0))" } ?? ""
    let row = Self.line(texts) + "  " + oneLine(name(note.path)) + origin
    let deepCount = deep?.deep.map { ", deep \($0.n)" } ?? ""
    (self.quick, deep) = (nil, nil)
    guard !hasHeading else { return [row] }
    hasHeading = true
    let caption =
      "n \(quick.clean.n)\(deepCount); 95 % intervals in brackets; gap: what "
      + "stronger attacks break of what PGD-10 left (of what FGSM left, where marked)"
    return [caption, Self.line(Self.columns.map(\.title)) + "  checkpoint", row]
  }

  private static func line(_ texts: [String]) -> String {
    zip(texts, columns).map { leftPadded($0, to: $1.width) }.joined(separator: " ")
  }

  private func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

  // MARK: lines

  private mutating func notes(_ event: Event) -> [String] {
    switch event {
    case .alarm(let change):
      return ["step \(change.step): \(change.line(.table))"]
        + change.causes.map { "  \($0.title), \($0.numbers(.table)): \($0.sentence)" }
    case .journal(let entry): return [entry.text]
    case .checkpoint(let note): return ["skipped \(note.path): \(note.reason ?? "")"]
    case .state(let change) where change.state == .waiting && !isWaiting:
      isWaiting = true
      return ["waiting for checkpoints in \(watched)"]
    case .summary(let summary) where summary.outcome != .failed: return [Self.ending(summary, checkpoints: count)]
    default: return []
    }
  }

  private static func head(_ watch: SessionDescription) -> String {
    let settings = watch.settings
    return [
      "watching \(watch.watches ?? "")", watch.data, "eps \(settings.formatted(.epsilon))",
      settings.formatted(.attackNorm), NumberText.count(watch.threads, "thread"),
    ].joined(separator: " · ")
  }

  /// `finished; 4 checkpoints measured, took 0:21`.
  package static func ending(_ summary: Summary, checkpoints: Int) -> String {
    "\(summary.outcome.rawValue); \(NumberText.count(checkpoints, "checkpoint")) measured, took "
      + NumberText.duration(summary.seconds)
  }
}
