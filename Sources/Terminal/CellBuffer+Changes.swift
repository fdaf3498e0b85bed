import Plotting

/// Neighboring cells of one row with the same style that have to be drawn.
package struct CellRun: Sendable, Hashable {
  /// Row of all cells.
  package var row: Int
  /// Column of the first cell.
  package var column: Int
  /// Their style.
  package var style: Style
  /// Their Unicode scalars, from left to right.
  package var scalars: [UInt32]
}

extension CellBuffer {
  /// The cells that differ from the frame drawn before; all cells if that had another size.
  package func changes(since drawn: CellBuffer?) -> [CellRun] {
    let drawn = drawn?.bounds == bounds ? drawn : nil
    var runs: [CellRun] = []
    for row in 0..<height {
      var open = false
      for column in 0..<width {
        let cell = self[column, row]
        if let drawn, drawn[column, row] == cell {
          open = false
        } else if open, runs[runs.count - 1].style == cell.style {
          runs[runs.count - 1].scalars.append(cell.scalar.value)
        } else {
          runs.append(CellRun(row: row, column: column, style: cell.style, scalars: [cell.scalar.value]))
          open = true
        }
      }
    }
    return runs
  }
}
