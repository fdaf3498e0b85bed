import Panes
import Plotting

/// Presets and runs to open next, filtered by what is typed; below the list, the first lines about the highlighted one.
struct ChooserDialog: Dialog {
  static let title = "Chooser"
  static let opening: DialogOpening? = DialogOpening(
    .view,
    LabKey(
      [.character("O")], footer: FooterWord("O", "open"), "open another preset or run",
      when: { ($0.session.isOver || $0.session.onlooker != nil) && !$0.options.choices.isEmpty }
    ) { $0.open(ChooserDialog($0)) })
  static let keys: [DialogKey<ChooserDialog>] = [
    DialogKey([.enter], footer: FooterWord("enter", "open"), "open the highlighted one", when: { $0.chosen != nil }) {
      $0.chosen.map { [.close, .next($0.next)] } ?? []
    },
    closing([.escape]),
    DialogKey([.up], footer: FooterWord("↑/↓", "choose"), "one line up") { $0.move(by: -1) },
    DialogKey([.down], "one line down") { $0.move(by: 1) },
    DialogKey([.pageUp], "ten lines up") { $0.move(by: -10) },
    DialogKey([.pageDown], "ten lines down") { $0.move(by: 10) },
    DialogKey([.backspace], "delete the last character of the filter") { $0.erase() },
  ]
  static let minimumWidth = 60

  let heading = "Open"
  var scroll = ScrolledText()
  private let choices: [RunChoice]
  private var filter = ""
  private var selected = 0

  init(_ lab: Lab) { choices = lab.options.choices }

  var selectedItem: Int? {
    get { selected }
    set { if let newValue { selected = newValue } }
  }

  var note: String { filter.isEmpty ? "type to filter" : "filter: \(filter)" }

  private var shown: [RunChoice] {
    let filter = filter.lowercased()
    return filter.isEmpty ? choices : choices.filter { "\($0.name) \($0.summary)".lowercased().contains(filter) }
  }

  private var chosen: RunChoice? { shown.indices.contains(selected) ? shown[selected] : nil }

  mutating func type(_ character: Character) -> Bool {
    filter.append(character)
    (scroll, selected) = (ScrolledText(), 0)
    return true
  }

  private mutating func erase() -> [DialogRequest] {
    _ = filter.popLast()
    selected = 0
    return []
  }

  private mutating func move(by count: Int) -> [DialogRequest] {
    selected = min(max(0, selected + count), max(0, shown.count - 1))
    return []
  }

  func lines(width: Int) -> [[Span]] {
    let shown = shown
    guard !shown.isEmpty else { return [[Span("nothing matches", .faint)]] }
    let nameWidth = min(width / 2, shown.map { displayWidth($0.name) }.max() ?? 0)
    return shown.enumerated().flatMap { index, choice -> [[Span]] in
      let isSelected = index == selected
      let name = padded(clipped(choice.name, to: nameWidth), to: nameWidth)
      let line = clipped("\(isSelected ? "▸" : " ")\(name)  \(choice.summary)", to: width)
      let details = isSelected ? choice.lines.flatMap { wrapped($0, to: max(1, width - 4)) }.prefix(6) : []
      return [[Span(line, isSelected ? .selected : .dialog, item: index)]] + details.map { [Span("    \($0)", .faint)] }
    }
  }
}
