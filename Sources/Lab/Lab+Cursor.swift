import Panes
import Plotting

/// Where the hardware cursor belongs: screen readers and magnifiers follow it.
package struct ScreenCursor: Sendable, Hashable {
  /// Column and row.
  package var x, y: Int
  /// True where text is typed.
  package var isVisible = false

  package init(x: Int, y: Int, isVisible: Bool = false) { (self.x, self.y, self.isVisible) = (x, y, isVisible) }
}

extension Lab {
  /// The highlighted choice of a dialog, the end of what is typed, the selected line of the focused pane, or else its
  /// title.
  func findCursor(in buffer: CellBuffer, layout: Layout) -> ScreenCursor? {
    if let dialog {
      let isTyped = Swift.type(of: dialog).place == .footer, bottom = buffer.height - 1
      let rows = isTyped ? max(0, bottom)...max(0, bottom) : 0...max(0, bottom)
      let area = Rect(x: 0, y: rows.lowerBound, width: buffer.width, height: rows.count)
      guard var found = highlight(in: area, of: buffer) else { return ScreenCursor(x: 0, y: 0) }
      found.isVisible = isTyped
      return found
    }
    guard let place = layout.places.first(where: { $0.pane == focus }) else { return nil }
    let inner = place.rect.inset()
    for y in inner.y..<inner.y + inner.height where buffer[inner.x, y].scalar == "▸" {
      return ScreenCursor(x: inner.x, y: y)
    }
    return ScreenCursor(x: place.rect.x + 2, y: place.rect.y)
  }

  /// The first cell that is drawn as selected.
  private func highlight(in area: Rect, of buffer: CellBuffer) -> ScreenCursor? {
    let typed = Style(.terminal, on: .terminal, .reverse)
    let looks = Set([Theme.Role.text, .dialog].map { theme.style(.selected, over: $0) } + [typed])
    for y in area.y..<area.y + area.height {
      for x in area.x..<area.x + area.width where looks.contains(buffer[x, y].style) {
        // The focused pane's title looks like that, too.
        if dialog.map({ Swift.type(of: $0).place == .middle }) == true, buffer[x, y].scalar != "▸" { continue }
        return ScreenCursor(x: x, y: y)
      }
    }
    return nil
  }
}
