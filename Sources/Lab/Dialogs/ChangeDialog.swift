import Panes
import Plotting
import Readout
import Recipe
import Spelling

/// Says what a change of the training method will do before it is sent. The lab opens it when such a change is asked
/// for.
struct ChangeDialog: Dialog {
  static let title = "Change dialog"
  static let keys: [DialogKey<ChangeDialog>] =
    [
      DialogKey(
        [.enter, .character("y")], footer: FooterWord("enter", "confirm"), "confirm the change",
        when: { $0.conflict == nil }
      ) { [.close, .send(.set(knob: $0.knob.name, value: $0.value, cause: .you))] },
      DialogKey([.escape, .character("n")], footer: FooterWord("esc", "keep as is"), "keep the setting as it is") { _ in
        [.close]
      },
      DialogKey(
        [.right, .character("+"), .character("=")], footer: FooterWord("←/→", "another value"), "next value"
      ) { $0.turn(by: 1) },
      DialogKey([.left, .character("-"), .character("_")], "previous value") { $0.turn(by: -1) },
    ] + scrolling

  let knob: AnyKnob
  var scroll = ScrolledText()
  private var value: KnobValue
  private var settings = Settings()
  /// The run would end with the value it was opened for.
  private var endsRun = false

  /// Asks about `value` for `knob`.
  init(_ knob: AnyKnob, to value: KnobValue) {
    self.knob = knob
    self.value = value
  }

  var heading: String { "Change \(knob.symbol)?" }

  mutating func follow(_ lab: Lab) -> Bool {
    guard let settings = lab.session.settings, !lab.session.isOver else { return false }
    self.settings = settings
    endsRun = lab.session.ends(with: value, for: knob)
    return true
  }

  private var changed: Settings {
    var changed = settings
    try? changed.set(knob.name, to: value)
    return changed
  }

  /// Why the change is not possible; nil when it is.
  private var conflict: SettingError? { changed.conflict }

  /// Turns to a neighboring value, skipping the present one.
  private mutating func turn(by presses: Int) -> [DialogRequest] {
    var next = knob.nudged(value, presses: presses, coarse: true)
    if next == settings[knob] { next = knob.nudged(next, presses: presses, coarse: true) }
    if next != settings[knob] { value = next }
    return []
  }

  func lines(width: Int) -> [[Span]] {
    let width = min(72, width), new = changed
    let head = "\(knob.symbol)  \(settings.formatted(knob)) → \(new.formatted(knob))"
    let heading: [[Span]] = [[Span(head, .key)], []]
    if let conflict {
      return heading + wrapped("not possible: \(conflict)", to: width).map { [Span($0, .alarm)] }
    }
    let isFar = knob.leavesPlausible(from: settings[knob], to: value, in: settings)
    let caution = isFar ? knob.plausibleWords(in: settings).map { "\($0): training may diverge or stall" } : nil
    if endsRun { return heading + [[Span("that many steps are already done: this ends the run", .watch)]] }
    return heading + (caution.map { wrapped($0, to: width).map { [Span($0, .watch)] } } ?? [])
      + ChangeWords.lines(knob.name, from: settings, to: new).flatMap { line in
        wrapped(line, to: max(1, width - 2)).enumerated().map { row, part in
          [Span(row == 0 ? "· " : "  ", .faint), Span(part, .dialog)]
        }
      }
  }
}
