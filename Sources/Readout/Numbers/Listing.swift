import Plotting

/// Columns of text, two blanks apart, for lists and tables.
package enum Listing {
  /// Which side the texts of a column are aligned to.
  package enum Alignment: Sendable, CaseIterable {
    /// All columns to the left: lists of words.
    case left
    /// The first column to the left, all others to the right: tables of numbers.
    case numbers
  }

  /// The rows with every text padded to the width of its column.
  package static func padded(_ rows: [[String]], _ alignment: Alignment) -> [[String]] {
    var widths: [Int] = []
    for row in rows {
      for (column, text) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], displayWidth(text))
      }
    }
    return rows.map { row in
      row.enumerated().map { column, text in
        alignment == .left || column == 0
          ? Plotting.padded(text, to: widths[column]) : leftPadded(text, to: widths[column])
      }
    }
  }

  /// The rows as aligned lines without blanks at their ends.
  package static func lines(_ rows: [[String]], _ alignment: Alignment) -> [String] {
    padded(rows, alignment).map { row in
      var line = row.joined(separator: "  ")[...]
      while line.last == " " { line.removeLast() }
      return String(line)
    }
  }

  /// A table of numbers as lines. Where it is wider than `columns`, it continues in further blocks below, each with the
  /// first `leading` columns again; only a text that has no room even there is cut.
  package static func table(_ rows: [[String]], columns: Int? = nil, leading: Int = 1) -> [String] {
    let whole = lines(rows, .numbers)
    guard let columns, let widest = whole.map(displayWidth).max(), widest > columns else { return whole }
    let count = rows.map(\.count).max() ?? 0
    let filled = rows.map { row in row + Array(repeating: "", count: count - row.count) }
    let cut = filled.map { row in
      row.enumerated().map { column, text in clipped(text, to: column < leading ? max(4, columns / 2 - 2) : columns) }
    }
    let widths = (0..<count).map { column in cut.map { displayWidth($0[column]) }.max() ?? 0 }
    let fixed = widths.prefix(leading).reduce(0) { $0 + $1 + 2 }
    var blocks: [[Int]] = [], room = -1
    for column in leading..<max(leading, count) {
      if blocks.isEmpty || room < widths[column] {
        blocks.append([])
        room = columns - fixed
      }
      blocks[blocks.count - 1].append(column)
      room -= widths[column] + 2
    }
    let parts = blocks.map { block in
      lines(cut.map { row in row.prefix(leading) + block.map { row[$0] } }.map(Array.init), .numbers)
        .map { clipped($0, to: columns) }
    }
    return Array(parts.joined(separator: [""]))
  }

  /// A list of words as text, each line with its newline. Where it is wider than `columns`, its last column is wrapped;
  /// a last column with little room goes below its line.
  package static func text(_ rows: [[String]], columns: Int? = nil) -> String {
    let whole = lines(rows, .left)
    guard let columns, whole.contains(where: { displayWidth($0) > columns }) else {
      return whole.map { $0 + "\n" }.joined()
    }
    let last = (rows.map(\.count).max() ?? 1) - 1
    let heads = lines(rows.map { Array($0.prefix(last)) }, .left)
    let indent = (heads.map(displayWidth).max() ?? 0) + 2, isBeside = columns - indent >= 24
    return zip(heads, rows).map { head, row in
      let text = row.count > last ? row[last] : ""
      guard !text.isEmpty else { return clipped(head, to: columns) + "\n" }
      let margin = String(repeating: " ", count: isBeside && last > 0 ? indent : last > 0 ? 4 : 0)
      let parts = wrapped(text, to: max(1, columns - margin.count))
      if isBeside || last == 0 {
        let first = Plotting.padded(head, to: margin.count)
        return parts.enumerated().map { ($0 == 0 ? first : margin) + $1 + "\n" }.joined()
      }
      return wrapped(head, to: columns).map { $0 + "\n" }.joined() + parts.map { margin + $0 + "\n" }.joined()
    }.joined()
  }
}
