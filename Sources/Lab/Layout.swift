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
  /// The boundaries between panes.
  package private(set) var dividers: [Divider] = []
  /// The size that is needed; nil when the screen is large enough.
  package private(set) var needed: PaneSize?

  /// Rows for header, tabs and footer.
  private static let chrome = 3

  /// Lays out the `enabled` panes (indices into `shapes`, ascending, `focus` among them) on a screen. `caption`: rows
  /// below the header that are for something else, where the smallest pane leaves them. `shares`: where a person put
  /// the boundaries.
  package init(
    width: Int, height: Int, shapes: [Shape], enabled: [Int], focus: Int, isFull: Bool, caption rows: Int = 0,
    shares: Shares = Shares()
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
        if let columns = Layout.columns(chosen, in: area, shapes: shapes) {
          place(chosen, columns: columns, in: area, shapes: shapes, shares: shares)
          tabs = count == shapes.count ? nil : strip
          return
        }
      }
      let partner = enabled.filter { $0 != focus }.max { shapes[$0].priority < shapes[$1].priority }
      if let partner, Layout.stacks([focus, partner], in: belowTabs, shapes: shapes) {
        place([focus, partner].sorted(), columns: 1, in: belowTabs, shapes: shapes, shares: shares)
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

  /// How many columns of a grid make every pane comfortable in an equal cell; nil when none does.
  private static func columns(_ panes: [Int], in area: Rect, shapes: [Shape]) -> Int? {
    [2, 1, 3, 4].first { columns in
      let rows = (panes.count + columns - 1) / columns
      guard columns <= max(1, panes.count), (rows - 1) * columns < panes.count else { return false }
      return panes.enumerated().allSatisfy { place, pane in
        let row = place / columns, inRow = min(columns, panes.count - row * columns)
        let width = extent(area.width, place % columns, of: inRow), height = extent(area.height, row, of: rows)
        return width >= shapes[pane].comfortable.width && height >= shapes[pane].comfortable.height
      }
    }
  }

  /// True when two panes one above the other have their minimum.
  private static func stacks(_ panes: [Int], in area: Rect, shapes: [Shape]) -> Bool {
    panes.sorted().enumerated().allSatisfy { row, pane in
      extent(area.height, row, of: panes.count) >= shapes[pane].minimum.height
    }
  }

  /// Cells of one of `count` equal parts.
  private static func extent(_ length: Int, _ index: Int, of count: Int) -> Int {
    length * (index + 1) / count - length * index / count
  }

  /// Puts panes into rows with `columns` panes each; the last row may have fewer.
  private mutating func place(_ panes: [Int], columns: Int, in area: Rect, shapes: [Shape], shares: Shares) {
    let count = (panes.count + columns - 1) / columns
    let least = PaneSize(
      panes.map { shapes[$0].minimum.width }.max() ?? 1, panes.map { shapes[$0].minimum.height }.max() ?? 1)
    let rows = shares.boundaries(count, isVertical: false, length: area.height, least: least.height)
    for row in 0..<count {
      let inRow = panes.dropFirst(row * columns).prefix(columns)
      let top = area.y + rows[row], height = rows[row + 1] - rows[row]
      if row > 0 {
        let boundary = Shares.Boundary(isVertical: false, index: row, count: count)
        let line = Rect(x: area.x, y: top - 1, width: area.width, height: 2)
        dividers.append(Divider(boundary: boundary, rect: line, start: area.y, length: area.height))
      }
      let cells = shares.boundaries(inRow.count, isVertical: true, length: area.width, least: least.width)
      for (column, pane) in inRow.enumerated() {
        let left = area.x + cells[column], width = cells[column + 1] - cells[column]
        places.append(Place(pane: pane, rect: Rect(x: left, y: top, width: width, height: height)))
        guard column > 0 else { continue }
        let boundary = Shares.Boundary(isVertical: true, index: column, count: inRow.count)
        let line = Rect(x: left - 1, y: top + 1, width: 2, height: height - 2)
        dividers.append(Divider(boundary: boundary, rect: line, start: area.x, length: area.width))
      }
    }
  }
}
