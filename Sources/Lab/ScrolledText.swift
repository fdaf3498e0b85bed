import Plotting

/// Lines in a box, of which those that fit are shown.
package struct ScrolledText: Sendable {
  /// Index of the first visible line.
  private(set) var top = 0
  /// Lines that did not fit below when it was last drawn: scrolling stops there.
  private var hidden = 0

  /// At the first line.
  package init() {}

  /// True when not every line fits.
  var canScroll: Bool { top > 0 || hidden > 0 }

  mutating func move(by count: Int) { top = min(max(0, top + count), top + hidden) }

  /// Draws the lines in a box in the middle of `area`, as large as they need and the area allows. Highlighted lines are
  /// scrolled into view.
  mutating func draw(
    _ lines: [[Span]], into buffer: inout CellBuffer, in area: Rect, title: String, note: String, theme: Theme,
    minimumWidth: Int
  ) {
    let widest = max(lines.map(\.displayWidth).max() ?? 0, minimumWidth)
    let width = min(area.width, max(widest, displayWidth(title) + displayWidth(note) + 4) + 4)
    let height = min(area.height, lines.count + 2)
    let rect = Rect(
      x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width: width, height: height)
    let inner = Rect(x: rect.x + 2, y: rect.y + 1, width: width - 4, height: height - 2)
    show(lines.indices.filter { lines[$0].contains { $0.role == .selected } }, rows: inner.height)
    top = min(top, max(0, lines.count - inner.height))
    hidden = max(0, lines.count - top - inner.height)
    let range = canScroll ? "\(top + 1)–\(top + inner.height) of \(lines.count)" : ""
    buffer.fill(rect, with: Cell(" ", theme.style(.dialog)))
    buffer.box(
      rect, style: theme.style(.borderFocused, over: .dialog), title: title,
      titleStyle: theme.style(.title, over: .dialog),
      note: [note, range].filter { !$0.isEmpty }.joined(separator: " · "), noteStyle: theme.style(.faint, over: .dialog)
    )
    for (row, line) in lines.dropFirst(top).prefix(inner.height).enumerated() {
      buffer.write(line, x: inner.x, y: inner.y + row, in: inner, theme: theme, over: .dialog)
    }
  }

  /// Scrolls as far as needed to have these lines among the visible ones; the first of them counts most.
  private mutating func show(_ indices: [Int], rows: Int) {
    guard let first = indices.first, let last = indices.last else { return }
    top = min(max(top, last - rows + 1), first)
  }
}
