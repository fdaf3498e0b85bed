import Events
import Foundation
import Plotting
import Spelling

/// The images of one run in the principal plane of a layer.
package struct SuiteScatter: Sendable {
  package var row: String
  package var seed: Int
  package var layer: String
  package var clean, pgd, autoattack: [SIMD2<Float>]

  package init(
    row: String, seed: Int, layer: String, clean: [SIMD2<Float>], pgd: [SIMD2<Float>], autoattack: [SIMD2<Float>]
  ) {
    self.row = row
    self.seed = seed
    self.layer = layer
    self.clean = clean
    self.pgd = pgd
    self.autoattack = autoattack
  }
}

/// The distance of one run's batches from the running statistics, step by step.
package struct SuiteCurve: Sendable {
  package var row: String
  package var seed: Int
  /// `clean` or `adversarial`.
  package var domain: String
  package var values: [Double]

  package init(row: String, seed: Int, domain: String, values: [Double]) {
    self.row = row
    self.seed = seed
    self.domain = domain
    self.values = values
  }
}

/// Small plots of a suite in plain text. Pure.
enum SuitePlots {
  private static let marks = "c clean, p training attack, a AutoAttack"

  // MARK: accuracies

  private static let axisColumns = 51

  /// One line per row, its pooled accuracies as letters on an axis from 0 to 100 %.
  static func accuracies(_ rows: [SuiteSheet.Row]) -> [String] {
    let width = rows.map { displayWidth($0.label) }.max() ?? 0
    let axis = (0...5).map { number in
      number == 5 ? "100" : padded("\(number * 20)", to: 10)
    }.joined()
    return ["\(marks), * several in one place; in percent", padded("", to: width + 2) + axis]
      + rows.map { padded($0.label, to: width) + "  " + String(line($0.pooled)) }
  }

  private static func line(_ cell: SuiteSheet.Cell) -> [Character] {
    var line = [Character](repeating: "·", count: axisColumns)
    for (mark, accuracy) in [("c", cell.clean), ("p", cell.pgd), ("a", cell.autoattack)] as [(Character, Proportion?)] {
      guard let accuracy else { continue }
      let place = Int((accuracy.value * Double(axisColumns - 1)).rounded())
      line[place] = line[place] == "·" ? mark : "*"
    }
    return line
  }

  // MARK: scatter plots

  private static let width = 64
  private static let height = 16

  /// Each plot after an empty line and its caption.
  static func scatters(_ scatters: [SuiteScatter]) -> [String] {
    scatters.flatMap { scatter in
      let caption = "\(scatter.row), seed \(scatter.seed), inputs of \(scatter.layer): \(marks), * a tie"
      return ["", caption] + lines(scatter)
    }
  }

  /// One letter per cell: that of the set with the most points in it.
  private static func lines(_ scatter: SuiteScatter) -> [String] {
    let sets: [(Character, [SIMD2<Float>])] = [
      ("c", scatter.clean), ("p", scatter.pgd), ("a", scatter.autoattack),
    ]
    let all = sets.flatMap(\.1)
    guard let first = all.first else { return [] }
    let low = all.reduce(first) { pointwiseMin($0, $1) }, high = all.reduce(first) { pointwiseMax($0, $1) }
    var counts = [[Int]](repeating: [0, 0, 0], count: width * height)
    for (index, set) in sets.enumerated() {
      for point in set.1 {
        let x = place(point.x, low.x, high.x), y = place(point.y, low.y, high.y)
        let column = Int((x * Float(width - 1)).rounded()), row = Int(((1 - y) * Float(height - 1)).rounded())
        counts[row * width + column][index] += 1
      }
    }
    return (0..<height).map { row in
      let cells = counts[row * width..<(row + 1) * width].map { count -> Character in
        guard let most = count.max(), most > 0, let index = count.firstIndex(of: most) else { return " " }
        return count.count { $0 == most } > 1 ? "*" : sets[index].0
      }
      return String(("|" + String(cells)).reversed().drop { $0 == " " }.reversed())
    }
  }

  private static func place(_ value: Float, _ low: Float, _ high: Float) -> Float {
    guard value.isFinite, high > low else { return 0.5 }
    return (value - low) / (high - low)
  }

  // MARK: curves

  /// One bar per step, all curves on one logarithmic scale.
  static func curves(_ curves: [SuiteCurve]) -> [String] {
    let positive = curves.flatMap(\.values).filter { $0 > 0 && $0.isFinite }
    guard let low = positive.min(), let high = positive.max() else { return [] }
    let bars = Array("▁▂▃▄▅▆▇█")
    let lines = curves.map { curve in
      let line = curve.values.map { value -> Character in
        guard value > 0, value.isFinite, high > low else { return bars[0] }
        return bars[Int((log(value / low) / log(high / low) * Double(bars.count - 1)).rounded())]
      }
      return ["\(curve.row), seed \(curve.seed), \(curve.domain)", String(line)]
    }
    let scale = "▁ \(NumberText.short(low)), █ \(NumberText.short(high)), logarithmic scale"
    return ["", "W2² of batches from the running statistics, step by step; \(scale)"] + Listing.lines(lines, .left)
  }
}
