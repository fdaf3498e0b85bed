import Panes
import Plotting

/// The filter of a pane, in the last row: what is typed there thins the pane out at once.
struct FilterDialog: TypingDialog {
  static let title = "Filter"
  static let opening: DialogOpening? = DialogOpening(
    .view,
    LabKey(
      [.character("/")], footer: FooterWord("/", "filter"), "show only the lines of Journal or Log that contain a text",
      when: { $0.filteredPane != nil }
    ) { lab in lab.filteredPane.map { lab.open(FilterDialog(pane: $0, text: lab.panes[$0].filter ?? "")) } ?? [] })
  static let keys: [DialogKey<FilterDialog>] =
    [
      DialogKey([.enter], footer: FooterWord("enter", "keep"), "keep the filter") { _ in [.close] },
      DialogKey([.escape], footer: FooterWord("esc", "all lines"), "clear the filter") {
        [.filter($0.pane, ""), .close]
      },
      erasing,
    ] + editing
  static let place = DialogPlace.footer

  /// The pane that is filtered, by its index in the catalogue.
  let pane: Int
  let heading = ""
  var scroll = ScrolledText()
  private var editor: LineEditor

  init(pane: Int, text: String) {
    self.pane = pane
    editor = LineEditor(text)
  }

  /// What the pane is filtered by.
  var text: String { editor.text }

  mutating func type(_ character: Character) -> Bool {
    editor.type(character)
    return true
  }

  mutating func edit(_ key: Key) { _ = editor.press(key) }

  func lines(width: Int) -> [[Span]] { [] }

  func draw(into buffer: inout CellBuffer, in area: Rect, theme: Theme) {
    editor.draw(after: "/", into: &buffer, in: area, theme: theme)
  }
}
