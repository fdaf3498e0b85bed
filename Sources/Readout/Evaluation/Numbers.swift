import Events
import Plotting

/// How measurements are written in tables.
enum Notation {
  case table

  /// `66.4 %`.
  func share(_ value: Double) -> String { NumberText.fixed(value * 100, digits: 1) + " %" }

  /// `66.4 % [64.0, 68.7]`.
  func share(_ value: Double, in interval: ClosedRange<Double>) -> String {
    let ends = [interval.lowerBound, interval.upperBound].map { NumberText.fixed($0 * 100, digits: 1) }
    return "\(share(value)) [\(ends.joined(separator: ", "))]"
  }

  func accuracy(_ accuracy: Proportion) -> String { share(accuracy.value, in: accuracy.interval) }
  func gap(_ reading: GapReading) -> String { share(reading.gap, in: reading.lower...reading.upper) }
}

/// Columns of text, two blanks apart.
enum Listing {
  /// The first column to the left, the others to the right.
  static func table(_ rows: [[String]]) -> [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
    return rows.map { row in
      row.enumerated().map { column, text in
        let space = String(repeating: " ", count: widths[column] - text.count)
        return column == 0 ? text + space : space + text
      }.joined(separator: "  ")
    }
  }
}

extension GapCause {
  /// `66.0 % → 0.0 %`, or `5.0 %` for a cause that is a fraction by itself.
  func numbers(_ notation: Notation) -> String {
    (before.map { notation.share($0) + " → " } ?? "") + notation.share(value)
  }
}
