import Panes
import Plotting

/// All keys and commands, filtered by what is typed.
struct HelpDialog: Dialog {
  static let title = "This help"
  static let opening: DialogOpening? = DialogOpening(
    .view, LabKey([.character("?")], footer: FooterWord("?", "help"), "show all keys") { $0.open(HelpDialog()) })
  static let keys: [DialogKey<HelpDialog>] =
    [
      closing([.escape, .enter, .character("?")]),
      DialogKey([.backspace], "delete the last character of the filter") { $0.erase() },
    ] + scrolling
  static let minimumWidth = 50

  /// A heading and its keys.
  struct Section: Sendable {
    let heading: String
    let rows: [(keys: String, description: String)]
  }

  let heading = "Keys"
  var scroll = ScrolledText()
  private var filter = ""
  private var sections: [Section] = []

  var note: String { filter.isEmpty ? "type to filter" : "filter: \(filter)" }

  mutating func follow(_ lab: Lab) -> Bool {
    sections = lab.helpSections
    return true
  }

  mutating func type(_ character: Character) -> Bool {
    filter.append(character)
    scroll = ScrolledText()
    return true
  }

  private mutating func erase() -> [DialogRequest] {
    _ = filter.popLast()
    return []
  }

  func lines(width: Int) -> [[Span]] {
    let filter = filter.lowercased(), keyWidth = min(16, max(6, width / 3))
    var lines: [[Span]] = []
    for section in sections {
      let rows = section.rows.filter { row in
        filter.isEmpty || "\(row.keys) \(row.description)".lowercased().contains(filter)
      }
      guard !rows.isEmpty else { continue }
      if !lines.isEmpty { lines.append([]) }
      lines.append([Span(section.heading, .title)])
      for row in rows { lines += self.lines(row.keys, row.description, keyWidth, width) }
    }
    return lines.isEmpty ? [[Span("no key matches", .faint)]] : lines
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
