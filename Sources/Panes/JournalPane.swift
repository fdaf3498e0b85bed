import Events
import Plotting
import Readout
import Spelling

/// What happened: interventions, checkpoints, changes of state; the latest at the bottom.
package struct JournalPane: Scrollback {
  package static let id = "journal"
  package static let title = "Journal"
  package static let minimumSize = PaneSize(30, 5)
  package static let comfortableSize = PaneSize(44, 8)
  package static let priority = 10
  package static let keys: [PaneKey<JournalPane>] = scrolling
  static let lineName = (one: "entry", many: "entries")

  private struct Entry: Sendable, Hashable {
    let step: Int, role: Theme.Role, glyph: String, text: String
    /// The step of the mark that it belongs to; an aborted step moves it.
    var mark: Int?
  }

  private var all: [Entry] = []
  package var filter: String? = "" { didSet { if filter != oldValue { back = 0 } } }
  var back = 0
  var lineCount: Int { entries.count }
  private var state = SessionState.preparing
  private var marks = Marks()
  /// The step of the mark that the event under way belongs to.
  private var mark: Int?
  /// Checkpoints of another program that were measured; nil for a training of our own.
  private var measured: Int?
  /// True while single steps are run: they do not count as resuming.
  private var isStepping = false

  package init() {}

  /// The entries that the filter lets through.
  private var entries: [Entry] {
    guard let filter = filter?.lowercased(), !filter.isEmpty else { return all }
    let names = names
    return all.filter { "\($0.step) \(text($0, names))".lowercased().contains(filter) }
  }

  package mutating func update(_ event: Event) {
    mark = marks.take(event)
    defer { mark = nil }
    switch event {
    // The lines of the first start are there already.
    case .started(let description) where description.resumedAt != nil: break
    case .started(let description):
      if let folder = description.watches {
        measured = 0
        add(0, .faint, " ", "watching \(folder)")
      }
      add(0, .faint, " ", description.data)
      for note in description.dataNotes ?? [] { add(0, .faint, " ", note) }
      if description.watches == nil { add(0, .faint, " ", description.model) }
      if description.constructed { add(0, .watch, " ", "this task is constructed to show an effect") }
      if description.watches == nil, let caution = description.settings.caution { add(0, .watch, " ", caution) }
    case .layers, .scatter, .image: break
    case .attackProgress(let note):
      if let text = AttackWords.ending(note) { add(note.step, .text, "◈", text) }
    case .state(let change): update(change)
    case .alarm(let change):
      let isBad = [.alarm, .confirmed].contains(change.state)
      let role: Theme.Role = isBad ? .alarm : change.state == .watch ? .watch : .good
      add(change.step, role, change.state.glyph, change.line(.screen))
      mark = nil
      for cause in change.causes { add(change.step, .text, " ", "\(cause.title): \(cause.numbers(.screen))") }
    case .journal(let entry):
      if case .stepAborted(let number) = entry.fact { moveMarks(from: number) }
      guard let change = entry.change else { return add(entry.step, .text, " ", entry.text) }
      let effect = change.effect == .nextStep ? "" : change.effect.map { ", \($0.rawValue)" } ?? ""
      add(entry.step, .mark, "┊", "\(entry.text) (\(entry.cause.rawValue))\(effect)")
    case .checkpoint(let note): add(note)
    case .summary(let summary):
      let reason = summary.reason.isEmpty ? "" : ": \(summary.reason)"
      let role: Theme.Role = summary.outcome == .failed ? .alarm : .good
      let outcome = measured.map { WatchReport.ending(summary, checkpoints: $0) } ?? FinalTable.outcome(summary)
      add(summary.step, role, " ", outcome + reason)
    case .surgery, .sample, .probe: break
    }
  }

  package mutating func noteSent(_ command: Command) {
    switch command {
    case .step: isStepping = true
    case .run, .note: break
    case .pause, .resume, .finish, .stop: isStepping = false
    case .acknowledge, .attack, .cancelAttack, .examine, .checkpoint, .takeOver: break
    case .set, .recalibrate, .saveTo: break
    }
  }

  private mutating func add(_ note: CheckpointNote) {
    if note.kind == .found { measured = measured.map { $0 + 1 } }
    switch note.kind {
    case .skipped: add(note.step, .watch, "✗", "skipped \(note.path): \(note.reason ?? "")")
    // They are frequent, and every mark is one.
    case .auto, .before: break
    case .best, .last, .interrupted, .alarm, .kept, .found:
      add(note.step, .good, "■", "checkpoint \(note.kind.rawValue)" + (note.path.isEmpty ? "" : " → \(note.path)"))
    }
  }

  /// Validations are too frequent for an entry; a pause, the final test and the end get one.
  private mutating func update(_ change: StateChange) {
    defer { state = change.state }
    switch change.state {
    case .paused where state != .paused && !isStepping: add(change.step, .watch, "‖", "paused")
    case .training where state == .paused && !isStepping, .validating where state == .paused && !isStepping:
      add(change.step, .good, "●", "resumed")
    case .testing where state != .testing: add(change.step, .text, "◑", "final test")
    case .failed: add(change.step, .alarm, "✗", change.reason.isEmpty ? "failed" : change.reason)
    default: break
    }
  }

  private mutating func add(_ step: Int, _ role: Theme.Role, _ glyph: String, _ text: String) {
    let entry = Entry(step: step, role: role, glyph: glyph, text: text, mark: mark)
    guard entry != all.last else { return }
    let count = back > 0 ? entries.count : 0
    all.append(entry)
    if back > 0, entries.count > count { back += 1 }
  }

  /// What was changed during an aborted step belongs to the one before.
  private mutating func moveMarks(from number: Int) {
    for index in all.indices where all[index].mark == number { all[index].mark = number - 1 }
  }

  /// The entry's text after the name of its mark, by which one goes back to it.
  private func text(_ entry: Entry, _ names: [Int: String]) -> String {
    (entry.mark.flatMap { names[$0] }.map { $0 + " " } ?? "") + entry.text
  }

  private var names: [Int: String] { Dictionary(uniqueKeysWithValues: marks.all.map { ($0.step, $0.name) }) }

  package var note: String {
    let place = back > 0 ? "\(back) newer" : all.isEmpty ? "" : count
    guard let filter, !filter.isEmpty else { return place }
    return ["\"\(filter)\": \(entries.count) of \(all.count)", back > 0 ? place : ""].filter { !$0.isEmpty }
      .joined(separator: ", ")
  }

  private var count: String { NumberText.count(all.count, "entry", plural: "entries") }

  package func draw(into buffer: inout CellBuffer, in rect: Rect, context: PaneContext) {
    let entries = entries
    let stepWidth = max(4, displayWidth(String(entries.last?.step ?? 0)) + 1)
    let textX = rect.x + stepWidth + 3
    let textWidth = rect.x + rect.width - textX
    guard textWidth > 0 else { return }
    // From the latest upwards, until the rows are full; a long entry takes up to three rows.
    let names = names
    var y = rect.y + rect.height
    var rows: [(y: Int, entry: Entry, text: [String])] = []
    for entry in entries.dropLast(back).reversed() {
      var text = wrapped(self.text(entry, names), to: textWidth)
      if text.count > 3 { text = text.prefix(2) + [clipped(text[2...].joined(separator: " "), to: textWidth)] }
      y -= text.count
      rows.append((y, entry, text))
      if y <= rect.y { break }
    }
    let rise = max(0, y - rect.y)
    for row in rows {
      let style = context.theme.style(row.entry.role)
      let step = leftPadded(String(row.entry.step), to: stepWidth)
      let top = row.y - rise
      buffer.write(step, x: rect.x, y: top, in: rect, style: context.theme.style(.axis))
      buffer.write(row.entry.glyph, x: rect.x + stepWidth + 1, y: top, in: rect, style: style)
      for (offset, text) in row.text.enumerated() {
        buffer.write(text, x: textX, y: top + offset, in: rect, style: style)
      }
    }
    if entries.isEmpty {
      buffer.write(
        all.isEmpty ? "nothing yet" : "no entry contains that", x: rect.x + 1, y: rect.y, in: rect,
        style: context.theme.style(.faint))
    }
  }

  package func describe() -> String {
    guard !all.isEmpty else { return "Journal: nothing yet." }
    let names = names, latest = all.suffix(5).map { "step \($0.step), \(text($0, names))" }.joined(separator: "; ")
    return "Journal: \(count). Latest: \(latest)."
  }
}
