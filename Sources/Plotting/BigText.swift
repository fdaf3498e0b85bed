/// Numbers that can be read from the last row of a lecture hall: digits of 3 × 5 dots, each dot several cells large.
package struct BigText: Sendable, Hashable {
  /// How large a dot is.
  package enum Size: Sendable, Hashable, CaseIterable {
    /// 4 columns and 2 rows, 2 columns and 1 row, 1 column and half a row.
    case large, medium, small

    /// Columns and half rows of a dot.
    var dot: (columns: Int, halves: Int) {
      switch self {
      case .large: (4, 4)
      case .medium: (2, 2)
      case .small: (1, 1)
      }
    }

    /// Rows of a digit.
    package var rows: Int { (5 * dot.halves + 1) / 2 }
  }

  /// The dots of a character, row by row from the top; nil for what has none.
  private static let shapes: [Character: [String]] = [
    "0": ["###", "# #", "# #", "# #", "###"], "1": [" # ", "## ", " # ", " # ", "###"],
    "2": ["###", "  #", "###", "#  ", "###"], "3": ["###", "  #", "###", "  #", "###"],
    "4": ["# #", "# #", "###", "  #", "  #"], "5": ["###", "#  ", "###", "  #", "###"],
    "6": ["###", "#  ", "###", "# #", "###"], "7": ["###", "  #", "  #", "  #", "  #"],
    "8": ["###", "# #", "###", "# #", "###"], "9": ["###", "# #", "###", "  #", "###"],
    ".": [" ", " ", " ", " ", "#"], "–": ["   ", "   ", "###", "   ", "   "],
  ]

  private let rows: [[Bool]]
  private let size: Size

  /// The digits, points and dashes of a text; other characters are left out.
  package init(_ text: String, _ size: Size) {
    let shapes = text.compactMap { Self.shapes[$0] }
    rows = (0..<5).map { row in
      Array(shapes.map { $0[row].map { $0 == "#" } }.joined(separator: [false]))
    }
    self.size = size
  }

  /// Columns it takes.
  package var width: Int { (rows.first?.count ?? 0) * size.dot.columns }

  /// Draws it with its upper left corner in a cell.
  package func draw(into buffer: inout CellBuffer, x: Int, y: Int, in clip: Rect, style: Style) {
    let (columns, halves) = size.dot
    for row in 0..<size.rows {
      let text = (0..<width).map { column -> Character in
        let upper = isSet(2 * row / halves, column / columns)
        let lower = isSet((2 * row + 1) / halves, column / columns)
        return upper && lower ? "█" : upper ? "▀" : lower ? "▄" : " "
      }
      buffer.write(String(text), x: x, y: y + row, in: clip, style: style)
    }
  }

  private func isSet(_ row: Int, _ column: Int) -> Bool { row < rows.count && rows[row][column] }
}
