import Panes
import Plotting

/// Where everything goes, decided from the sizes and priorities that the panes declare.
package struct Layout: Sendable, Equatable {
  /// What the layout needs to know of a pane.
  package struct Shape: Sendable {
    var minimum, comfortable: PaneSize
    var priority: Int

    package init(minimum: PaneSize, comfortable: PaneSize, priority: Int) {
      self.minimum = minimum
      self.comfortable = comfortable
      self.priority = priority
    }
  }

  /// A pane's place.
  package struct Place: Sendable, Equatable {
    package let pane: Int
    package let rect: Rect
  }

  /// Panes on the screen, in the order of their numbers; empty when the screen is too small.
  package private(set) var places: [Place] = []
  /// The strip of tabs; nil when every pane is on the screen.
  package private(set) var tabs: Rect?
  /// The rows below the header that a tour's caption has; nil without one.
  package private(set) var caption: Rect?
  /// The size that is needed; nil when the screen is large enough.
  package private(set) var needed: PaneSize?

  /// Rows for header, tabs and footer.
  private static let chrome = 3

  /// Lays out the `enabled` panes (indices into `shapes`, ascending, `focus` among them) on a screen. `caption`: rows
  /// below the header that are for something else, where the smallest pane leaves them.
  package init(
    width: Int, height: Int, shapes: [Shape], enabled: [Int], focus: Int, isFull: Bool, caption rows: Int = 0
  ) {
    let smallest = PaneSize(
      shapes.map(\.minimum.width).max() ?? 0, (shapes.map(\.minimum.height).max() ?? 0) + Layout.chrome)
    guard width >= smallest.width, height >= smallest.height else {
      needed = smallest
      return
    }
    let taken = max(0, min(rows, height - smallest.height)), top = 1 + taken
    if taken > 0 { caption = Rect(x: 0, y: 1, width: width, height: taken) }
    let whole = Rect(x: 0, y: top, width: width, height: height - 2 - taken)
    let belowTabs = Rect(x: 0, y: top + 1, width: width, height: height - Layout.chrome - taken)
    let strip = Rect(x: 0, y: top, width: width, height: 1)

    if !isFull {
      // As many as are comfortable together; the least important go first, the focused one stays.
      for count in stride(from: enabled.count, through: min(2, enabled.count), by: -1) {
        let chosen = Layout.chosen(count, of: enabled, shapes: shapes, focus: focus)
        let area = count == shapes.count ? whole : belowTabs
        if let grid = Layout.grid(chosen, in: area, shapes: shapes) {
          places = grid
          tabs = count == shapes.count ? nil : strip
          return
        }
      }
      let partner = enabled.filter { $0 != focus }.max { shapes[$0].priority < shapes[$1].priority }
      if let partner, let pair = Layout.stack([focus, partner].sorted(), in: belowTabs, shapes: shapes) {
        places = pair
        tabs = enabled.count == 2 && shapes.count == 2 ? nil : strip
        return
      }
    }
    let isAlone = shapes.count == 1
    places = [Place(pane: focus, rect: isAlone ? whole : belowTabs)]
    tabs = isAlone ? nil : strip
  }

  /// The focused pane and the most important others, `count` in all, in the order of their numbers.
  private static func chosen(_ count: Int, of panes: [Int], shapes: [Shape], focus: Int) -> [Int] {
    panes.sorted { ($0 == focus ? Int.max : shapes[$0].priority) > ($1 == focus ? Int.max : shapes[$1].priority) }
      .prefix(count).sorted()
  }

  /// Rows and columns of equal cells; nil unless every pane is comfortable in its own.
  private static func grid(_ panes: [Int], in area: Rect, shapes: [Shape]) -> [Place]? {
    for columns in [2, 1, 3, 4] where columns <= max(1, panes.count) {
      let rows = (panes.count + columns - 1) / columns
      guard (rows - 1) * columns < panes.count else { continue }
      let places = panes.enumerated().map { place, pane in
        let row = place / columns, inRow = min(columns, panes.count - row * columns)
        return Place(pane: pane, rect: cell(area, column: place % columns, of: inRow, row: row, of: rows))
      }
      let fits = places.allSatisfy {
        $0.rect.width >= shapes[$0.pane].comfortable.width && $0.rect.height >= shapes[$0.pane].comfortable.height
      }
      if fits { return places }
    }
    return nil
  }

  /// Panes one above the other; nil unless each has its minimum.
  private static func stack(_ panes: [Int], in area: Rect, shapes: [Shape]) -> [Place]? {
    let places = panes.enumerated().map { row, pane in
      Place(pane: pane, rect: cell(area, column: 0, of: 1, row: row, of: panes.count))
    }
    let fits = places.allSatisfy { $0.rect.height >= shapes[$0.pane].minimum.height }
    return fits ? places : nil
  }

  private static func cell(_ area: Rect, column: Int, of columns: Int, row: Int, of rows: Int) -> Rect {
    let left = area.width * column / columns, right = area.width * (column + 1) / columns
    let top = area.height * row / rows, bottom = area.height * (row + 1) / rows
    return Rect(x: area.x + left, y: area.y + top, width: right - left, height: bottom - top)
  }
}
