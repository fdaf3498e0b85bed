import Panes
import Plotting

extension Lab {
  /// Draws the frame; the size of the buffer is the size of the screen.
  package mutating func draw(into buffer: inout CellBuffer) {
    drawFrame(into: &buffer)
    // Labels that change their width move the plot once more now and then.
    var tries = 0
    while tries < 3, pointCrosshair() {
      tries += 1
      buffer.spots = []
      drawFrame(into: &buffer)
    }
    pointed = nil
  }

  private mutating func drawFrame(into buffer: inout CellBuffer) {
    needsDraw = false
    size = PaneSize(buffer.width, buffer.height)
    buttons = []
    let layout = layout
    for index in panes.indices { panes[index].look(view) }
    buffer.fill(buffer.bounds, with: Cell(" ", theme.style(.text)))
    if layout.needed != nil {
      SmallScreen(session: session, theme: theme).draw(into: &buffer)
      drawDialog(into: &buffer, in: buffer.bounds)
    } else {
      Header(session: session, theme: theme, isShort: options.isBig).draw(into: &buffer)
      if let caption = layout.caption { drawCaption(into: &buffer, in: caption) }
      if let tabs = layout.tabs, !options.isBig { drawTabs(into: &buffer, in: tabs, layout: layout) }
      for place in layout.places { draw(place, into: &buffer) }
      drawDialog(into: &buffer, in: Rect(x: 0, y: 0, width: buffer.width, height: buffer.height - 1))
      drawFooter(into: &buffer)
    }
    cursor = findCursor(in: buffer, layout: layout)
    spots = buffer.spots
    if options.symbols == .ascii { buffer.reduceToASCII() }
  }

  /// The words of a tour, and below them the large numbers of big mode.
  private func drawCaption(into buffer: inout CellBuffer, in rect: Rect) {
    let tour = tourBar, rows = min(rect.height, tour.lines(width: rect.width).count)
    tour.draw(into: &buffer, in: Rect(x: rect.x, y: rect.y, width: rect.width, height: rows))
    let rest = Rect(x: rect.x, y: rect.y + rows, width: rect.width, height: rect.height - rows)
    if options.isBig, !rest.isEmpty { BigBoard(session: session, theme: theme).draw(into: &buffer, in: rest) }
  }

  private func draw(_ place: Layout.Place, into buffer: inout CellBuffer) {
    let pane = panes[place.pane], isFocused = place.pane == focus
    buffer.box(
      place.rect, style: theme.style(isFocused ? .borderFocused : .border),
      title: "\(place.pane + 1) \(Swift.type(of: pane).title)",
      titleStyle: theme.style(isFocused ? .selected : .title), note: options.isBig ? "" : pane.note,
      noteStyle: theme.style(.faint))
    let context = PaneContext(theme: theme, symbols: options.symbols, isFocused: isFocused)
    pane.draw(into: &buffer, in: place.rect.inset(), context: context)
  }

  /// Every pane by number and name: the focused one highlighted, those on the screen bright, hidden ones faint.
  private mutating func drawTabs(into buffer: inout CellBuffer, in rect: Rect, layout: Layout) {
    let rect = drawAccuracies(into: &buffer, in: rect, layout: layout)
    let shown = Set(layout.places.map(\.pane))
    let strip = TabStrip(panes.map { Swift.type(of: $0).title }, focus: focus, shown: shown, width: rect.width)
    var x = rect.x + min(1, rect.width)
    for (index, text) in strip.texts.enumerated() {
      let role: Theme.Role = index == focus ? .selected : shown.contains(index) ? .title : .faint
      let start = x
      x = buffer.write(text, x: x, y: rect.y, in: rect, style: theme.style(role))
      buttons.append(Button(rect: Rect(x: start, y: rect.y, width: x - start, height: 1), action: .tab(index)))
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
    // What lies below cannot be clicked.
    buffer.spots = []
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
  private mutating func drawKeys(into buffer: inout CellBuffer, in rect: Rect) {
    let pinned: [FooterKey] =
      dialog == nil
      ? [
        FooterKey(text: "?", word: "help", key: .character("?")),
        FooterKey(text: "q", word: "quit", key: .character("q")),
      ]
      : []
    var room = rect.width + 1 - pinned.reduce(0) { $0 + $1.width }
    var words: [FooterKey] = []
    let most = options.isBig ? 4 : Int.max
    for word in hints.filter(\.isValid).compactMap(FooterKey.init) where word.width <= room && words.count < most {
      guard !pinned.contains(where: { $0.text == word.text && $0.word == word.word }) else { continue }
      words.append(word)
      room -= word.width
    }
    var x = rect.x + 1
    let gap = room > words.count + pinned.count ? 3 : 2
    for word in words + pinned {
      let start = x
      x = buffer.write(word.text, x: x, y: rect.y, in: rect, style: theme.style(.key)) + 1
      x = buffer.write(word.word, x: x, y: rect.y, in: rect, style: theme.style(.faint))
      let place = Rect(x: start, y: rect.y, width: x - start, height: 1)
      buttons.append(Button(rect: place, action: .key(word.key)))
      x += gap
    }
  }
}

/// A key in the last row.
private struct FooterKey {
  let text, word: String
  /// What a click on it presses.
  let key: Key

  /// Columns with the gap behind it.
  var width: Int { displayWidth(text) + displayWidth(word) + 3 }
}

extension FooterKey {
  init?(_ hint: KeyHint) {
    guard let footer = hint.footer, let key = hint.keys.first else { return nil }
    self.init(text: footer[0], word: footer[1], key: key)
  }
}
