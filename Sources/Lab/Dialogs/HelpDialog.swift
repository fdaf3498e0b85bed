import Panes
import Plotting

/// All keys and commands, those that work now first, filtered by what is typed. Enter does what the highlight is on.
struct HelpDialog: Dialog {
  static let title = "This help"
  static let opening: DialogOpening? = DialogOpening(
    .view, LabKey([.character("?")], footer: FooterWord("?", "help"), "show all keys") { $0.open(HelpDialog()) })
  static let keys: [DialogKey<HelpDialog>] =
    [
      closing([.escape]),
      DialogKey([.character("?")], footer: FooterWord("?", "words"), "what the words on the screen mean") { _ in
        [.glossary]
      },
      DialogKey([.enter], footer: FooterWord("enter", "do it"), "press the highlighted key, or type the command") {
        $0.run()
      },
      DialogKey([.up], footer: FooterWord("↑/↓", "choose"), "one line up") { $0.move(by: -1) },
      DialogKey([.down], "one line down") { $0.move(by: 1) },
      DialogKey([.pageUp], "ten lines up") { $0.move(by: -10) },
      DialogKey([.pageDown], "ten lines down") { $0.move(by: 10) },
      DialogKey([.backspace], "delete the last character of the filter") { $0.erase() },
    ]
  static let minimumWidth = 50

  /// A heading and its keys.
  struct Section: Sendable {
    let heading: String
    let rows: [Row]
  }

  /// Keys or a command, what they do, and what enter does about it; nil where that needs another situation.
  struct Row: Sendable {
    let keys: String, description: String
    var request: DialogRequest?
  }

  let heading = "Keys"
  var scroll = ScrolledText()
  private var filter = ""
  private var sections: [Section] = []
  /// The highlighted line.
  private var selected = HelpDialog.firstRow
  /// The columns that lines were last wrapped to.
  private var width = 74
  /// The first line is a heading.
  private static let firstRow = 1

  var selectedItem: Int? {
    get { selected }
    set { if let newValue { selected = newValue } }
  }

  var note: String { filter.isEmpty ? "type to filter" : "filter: \(filter)" }

  mutating func follow(_ lab: Lab) -> Bool {
    sections = lab.helpSections
    selected = min(selected, max(0, entries(width: width).count - 1))
    return true
  }

  mutating func type(_ character: Character) -> Bool {
    filter.append(character)
    (scroll, selected) = (ScrolledText(), HelpDialog.firstRow)
    return true
  }

  private mutating func erase() -> [DialogRequest] {
    _ = filter.popLast()
    selected = HelpDialog.firstRow
    return []
  }

  /// The sections with the lines that the filter lets through; none is empty.
  private var shown: [Section] {
    let filter = filter.lowercased()
    return sections.compactMap { section in
      let rows = section.rows.filter { row in
        filter.isEmpty || "\(row.keys) \(row.description)".lowercased().contains(filter)
      }
      return rows.isEmpty ? nil : Section(heading: section.heading, rows: rows)
    }
  }

  private mutating func move(by count: Int) -> [DialogRequest] {
    selected = min(max(0, selected + count), max(0, entries(width: width).count - 1))
    return []
  }

  /// Closes, and does what the highlight is on.
  private func run() -> [DialogRequest] {
    let all = entries(width: width)
    guard all.indices.contains(selected), let row = all[selected].row else { return [] }
    return row.request.map { [.close, $0] } ?? [.say("'\(row.keys)' does nothing now", isError: false)]
  }

  /// Every line, with what it is about.
  private func entries(width: Int) -> [(line: [Span], row: Row?)] {
    let keyWidth = min(16, max(6, width / 3))
    var entries: [(line: [Span], row: Row?)] = []
    for section in shown {
      if !entries.isEmpty { entries.append(([], nil)) }
      entries.append(([Span(section.heading, .title)], nil))
      for row in section.rows {
        entries += lines(row.keys, row.description, keyWidth, width).map { ($0, row) }
      }
    }
    return entries.isEmpty ? [([Span("no key matches", .faint)], nil)] : entries
  }

  func lines(width: Int) -> [[Span]] {
    entries(width: width).enumerated().map { index, entry in
      guard index == selected else { return entry.line.map { Span($0.text, $0.role, item: index) } }
      let text = entry.line.map(\.text).joined()
      return [Span("▸" + (text.hasPrefix(" ") ? String(text.dropFirst()) : text), .selected, item: index)]
    }
  }

  mutating func draw(into buffer: inout CellBuffer, in area: Rect, theme: Theme) {
    width = max(1, area.width - 6)
    scroll.draw(
      lines(width: width), into: &buffer, in: area, title: heading, note: note, theme: theme,
      minimumWidth: Self.minimumWidth)
  }

  /// One key, its description wrapped next to it; keys that are too long get a line of their own.
  private func lines(_ keys: String, _ description: String, _ keyWidth: Int, _ width: Int) -> [[Span]] {
    let texts = wrapped(description, to: max(1, width - keyWidth - 2))
    let overhangs = displayWidth(keys) > keyWidth - 1
    let described = texts.enumerated().map { index, text in
      [Span(" " + padded(index == 0 && !overhangs ? keys : "", to: keyWidth), .key), Span(" " + text, .dialog)]
    }
    return (overhangs ? [[Span(" " + keys, .key)]] : []) + described
  }
}
