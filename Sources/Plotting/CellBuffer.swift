/// A rectangle of cells, in columns and rows from the top left.
package struct Rect: Sendable, Hashable {
  /// Column of the left edge.
  package var x: Int
  /// Row of the top edge.
  package var y: Int
  /// Columns.
  package var width: Int
  /// Rows.
  package var height: Int

  /// A rectangle; negative extents become 0.
  package init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = max(0, width)
    self.height = max(0, height)
  }

  /// The rectangle without a border of `by` cells on every side.
  package func inset(by: Int = 1) -> Rect {
    Rect(x: x + by, y: y + by, width: width - 2 * by, height: height - 2 * by)
  }

  /// True when it holds no cell.
  package var isEmpty: Bool { width == 0 || height == 0 }
}

/// What a frame is drawn into; curses, plain text and pictures are its readers. Any size works, 0×0 included.
package struct CellBuffer: Sendable, Hashable {
  /// Columns.
  package let width: Int
  /// Rows.
  package let height: Int
  private var cells: [Cell]
  /// What a pointer can act on, in the order of drawing: a later one covers an earlier one.
  package var spots: [Spot] = []

  /// A buffer of blanks.
  package init(width: Int, height: Int, filling cell: Cell = Cell()) {
    self.width = max(0, width)
    self.height = max(0, height)
    cells = Array(repeating: cell, count: self.width * self.height)
  }

  /// The whole area.
  package var bounds: Rect { Rect(x: 0, y: 0, width: width, height: height) }

  /// A cell. Reading outside gives a blank, writing outside does nothing.
  package subscript(x: Int, y: Int) -> Cell {
    get { x >= 0 && x < width && y >= 0 && y < height ? cells[y * width + x] : Cell() }
    set { if x >= 0 && x < width && y >= 0 && y < height { cells[y * width + x] = newValue } }
  }

  /// The rows as plain text, for golden tests and `--describe`.
  package var text: String {
    (0..<height).map { y in
      var line = String.UnicodeScalarView()
      for x in 0..<width { line.append(self[x, y].scalar) }
      return String(line)
    }.joined(separator: "\n")
  }
}
