import Foundation
import Readout

/// The scatter plots and curves of a suite: what is plotted, and every number as CSV. Pure.
package enum SuitePictures {
  /// The last layer's principal plane of the first seed of every row.
  static func scatters(_ result: SuiteResult) -> [SuiteScatter] {
    result.rows.compactMap { row in
      guard let cell = row.seeds.first(where: { $0.scatter != nil }), let layer = cell.scatter?.layers.last else {
        return nil
      }
      return SuiteScatter(
        row: row.label, seed: cell.seed, layer: layer.name, clean: layer.clean, pgd: layer.pgd, autoattack: layer.aa)
    }
  }

  /// The curves of the first seed of every row.
  static func curves(_ result: SuiteResult) -> [SuiteCurve] {
    result.rows.flatMap { row -> [SuiteCurve] in
      guard let cell = row.seeds.first(where: { $0.running != nil }), let points = cell.running?.points else {
        return []
      }
      let parts = [
        ("clean", points.compactMap(\.clean?.sum)), ("adversarial", points.compactMap(\.adversarial?.sum)),
      ]
      return parts.filter { !$0.1.isEmpty }.map { domain, values in
        SuiteCurve(row: row.label, seed: cell.seed, domain: domain, values: values)
      }
    }
  }

  // MARK: files

  /// CSV files next to the table's: `scatter` has one line per point, `running` one per step and layer.
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
