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

  /// A table of numbers as lines.
  package static func table(_ rows: [[String]]) -> [String] { lines(rows, .numbers) }

  /// A list of words as text, each line with its newline.
  package static func text(_ rows: [[String]]) -> String { lines(rows, .left).map { $0 + "\n" }.joined() }
}
