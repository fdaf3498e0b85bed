/// Dots in cells, drawn in painter's order: a later layer takes a cell over, dots are merged only within one layer.
///
/// Coordinates are dots from the top left; what lies outside is not drawn.
package struct Canvas: Sendable {
  /// The characters it is shown with.
  package let symbols: Symbols
  /// Extent in cells.
  package let width, height: Int
  private var masks: [UInt8]
  private var layers: [Int]

  /// An empty canvas of `width` × `height` cells.
  package init(width: Int, height: Int, symbols: Symbols) {
    self.symbols = symbols
    self.width = max(0, width)
    self.height = max(0, height)
    masks = Array(repeating: 0, count: self.width * self.height)
    layers = Array(repeating: -1, count: self.width * self.height)
  }

  /// Dots from left to right.
  package var dotsAcross: Int { width * symbols.dots.x }
  /// Dots from top to bottom.
  package var dotsDown: Int { height * symbols.dots.y }

  /// Sets a dot.
  package mutating func dot(x: Int, y: Int, layer: Int) {
    guard x >= 0, y >= 0, x < dotsAcross, y < dotsDown else { return }
    let size = symbols.dots
    let cell = y / size.y * width + x / size.x
    if layers[cell] != layer {
      layers[cell] = layer
      masks[cell] = 0
    }
    masks[cell] |= symbols.bit(x: x % size.x, y: y % size.y)
  }

  /// How a line is interrupted.
  package enum Dash: Sendable, Hashable {
    case none
    /// As much gap as line: another run.
    case short
    /// Long dashes with small gaps: a line that its color alone does not tell from others.
    case long

    func has(_ place: Int) -> Bool {
      switch self {
      case .none: true
      case .short: place / 2 % 2 == 0
      case .long: place % 8 < 6
      }
    }
  }

  /// A straight segment with both ends (Bresenham). Dashes depend on the place alone, so that they go on from segment to
  /// segment.
  package mutating func segment(
    from start: (x: Int, y: Int), to end: (x: Int, y: Int), layer: Int, dash: Dash = .none
  ) {
    let acrossDistance = abs(end.x - start.x), downDistance = -abs(end.y - start.y)
    let across = start.x < end.x ? 1 : -1, down = start.y < end.y ? 1 : -1
    var (x, y) = start
    var error = acrossDistance + downDistance
    while true {
      if dash.has(x + y) { dot(x: x, y: y, layer: layer) }
      if x == end.x && y == end.y { return }
      let doubled = 2 * error
      if doubled >= downDistance {
        error += downDistance
        x += across
      }
      if doubled <= acrossDistance {
        error += acrossDistance
        y += down
      }
    }
  }

  /// The layer that owns a cell; nil when it is blank.
  package func layer(x: Int, y: Int) -> Int? {
    guard x >= 0, y >= 0, x < width, y < height, layers[y * width + x] >= 0 else { return nil }
    return layers[y * width + x]
  }

  /// Writes the cells that hold dots, the canvas's top left at (`x`, `y`).
  package func draw(into buffer: inout CellBuffer, x: Int, y: Int, style: (_ layer: Int) -> Style) {
    for row in 0..<height {
      for column in 0..<width where masks[row * width + column] != 0 {
        let cell = row * width + column
        buffer[x + column, y + row] = Cell(symbols.scalar(mask: masks[cell]), style(layers[cell]))
      }
    }
  }
}
