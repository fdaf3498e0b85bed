import Events
import Plotting
import Recipe
import Spelling

/// Says what a change of the training method will do before it is sent.
struct ChangeDialog: Sendable {
  let knob: AnyKnob
  private(set) var value: KnobValue
  private var text = ScrolledText()

  /// Asks about `value` for `knob`.
  init(_ knob: AnyKnob, to value: KnobValue) {
    self.knob = knob
    self.value = value
  }

  /// What is sent when it is confirmed.
  var command: Command { .set(knob: knob.name, value: value, cause: .you) }

  /// Turns to a neighbouring value; over the present one it jumps.
  mutating func turn(by presses: Int, from settings: Settings?) {
    var next = knob.nudged(value, presses: presses, coarse: true)
    if next == settings?[knob] { next = knob.nudged(next, presses: presses, coarse: true) }
    if next != settings?[knob] { value = next }
  }

  mutating func scroll(by count: Int) { text.scroll(by: count) }
  var canScroll: Bool { text.canScroll }

  /// Why it cannot be done; nil when it can.
  func conflict(in settings: Settings?) -> SettingError? { changed(settings)?.conflict }

  private func changed(_ settings: Settings?) -> Settings? {
    guard var changed = settings else { return nil }
    try? changed.set(knob.name, to: value)
    return changed
  }

  mutating func draw(into buffer: inout CellBuffer, in area: Rect, session: Session, theme: Theme) {
    guard let old = session.settings, let new = changed(old) else { return }
    let head = "\(knob.symbol)  \(old.formatted(knob)) → \(new.formatted(knob))"
    let symbol = knob.symbol, name = knob.name, conflict = new.conflict
    text.draw(into: &buffer, in: area, title: "Change \(symbol)?", theme: theme) { width in
      let width = max(1, min(72, width))
      var lines = [[Span(head, .key)], []]
      if let conflict {
        lines += wrapped("cannot be: \(conflict)", to: width).map { [Span($0, .alarm)] }
      } else {
        for line in ChangeWords.lines(name, from: old, to: new) {
          for (row, part) in wrapped(line, to: max(1, width - 2)).enumerated() {
            lines.append([Span(row == 0 ? "· " : "  ", .faint), Span(part, .dialog)])
          }
        }
      }
      return lines
    }
  }
}
