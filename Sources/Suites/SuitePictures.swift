import Foundation

/// Scatters and curves of a suite: small pictures in text, every number as CSV. Pure.
package enum SuitePictures {
  private static let width = 64
  private static let height = 16

  /// The pictures of the first seed of every row, each after an empty line.
  static func lines(_ result: SuiteResult) -> [String] {
    let scatters = result.rows.flatMap { row -> [String] in
      guard let cell = row.seeds.first(where: { $0.scatter != nil }), let layer = cell.scatter?.layers.last else {
        return []
      }
      return [
        "",
        "\(row.label), seed \(cell.seed), input of \(layer.name): c clean, p training attack, a AutoAttack, * as many of several",
      ]
        + scatter(layer)
    }
    let curves = result.rows.flatMap { row -> [(String, [Double])] in
      guard let cell = row.seeds.first(where: { $0.running != nil }), let points = cell.running?.points else {
        return []
      }
      let parts = [
        ("clean", points.compactMap(\.clean?.sum)), ("adversarial", points.compactMap(\.adversarial?.sum)),
      ]
      return parts.filter { !$0.1.isEmpty }.map { ("\(row.label), seed \(cell.seed), \($0.0)", $0.1) }
    }
    return scatters + bars(curves)
  }

  /// One letter a cell: of the set with the most points in it.
  private static func scatter(_ layer: ScatterRecord.Layer) -> [String] {
    let sets: [(Character, [SIMD2<Float>])] = [("c", layer.clean), ("p", layer.pgd), ("a", layer.aa)]
    let all = sets.flatMap(\.1)
    guard let first = all.first else { return [] }
    let low = all.reduce(first) { pointwiseMin($0, $1) }, high = all.reduce(first) { pointwiseMax($0, $1) }
    var counts = [[Int]](repeating: [0, 0, 0], count: width * height)
    for (place, set) in sets.enumerated() {
      for point in set.1 {
        let x = share(point.x, low.x, high.x), y = share(point.y, low.y, high.y)
        let column = Int((x * Float(width - 1)).rounded()), row = Int(((1 - y) * Float(height - 1)).rounded())
        counts[row * width + column][place] += 1
      }
    }
    return (0..<height).map { row in
      let cells = counts[row * width..<(row + 1) * width].map { count -> Character in
        guard let most = count.max(), most > 0, let place = count.firstIndex(of: most) else { return " " }
        return count.count { $0 == most } > 1 ? "*" : sets[place].0
      }
      return String(("|" + String(cells)).reversed().drop { $0 == " " }.reversed())
    }
  }

  private static func share(_ value: Float, _ low: Float, _ high: Float) -> Float {
    guard value.isFinite, high > low else { return 0.5 }
    return (value - low) / (high - low)
  }

  /// One bar a step, all curves on one logarithmic scale.
  private static func bars(_ curves: [(String, [Double])]) -> [String] {
    let positive = curves.flatMap(\.1).filter { $0 > 0 && $0.isFinite }
    guard let low = positive.min(), let high = positive.max() else { return [] }
    let width = curves.map(\.0.count).max() ?? 0, marks = Array("▁▂▃▄▅▆▇█")
    let lines = curves.map { name, values in
      let bars = values.map { value -> Character in
        guard value > 0, value.isFinite, high > low else { return marks[0] }
        return marks[Int((log(value / low) / log(high / low) * Double(marks.count - 1)).rounded())]
      }
      return name + String(repeating: " ", count: width - name.count) + "  " + String(bars)
    }
    return [
      "",
      "batches against running statistics, step after step; ▁ \(SuiteNumber.text(low)), █ "
        + "\(SuiteNumber.text(high)), logarithmic",
    ] + lines
  }

  // MARK: files

  /// CSV files beside the table's: `scatter` has a line a point, `running` one a step and layer.
  package static func documents(_ result: SuiteResult) -> [(name: String, text: String)] {
    var documents: [(String, String)] = []
    if result.measures.contains(.scatter) { documents.append(("scatter", scatterDocument(result))) }
    if result.measures.contains(.running) { documents.append(("running", runningDocument(result))) }
    return documents
  }

  private static func scatterDocument(_ result: SuiteResult) -> String {
    var lines = [["row", "seed", "layer", "domain", "image", "x", "y", "by_hand"]]
    for row in result.rows {
      for cell in row.seeds {
        for layer in cell.scatter?.layers ?? [] {
          for (domain, points) in [("clean", layer.clean), ("pgd", layer.pgd), ("autoattack", layer.aa)] {
            lines += points.enumerated().map { image, point in
              [
                row.label, "\(cell.seed)", layer.name, domain, "\(image)", number(Double(point.x)),
                number(Double(point.y)), result.byHand,
              ]
            }
          }
        }
      }
    }
    return SuiteTable.document(lines)
  }

  private static func runningDocument(_ result: SuiteResult) -> String {
    var lines = [["row", "seed", "step", "layer", "clean", "adversarial", "by_hand"]]
    for row in result.rows {
      for cell in row.seeds {
        guard let running = cell.running else { continue }
        for point in running.points {
          let start = [row.label, "\(cell.seed)", "\(point.step)"]
          lines.append(start + ["sum", number(point.clean?.sum), number(point.adversarial?.sum), result.byHand])
          lines += running.layers.enumerated().map { place, layer in
            let values = [number(point.clean?.layers[place]), number(point.adversarial?.layers[place])]
            return start + [layer] + values + [result.byHand]
          }
        }
      }
    }
    return SuiteTable.document(lines)
  }

  private static func number(_ value: Double?) -> String { value.map { String(format: "%.5g", $0) } ?? "" }
}
