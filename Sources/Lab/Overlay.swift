import Plotting

/// What lies over the panes and takes the keys.
enum Overlay: Sendable {
  case quit(QuitDialog)
  case help(HelpOverlay)
  case describe(ScrolledText)
  case results(ScrolledText)
  case command(Prompt)
  case change(ChangeDialog)
  case attack(AttackDialog)
}

/// Who hears a key.
package enum KeyContext: String, Sendable, Hashable, CaseIterable {
  case panes = "Everywhere"
  case quit = "Quit dialog"
  case help = "This help"
  case describe = "Description"
  case results = "Results"
  case command = "Command line"
  case change = "Change dialog"
  case attack = "Attack dialog"
}

/// Lines in a box, of which those that fit are shown.
struct ScrolledText: Sendable {
  /// The first line on show.
  private(set) var top = 0
  /// Lines that were hidden below at the last drawing: scrolling stops there.
  private var hidden = 0

  /// True when not every line fits.
  var canScroll: Bool { top > 0 || hidden > 0 }

  mutating func scroll(by count: Int) { top = min(max(0, top + count), top + hidden) }

  /// Draws the box in the middle of `area`, as large as its lines need and the area allows. `lines` gets the columns
  /// there are.
  mutating func draw(
    into buffer: inout CellBuffer, in area: Rect, title: String, note: String = "", theme: Theme, minimumWidth: Int = 0,
    lines: (_ width: Int) -> [[Span]]
  ) {
    let content = lines(max(0, area.width - 6))
    let widest = content.map(\.displayWidth).max() ?? 0
    let width = min(area.width, max(widest, displayWidth(title) + displayWidth(note) + 4, minimumWidth) + 4)
    let height = min(area.height, content.count + 2)
    let rect = Rect(
      x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width: width, height: height)
    let inner = Rect(x: rect.x + 2, y: rect.y + 1, width: width - 4, height: height - 2)
    top = min(top, max(0, content.count - inner.height))
    hidden = max(0, content.count - top - inner.height)
    let range = canScroll ? "\(top + 1)–\(top + inner.height) of \(content.count)" : ""
    buffer.fill(rect, with: Cell(" ", theme.style(.dialog)))
    buffer.box(
      rect, style: theme.style(.borderFocused, over: .dialog), title: title,
      titleStyle: theme.style(.title, over: .dialog),
      note: [note, range].filter { !$0.isEmpty }.joined(separator: " · "))
    for (row, line) in content.dropFirst(top).prefix(inner.height).enumerated() {
      buffer.write(line, x: inner.x, y: inner.y + row, in: inner, theme: theme, over: .dialog)
    }
  }
}
