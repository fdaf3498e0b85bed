import Events
import Plotting
import Readout

/// What happened: interventions, checkpoints, changes of state; the newest at the bottom.
package struct JournalPane: Pane {
  package static let id = "journal"
  package static let title = "Journal"
  package static let minimumSize = PaneSize(30, 5)
  package static let comfortableSize = PaneSize(44, 8)
  package static let priority = 10
  package static let keys: [PaneKey<JournalPane>] = [
    KeyBinding([.up], footer: FooterWord("↑/↓", "scroll"), "older", when: { $0.lines.count > 1 }) { $0.scroll(by: 1) },
    KeyBinding([.down], "newer", when: { $0.back > 0 }) { $0.scroll(by: -1) },
    KeyBinding([.pageUp], "ten older", when: { $0.lines.count > 1 }) { $0.scroll(by: 10) },
    KeyBinding([.pageDown], "ten newer", when: { $0.back > 0 }) { $0.scroll(by: -10) },
    KeyBinding([.home], "the oldest", when: { $0.lines.count > 1 }) { $0.scroll(by: $0.lines.count) },
    KeyBinding([.end], "the newest", when: { $0.back > 0 }) { $0.scroll(by: -$0.lines.count) },
  ]

  private struct Line: Sendable, Hashable {
    let step: Int, role: Theme.Role, glyph: String, text: String
  }

  private var lines: [Line] = []
  /// Lines between the newest and the last one shown.
  private var back = 0
  private var state = SessionState.preparing
  /// True while single steps are made: they do not count as going on.
  private var isStepping = false

  package init() {}

  package mutating func update(_ event: Event) {
    switch event {
    case .started(let description):
      add(0, .faint, " ", description.data)
      add(0, .faint, " ", description.model)
      if description.constructed { add(0, .watch, " ", "the task is constructed to show an effect") }
      if let caution = description.settings.caution { add(0, .watch, " ", caution) }
    case .layers, .scatter: break
    case .attackProgress(let note):
      if let text = AttackWords.ending(note) { add(note.step, .text, "◈", text) }
    case .state(let change): update(change)
    case .alarm(let change):
      let isBad = [.alarm, .confirmed].contains(change.state)
      let role: Theme.Role = isBad ? .alarm : change.state == .watch ? .watch : .good
      add(change.step, role, change.state.glyph, change.text)
      for cause in change.causes { add(change.step, .text, " ", "\(cause.title) \(cause.numbers)") }
    case .journal(let entry):
      guard let change = entry.change else { return add(entry.step, .text, " ", entry.text) }
      let effect = change.effect == .nextStep ? "" : change.effect.map { ", \($0.rawValue)" } ?? ""
      add(entry.step, .mark, "┊", "\(entry.text) (\(entry.cause.rawValue))\(effect)")
    case .checkpoint(let note):
      add(note.step, .good, "■", "checkpoint \(note.kind.rawValue)" + (note.path.isEmpty ? "" : " → \(note.path)"))
    case .summary(let summary):
      let reason = summary.reason.isEmpty ? "" : ": \(summary.reason)"
      let role: Theme.Role = summary.outcome == .failed ? .alarm : .good
      add(summary.step, role, " ", "\(summary.outcome.rawValue) after \(NumberText.duration(summary.seconds))\(reason)")
    case .surgery, .sample, .probe: break
    }
  }

  package mutating func noteSent(_ command: Command) {
    switch command {
    case .step: isStepping = true
    case .pause, .resume, .finish, .stop: isStepping = false
    case .acknowledge, .attack, .cancelAttack, .checkpoint, .takeOver: break
    case .set, .recalibrate: break
    }
  }

  /// Validation comes and goes too often for a line; a pause, a test and an end get one.
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
    let line = Line(step: step, role: role, glyph: glyph, text: text)
    guard line != lines.last else { return }
    lines.append(line)
    if back > 0 { back += 1 }
  }

  private mutating func scroll(by count: Int) -> [PaneRequest] {
    back = min(max(0, back + count), max(0, lines.count - 1))
    return []
  }

  package var note: String { back > 0 ? "\(back) newer" : lines.count > 1 ? "\(lines.count) lines" : "" }

  package func draw(into buffer: inout CellBuffer, in rect: Rect, context: PaneContext) {
    let stepWidth = max(4, displayWidth(String(lines.last?.step ?? 0)) + 1)
    let textX = rect.x + stepWidth + 3
    let textWidth = rect.x + rect.width - textX
    guard textWidth > 0 else { return }
    // From the newest upwards, until the rows are full; a long line takes up to three rows.
    var y = rect.y + rect.height
    var rows: [(y: Int, line: Line, text: [String])] = []
    for line in lines.dropLast(back).reversed() {
      var text = wrapped(line.text, to: textWidth)
      if text.count > 3 { text = text.prefix(2) + [clipped(text[2...].joined(separator: " "), to: textWidth)] }
      y -= text.count
      rows.append((y, line, text))
      if y <= rect.y { break }
    }
    let rise = max(0, y - rect.y)
    for row in rows {
      let style = context.theme.style(row.line.role)
      let step = leftPadded(String(row.line.step), to: stepWidth)
      let top = row.y - rise
      buffer.write(step, x: rect.x, y: top, in: rect, style: context.theme.style(.axis))
      buffer.write(row.line.glyph, x: rect.x + stepWidth + 1, y: top, in: rect, style: style)
      for (offset, text) in row.text.enumerated() {
        buffer.write(text, x: textX, y: top + offset, in: rect, style: style)
      }
    }
    if lines.isEmpty {
      buffer.write("nothing yet", x: rect.x + 1, y: rect.y, in: rect, style: context.theme.style(.faint))
    }
  }

  package func describe() -> String {
    guard !lines.isEmpty else { return "Journal: nothing yet." }
    let last = lines.suffix(5).map { "step \($0.step), \($0.text)" }.joined(separator: "; ")
    return "Journal, \(lines.count) lines. The last: \(last)."
  }
}
