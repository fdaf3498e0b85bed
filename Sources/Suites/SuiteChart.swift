import Events

/// A figure in text: a line a row, its pooled accuracies as letters on an axis from 0 to 100 %. Pure.
enum SuiteChart {
  private static let columns = 51

  static func lines(_ result: SuiteResult) -> [String] {
    let width = result.rows.map(\.label.count).max() ?? 0
    let margin = String(repeating: " ", count: width + 2)
    let axis = (0...5).map { number in
      let text = "\(number * 20)"
      return text + String(repeating: " ", count: number == 5 ? 0 : 10 - text.count)
    }.joined()
    let body = result.rows.map { row in
      row.label + String(repeating: " ", count: width - row.label.count) + "  " + String(points(row.pooled))
    }
    return ["c clean, p training attack, a AutoAttack, * several at one place; percent"] + [margin + axis] + body
  }

  private static func points(_ cell: SuiteResult.Cell) -> [Character] {
    var line = [Character](repeating: "·", count: columns)
    for (mark, proportion) in [("c", cell.clean), ("p", cell.pgd), ("a", cell.autoattack)] as [(Character, Proportion?)]
    {
      guard let proportion else { continue }
      let place = Int((proportion.value * Double(columns - 1)).rounded())
      line[place] = line[place] == "·" ? mark : "*"
    }
    return line
  }
}
