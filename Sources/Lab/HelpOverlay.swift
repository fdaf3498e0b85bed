import Plotting

/// Every key and command, filtered by what is typed.
struct HelpOverlay: Sendable {
  /// A heading and its keys.
  struct Section: Sendable {
    let heading: String
    let rows: [(keys: String, description: String)]
  }

  private(set) var filter = ""
  var text = ScrolledText()

  mutating func type(_ character: Character) {
    filter.append(character)
    text = ScrolledText()
  }

  mutating func erase() {
    if !filter.isEmpty { filter.removeLast() }
  }

  mutating func draw(into buffer: inout CellBuffer, in area: Rect, sections: [Section], theme: Theme) {
    let note = filter.isEmpty ? "type to filter" : "filter: \(filter)"
    let filter = filter.lowercased()
    text.draw(into: &buffer, in: area, title: "Keys", note: note, theme: theme, minimumWidth: min(50, area.width - 6)) {
      width in
      var lines: [[Span]] = []
      for section in sections {
        let rows = section.rows.filter { row in
          filter.isEmpty || "\(row.keys) \(row.description)".lowercased().contains(filter)
        }
        guard !rows.isEmpty else { continue }
        if !lines.isEmpty { lines.append([]) }
        lines.append([Span(section.heading, .title)])
        let keyWidth = min(16, max(6, width / 3))
        for row in rows {
          let description = wrapped(row.description, to: max(1, width - keyWidth - 2))
          let overhang = displayWidth(row.keys) > keyWidth - 1
          if overhang { lines.append([Span(" " + row.keys, .key)]) }
          for (index, text) in description.enumerated() {
            let keys = index == 0 && !overhang ? row.keys : ""
            lines.append([Span(" " + padded(keys, to: keyWidth), .key), Span(" " + text, .dialog)])
          }
        }
      }
      return lines.isEmpty ? [[Span("no key matches", .faint)]] : lines
    }
  }
}
