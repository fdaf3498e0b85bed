/// Text as cells: what each scalar of a string becomes when every cell is one column wide.
///
/// Control characters become blanks, combining marks are left out, wide characters become `?`: a frame keeps its
/// columns whatever a file name or a reason holds.
package func displayScalars(_ text: String) -> [Unicode.Scalar] {
  text.unicodeScalars.compactMap { scalar in
    if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7F ? " " : scalar }
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: return " "
    case .nonspacingMark, .enclosingMark, .format: return nil
    default: return isWide(scalar) ? "?" : scalar
    }
  }
}

/// Columns that a text takes.
package func displayWidth(_ text: String) -> Int { displayScalars(text).count }

/// The text itself, or its beginning and `…` when it has more than `width` columns.
package func clipped(_ text: String, to width: Int) -> String {
  guard displayWidth(text) > width else { return text }
  guard width > 0 else { return "" }
  var view = String.UnicodeScalarView()
  view.append(contentsOf: displayScalars(text).prefix(width - 1))
  return String(view) + "…"
}

/// The text with blanks behind it up to `width` columns.
package func padded(_ text: String, to width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - displayWidth(text)))
}

/// The text with blanks before it up to `width` columns.
package func leftPadded(_ text: String, to width: Int) -> String {
  String(repeating: " ", count: max(0, width - displayWidth(text))) + text
}

/// The text in lines of at most `width` columns, broken at blanks where there are any. At least one line.
package func wrapped(_ text: String, to width: Int) -> [String] {
  guard width > 0 else { return [""] }
  var lines: [String] = []
  for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
    var line = ""
    for var word in paragraph.split(separator: " ").map(String.init) {
      if !line.isEmpty, displayWidth(line) + 1 + displayWidth(word) > width {
        lines.append(line)
        line = ""
      }
      while displayWidth(word) > width {
        lines.append(String(word.prefix(width)))
        word = String(word.dropFirst(width))
      }
      line += line.isEmpty ? word : " " + word
    }
    lines.append(line)
  }
  return lines
}

extension CellBuffer {
  /// Writes a line from column `x` rightwards, cut at the edges of `clip`. Returns the column behind its end.
  @discardableResult
  package mutating func write(_ text: String, x: Int, y: Int, in clip: Rect, style: Style) -> Int {
    let scalars = displayScalars(text)
    if y >= clip.y && y < clip.y + clip.height {
      for (offset, scalar) in scalars.enumerated() where x + offset >= clip.x && x + offset < clip.x + clip.width {
        self[x + offset, y] = Cell(scalar, style)
      }
    }
    return x + scalars.count
  }

  /// Writes a line so that its last character stands in column `end − 1`.
  package mutating func writeRight(_ text: String, end: Int, y: Int, in clip: Rect, style: Style) {
    write(text, x: end - displayWidth(text), y: y, in: clip, style: style)
  }

  /// Makes every cell of `rect` the same.
  package mutating func fill(_ rect: Rect, with cell: Cell) {
    for y in rect.y..<rect.y + rect.height {
      for x in rect.x..<rect.x + rect.width { self[x, y] = cell }
    }
  }

  /// A rounded frame around `rect`, with a title at the left and a note at the right of its upper edge. When both do
  /// not fit, the note is left out, then the title cut.
  package mutating func box(
    _ rect: Rect, style: Style, title: String = "", titleStyle: Style, note: String = "", noteStyle: Style = Style()
  ) {
    guard rect.width > 1, rect.height > 1 else { return }
    let right = rect.x + rect.width - 1, bottom = rect.y + rect.height - 1
    for x in rect.x...right {
      self[x, rect.y] = Cell("─", style)
      self[x, bottom] = Cell("─", style)
    }
    for y in rect.y...bottom {
      self[rect.x, y] = Cell("│", style)
      self[right, y] = Cell("│", style)
    }
    self[rect.x, rect.y] = Cell("╭", style)
    self[right, rect.y] = Cell("╮", style)
    self[rect.x, bottom] = Cell("╰", style)
    self[right, bottom] = Cell("╯", style)

    let room = rect.width - 6
    guard room > 0, !title.isEmpty else { return }
    let end = write(" \(clipped(title, to: room)) ", x: rect.x + 2, y: rect.y, in: rect, style: titleStyle)
    if !note.isEmpty, end + displayWidth(note) + 5 <= right {
      writeRight(" \(note) ", end: right - 1, y: rect.y, in: rect, style: noteStyle)
    }
  }
}

/// Scalars that terminals draw two columns wide: East Asian wide and full-width forms, and emoji.
private func isWide(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
    0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
    true
  default: scalar.properties.isEmojiPresentation
  }
}
