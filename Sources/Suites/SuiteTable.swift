import Datasets
import Engine
import Foundation
import Presets
import Readout
import Recipe

/// A suite's result as text, Markdown, CSV and JSON. Pure.
package enum SuiteTable {
  /// The table as aligned text, with plots and notes.
  package static func text(_ result: SuiteResult, columns: Int? = nil) -> String {
    SuiteSheet(result).text(columns: columns)
  }

  /// The table in Markdown, with notes.
  package static func markdown(_ result: SuiteResult) -> String { SuiteSheet(result).markdown }

  /// For other programs: one line per row and seed, with counts instead of percentages.
  package static func csv(_ result: SuiteResult) -> String {
    let measured = ["clean", "pgd", "autoattack"].flatMap { ["\($0)_correct", "\($0)_n"] }
    let columns = SuiteColumn.of(result.measures).map(\.rawValue)
    let head =
      ["row", "seed"] + result.varied + ["by_hand"] + measured + columns + [
        "training_seconds", "attack_seconds", "run",
      ]
    let lines = result.rows.flatMap { row in
      row.seeds.map { cell in
        let counts = [cell.clean, cell.pgd, cell.autoattack].flatMap { part in
          [part.map { "\($0.correct)" } ?? "", part.map { "\($0.n)" } ?? ""]
        }
        let numbers = columns.map { cell.numbers[$0].map { String(format: "%.6g", $0) } ?? "" }
        let seconds = [cell.trainingSeconds, cell.attackSeconds].map { $0.map { String(format: "%.1f", $0) } ?? "" }
        let settings = result.varied.map { row.settings[$0] ?? "" } + [result.byHand]
        return [row.label, "\(cell.seed)"] + settings + counts + numbers + seconds + [cell.run]
      }
    }
    return document([head] + lines)
  }

  /// Lines of CSV.
  static func document(_ lines: [[String]]) -> String {
    lines.map { $0.map(quoted).joined(separator: ",") + "\n" }.joined()
  }

  /// One object with every count, interval, setting and duration.
  package static func json(_ result: SuiteResult) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(SuiteDocument(result)), as: UTF8.self) + "\n"
  }

  private static func quoted(_ field: String) -> String {
    guard field.contains(where: { ",\"\n".contains($0) }) else { return field }
    return "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }
}

// MARK: facts for the table

extension SuiteSheet {
  /// The facts of a result.
  init(_ result: SuiteResult) {
    let attacks = Set(result.rows.compactMap(\.pooled.attack))
    self.init(
      title: result.title, name: result.suite, scale: result.scale.rawValue, weights: result.weights.rawValue,
      limit: result.limit, overrides: result.overrides.map(\.text), paperSetting: result.paperSetting,
      attack: attacks.count > 1 ? nil : attacks.first ?? "PGD", showsPGD: result.measures.contains(.pgd),
      showsAutoAttack: result.measures.contains(.autoattack), columns: SuiteColumn.of(result.measures),
      rows: result.rows.map(SuiteSheet.Row.init), isFigure: result.abscissa != nil,
      scatters: SuitePictures.scatters(result), curves: SuitePictures.curves(result),
      explanations: result.measures.compactMap(SuiteSheet.explanation),
      isConstructed: result.scale == .lite
        || result.rows.contains { $0.settings[Knob.data.name] == DataKind.mirage.rawValue },
      isComplete: result.isComplete,
      mixture: result.mixture.map { ($0.computed.text, $0.rows) },
      warnings: result.rows.flatMap { row in
        row.seeds.flatMap { cell in cell.warnings.map { "\(row.label), seed \(cell.seed): \($0)" } }
      })
  }

  private static func explanation(_ measure: SuiteMeasure) -> Explanation? {
    switch measure {
    case .clean, .pgd, .autoattack: nil
    case .w2: .w2
    case .scatter: .scatter
    case .running: .running(points: DistanceTracker.points)
    }
  }
}

extension SuiteSheet.Row {
  fileprivate init(_ row: SuiteResult.Row) {
    self.init(
      label: row.label, cells: row.seeds.map { SuiteSheet.Cell($0, seed: $0.seed) },
      pooled: SuiteSheet.Cell(row.pooled, seed: nil),
      paper: row.paper.map {
        SuiteSheet.Paper(clean: $0.clean, pgd: $0.pgd, autoattack: $0.autoattack, gap: $0.gap, w2: $0.w2)
      })
  }
}

extension SuiteSheet.Cell {
  fileprivate init(_ cell: SuiteResult.Cell, seed: Int?) {
    let numbers = cell.numbers.compactMap { key, value in SuiteColumn(rawValue: key).map { ($0, value) } }
    self.init(
      seed: seed, clean: cell.clean, pgd: cell.pgd, autoattack: cell.autoattack,
      numbers: Dictionary(uniqueKeysWithValues: numbers), trainingSeconds: cell.trainingSeconds,
      attackSeconds: cell.attackSeconds)
  }
}
