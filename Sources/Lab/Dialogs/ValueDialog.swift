import Events
import Panes
import Plotting
import Recipe

/// The value of a knob while it is typed, where the knob stands in Controls.
struct ValueDialog: TypingDialog {
  static let title = "Typing a value"
  static let keys: [DialogKey<ValueDialog>] =
    [
      DialogKey([.enter], footer: FooterWord("enter", "set"), "set the value") { $0.set() },
      DialogKey([.escape], footer: FooterWord("esc", "keep as is"), "keep the value as it is") { _ in [.close] },
      DialogKey([.tab, .down], footer: FooterWord("tab", "next choice"), "the next choice", when: { $0.hasChoices }) {
        $0.turn(1)
      },
      DialogKey([.backTab, .up], "the previous choice", when: { $0.hasChoices }) { $0.turn(-1) },
      erasing,
    ] + editing
  static let place = DialogPlace.footer

  let knob: AnyKnob
  let heading = ""
  var scroll = ScrolledText()
  private var editor = LineEditor()
  /// True until a key is pressed: what is typed first replaces the present value.
  private var isFresh = true
  /// The present value, as text; nil before the dialog was shown.
  private var now: String?

  init(_ knob: AnyKnob) { self.knob = knob }

  mutating func follow(_ lab: Lab) -> Bool {
    guard let settings = lab.session.settings, !lab.session.isOver else { return false }
    if now == nil { editor.set(settings.formatted(knob)) }
    now = settings.formatted(knob)
    return true
  }

  mutating func type(_ character: Character) -> Bool {
    if isFresh { editor.set("") }
    isFresh = false
    editor.type(character)
    return true
  }

  /// What is typed so far.
  var text: String { editor.text }

  mutating func edit(_ key: Key) {
    isFresh = false
    _ = editor.press(key)
  }

  private var choices: [String] {
    switch knob.kind {
    case .choice(let choices): choices
    case .flag: ["on", "off"]
    default: []
    }
  }

  private var hasChoices: Bool { !choices.isEmpty }

  private mutating func turn(_ count: Int) -> [DialogRequest] {
    let all = choices, place = all.firstIndex(of: editor.text) ?? (count > 0 ? -1 : 0)
    editor.set(all[(place + count + all.count) % all.count])
    isFresh = false
    return []
  }

  /// Sends the value. One that is not accepted stays, with the reason, to be corrected.
  private func set() -> [DialogRequest] {
    guard editor.text != now else { return [.close] }
    do {
      return [.close, .ask(try LineCommand.change(knob.name, editor.text))]
    } catch { return [.say("\(error)", isError: true)] }
  }

  func lines(width: Int) -> [[Span]] { [] }

  /// In the last row; where Controls are on the screen, at the knob's own value.
  func draw(into buffer: inout CellBuffer, in area: Rect, theme: Theme) {
    let x = editor.draw(after: "\(knob.symbol) = ", into: &buffer, in: area, theme: theme)
    buffer.write(
      clipped(knob.accepted, to: max(0, area.width - x - 2)), x: x + 2, y: area.y + area.height - 1, in: area,
      style: theme.style(.faint))
  }
}
