/// The candidate that a mistyped name most probably meant.
///
/// Edit distance with adjacent swaps; nil when even the best candidate needs more than half of the name changed.
package func nearestName(to name: String, in candidates: [String]) -> String? {
  let scored = candidates.map { (distance: editDistance(name.lowercased(), $0.lowercased()), name: $0) }
  guard let best = scored.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }) else { return nil }
  return 2 * best.distance <= max(name.count, best.name.count) ? best.name : nil
}

/// The most probable candidates, at most `count`: those that contain the name, then near ones as in `nearestName`.
package func nearestNames(to name: String, in candidates: [String], count: Int) -> [String] {
  let wanted = name.lowercased()
  let containing = candidates.filter { !wanted.isEmpty && $0.lowercased().contains(wanted) }
  let scored = candidates.filter { !containing.contains($0) }
    .map { (distance: editDistance(wanted, $0.lowercased()), name: $0) }
    .filter { 2 * $0.distance <= max(name.count, $0.name.count) }
    .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
  return Array((containing + scored.map(\.name)).prefix(count))
}

/// Optimal string alignment distance: insert, delete, replace, swap of neighbors cost one each.
func editDistance(_ first: String, _ second: String) -> Int {
  let a = Array(first), b = Array(second)
  var rows = [[Int](0...b.count)]
  for i in 0..<a.count {
    var row = [i + 1]
    for j in 0..<b.count {
      var cost = min(rows[i][j] + (a[i] == b[j] ? 0 : 1), rows[i][j + 1] + 1, row[j] + 1)
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, rows[i - 1][j - 1] + 1) }
      row.append(cost)
    }
    rows.append(row)
  }
  return rows[a.count][b.count]
}
