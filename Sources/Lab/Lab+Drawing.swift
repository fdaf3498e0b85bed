import Panes
import Plotting

extension Lab {
  /// Draws the frame; the size of the buffer is the size of the screen.
  package mutating func draw(into buffer: inout CellBuffer) {
    needsDraw = false
    size = PaneSize(buffer.width, buffer.height)
    let layout = layout
    for index in panes.indices { panes[index].look(view) }
    buffer.fill(buffer.bounds, with: Cell(" ", theme.style(.text)))
    if layout.needed != nil {
      SmallScreen(session: session, theme: theme).draw(into: &buffer)
      drawDialog(into: &buffer, in: buffer.bounds)
    } else {
      Header(session: session, theme: theme).draw(into: &buffer)
      if let caption = layout.caption { tourBar.draw(into: &buffer, in: caption) }
      if let tabs = layout.tabs { drawTabs(into: &buffer, in: tabs, layout: layout) }
      for place in layout.places { draw(place, into: &buffer) }
      drawDialog(into: &buffer, in: Rect(x: 0, y: 0, width: buffer.width, height: buffer.height - 1))
      drawFooter(into: &buffer)
    }
    cursor = findCursor(in: buffer, layout: layout)
    if options.symbols == .ascii { buffer.reduceToASCII() }
  }

  private func draw(_ place: Layout.Place, into buffer: inout CellBuffer) {
    let pane = panes[place.pane], isFocused = place.pane == focus
    buffer.box(
      place.rect, style: theme.style(isFocused ? .borderFocused : .border),
      title: "\(place.pane + 1) \(Swift.type(of: pane).title)",
      titleStyle: theme.style(isFocused ? .selected : .title), note: pane.note, noteStyle: theme.style(.faint))
    let context = PaneContext(theme: theme, symbols: options.symbols, isFocused: isFocused)
    pane.draw(into: &buffer, in: place.rect.inset(), context: context)
  }

  /// Every pane by number and name: the focused one highlighted, those on the screen bright, hidden ones faint.
  private func drawTabs(into buffer: inout CellBuffer, in rect: Rect, layout: Layout) {
    let rect = drawAccuracies(into: &buffer, in: rect, layout: layout)
    let shown = Set(layout.places.map(\.pane))
    let strip = TabStrip(panes.map { Swift.type(of: $0).title }, focus: focus, shown: shown, width: rect.width)
    var x = rect.x + min(1, rect.width)
    for (index, text) in strip.texts.enumerated() {
      let role: Theme.Role = index == focus ? .selected : shown.contains(index) ? .title : .faint
      x = buffer.write(text, x: x, y: rect.y, in: rect, style: theme.style(role))
    }
  }

  /// On a small screen without a pane that shows them, the two accuracies go before the tabs. Returns what is left.
  private func drawAccuracies(into buffer: inout CellBuffer, in rect: Rect, layout: Layout) -> Rect {
    let shown = layout.places.map { Swift.type(of: panes[$0.pane]).id }
    guard rect.width < 80, !shown.contains(where: Lab.accuracyPanes.contains), session.lastProbe != nil else {
      return rect
    }
    let levels = AccuracyWords(session).levels.map { $0.flatMap { [$0, Span("  ")] } }
    guard let spans = levels.first(where: { $0.displayWidth < rect.width }) else { return rect }
    let end = buffer.write(spans, x: rect.x + 1, y: rect.y, in: rect, theme: theme)
    return Rect(x: end, y: rect.y, width: max(0, rect.x + rect.width - end), height: 1)
  }

  private static let accuracyPanes = [AccuracyPane.id, GapPane.id]

  private mutating func drawDialog(into buffer: inout CellBuffer, in area: Rect) {
    guard let dialog, Swift.type(of: dialog).place == .middle else { return }
    draw(dialog, into: &buffer, in: area)
  }

  /// Drawing tells a dialog how far it can be scrolled.
  private mutating func draw(_ dialog: any Dialog, into buffer: inout CellBuffer, in area: Rect) {
    var dialog = dialog
    dialog.draw(into: &buffer, in: area, theme: theme)
    self.dialog = dialog
  }

  /// The last row: a dialog that is drawn there, or the valid keys; a message takes the rows it needs above or instead.
  private mutating func drawFooter(into buffer: inout CellBuffer) {
    let bottom = buffer.height - 1
    var messageBottom = bottom
    let row = Rect(x: 0, y: bottom, width: buffer.width, height: 1)
    if let dialog, Swift.type(of: dialog).place == .footer {
      draw(dialog, into: &buffer, in: row)
      messageBottom -= 1
    } else if message == nil {
      drawKeys(into: &buffer, in: row)
    }
    guard let message else { return }
    let lines = wrapped(message.text, to: max(1, buffer.width - 2)).prefix(max(1, buffer.height / 3))
    let style = theme.style(message.isError ? .alarm : .key)
    for (index, line) in lines.enumerated() {
      let y = messageBottom - lines.count + 1 + index
      let rect = Rect(x: 0, y: y, width: buffer.width, height: 1)
      buffer.fill(rect, with: Cell(" ", theme.style(.text)))
      buffer.write(line, x: 1, y: y, in: rect, style: style)
    }
  }

  /// The valid keys in the table's order; those that do not fit are left out, help and quit stay.
  private func drawKeys(into buffer: inout CellBuffer, in rect: Rect) {
    let pinned = dialog == nil ? [["?", "help"], ["q", "quit"]] : []
    let width = { (word: [String]) in displayWidth(word[0]) + displayWidth(word[1]) + 3 }
    var room = rect.width + 1 - pinned.reduce(0) { $0 + width($1) }
    var words: [[String]] = []
    for word in hints.filter(\.isValid).compactMap(\.footer) where !pinned.contains(word) && width(word) <= room {
      words.append(word)
      room -= width(word)
    }
    var x = rect.x + 1
    let gap = room > words.count + pinned.count ? 3 : 2
    for word in words + pinned {
      x = buffer.write(word[0], x: x, y: rect.y, in: rect, style: theme.style(.key)) + 1
      x = buffer.write(word[1], x: x, y: rect.y, in: rect, style: theme.style(.faint)) + gap
    }
  }
}
