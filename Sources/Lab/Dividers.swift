import Plotting

/// Where a person put the boundaries between panes, as shares of the width or height that the panes have together.
package struct Shares: Sendable, Hashable {
  /// The boundary behind the first `index` of `count` columns or rows.
  package struct Boundary: Sendable, Hashable {
    package let isVertical: Bool
    package let index, count: Int
  }

  private var moved: [Boundary: Double] = [:]

  /// Equal shares.
  package init() {}

  /// Puts a boundary at this share.
  mutating func move(_ boundary: Boundary, to share: Double) { moved[boundary] = min(max(0, share), 1) }

  /// The cells from 0 to `length` of `count` columns or rows, none below `least`: `count + 1` boundaries.
  func boundaries(_ count: Int, isVertical: Bool, length: Int, least: Int) -> [Int] {
    let equal = (0...count).map { length * $0 / count }
    guard length >= count * least else { return equal }
    var places = equal
    for index in 1..<max(1, count) {
      guard let share = moved[Boundary(isVertical: isVertical, index: index, count: count)] else { continue }
      places[index] = Int((Double(length) * share).rounded())
    }
    for index in 1..<max(1, count) { places[index] = max(places[index], places[index - 1] + least) }
    for index in (1..<max(1, count)).reversed() { places[index] = min(places[index], places[index + 1] - least) }
    return places
  }

  // MARK: as the lab remembers them

  /// By name: `columns-1-2` is the first boundary of two columns.
  package var choices: [String: String] {
    Dictionary(
      uniqueKeysWithValues: moved.map { boundary, share in
        let kind = boundary.isVertical ? "columns" : "rows"
        return ("\(kind)-\(boundary.index)-\(boundary.count)", "\((share * 1000).rounded() / 1000)")
      })
  }

  /// Takes over what was remembered; leaves out what it does not know.
  package init(_ choices: [String: String]) {
    for (name, value) in choices {
      let parts = name.split(separator: "-")
      guard parts.count == 3, ["columns", "rows"].contains(parts[0]), let index = Int(parts[1]),
        let count = Int(parts[2]), (1..<100).contains(count), (1..<count).contains(index), let share = Double(value),
        share.isFinite
      else { continue }
      move(Boundary(isVertical: parts[0] == "columns", index: index, count: count), to: share)
    }
  }
}

/// A boundary between two panes on the screen, which a pointer can drag.
package struct Divider: Sendable, Hashable {
  let boundary: Shares.Boundary
  /// The borders that meet there.
  let rect: Rect
  /// Where the panes begin, and how far they reach.
  let start, length: Int

  /// The share at a cell.
  func share(at cell: Int) -> Double { Double(cell - start) / Double(max(1, length)) }
}
