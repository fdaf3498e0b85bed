import Engine
import Events
import Foundation
import Presets

/// A suite's result as text, Markdown, CSV and JSON. Pure.
package enum SuiteTable {
  /// Lines of aligned columns.
  package static func text(_ result: SuiteResult) -> String {
    let cells = rows(result), columns = cells.first?.count ?? 0
    let widths = (0..<columns).map { column in cells.map { $0[column].count }.max() ?? 0 }
    let lines = cells.map { row in
      let padded = row.enumerated().map { column, text in
        let space = String(repeating: " ", count: widths[column] - text.count)
        return column == 0 ? text + space : space + text
      }
      let line = padded.joined(separator: "  ")
      return String(line.prefix(line.count - line.reversed().prefix { $0 == " " }.count))
    }
    let chart = result.abscissa == nil ? [] : [""] + SuiteChart.lines(result)
    let pictures = SuitePictures.lines(result)
    let title = [heading(result)] + (result.overrides.isEmpty ? [] : ["with \(result.byHand) by hand"])
    return (title + [""] + lines + chart + pictures + [""] + notes(result)).joined(separator: "\n") + "\n"
  }

  /// The same as a table of Markdown.
  package static func markdown(_ result: SuiteResult) -> String {
    let cells = rows(result).map { row in row.map { $0.replacingOccurrences(of: "|", with: "\\|") } }
    guard let head = cells.first else { return "" }
    let rule = head.indices.map { $0 == 0 ? "---" : "---:" }
    let lines = ([head, rule] + cells.dropFirst()).map { "| " + $0.joined(separator: " | ") + " |" }
    let given = result.overrides.isEmpty ? [] : ["with `\(result.byHand)` by hand", ""]
    return (["**\(heading(result))**", ""] + given + lines + [""] + notes(result)).joined(separator: "\n") + "\n"
  }

  /// One line a row and seed, with counts and no percentages: for another program.
  package static func csv(_ result: SuiteResult) -> String {
    let measured = ["clean", "pgd", "autoattack"].flatMap { ["\($0)_correct", "\($0)_n"] }
    let numbers = SuiteNumber.of(result.measures).map(\.key)
    let head =
      ["row", "seed"] + result.varied + ["by_hand"] + measured + numbers
      + ["training_seconds", "attack_seconds", "run"]
    let lines = result.rows.flatMap { row in
      row.seeds.map { cell in
        let counts = [cell.clean, cell.pgd, cell.autoattack].flatMap { part in
          [part.map { "\($0.correct)" } ?? "", part.map { "\($0.n)" } ?? ""]
        }
        let seconds = [cell.trainingSeconds, cell.attackSeconds].map { $0.map { String(format: "%.1f", $0) } ?? "" }
        let settings = result.varied.map { row.settings[$0] ?? "" } + [result.byHand]
        return [row.label, "\(cell.seed)"] + settings + counts
          + numbers.map { cell.numbers[$0].map { String(format: "%.6g", $0) } ?? "" } + seconds + [cell.run]
      }
    }
    return document([head] + lines)
  }

  static func document(_ lines: [[String]]) -> String {
    lines.map { $0.map(quoted).joined(separator: ",") + "\n" }.joined()
  }

  /// One object: every count, interval, setting and second.
  package static func json(_ result: SuiteResult) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(SuiteDocument(result)), as: UTF8.self) + "\n"
  }

  // MARK: parts

  static func heading(_ result: SuiteResult) -> String {
    "\(result.title) (\(result.suite), \(result.scale.rawValue) scale)"
  }

  private static func rows(_ result: SuiteResult) -> [[String]] {
    let attacks = Set(result.rows.compactMap(\.pooled.attack))
    let shown = result.measures.filter { $0 == .pgd || $0 == .autoattack }
    let numbers = SuiteNumber.of(result.measures).filter { $0.title != nil }
    let titles = shown.map {
      $0 == .pgd ? (attacks.count == 1 ? attacks.first ?? "PGD" : "training attack") : "AutoAttack"
    }
    let hasGap = shown.contains(.pgd) && shown.contains(.autoattack)
    let paper = result.rows.contains { $0.paper != nil }
    let head =
      ["row", "seed", "clean %"] + titles.map { "\($0) %" } + (hasGap ? ["gap"] : [])
      + numbers.compactMap(\.title) + ["training s", "attacks s"]
      + (paper ? ["paper: clean", "attack", "AutoAttack"] : [])
    let body = result.rows.flatMap { row -> [[String]] in
      let seeds = row.seeds.map { ($0, "\($0.seed)") }
      let all = row.seeds.count > 1 ? [(row.pooled, "all")] : []
      return (seeds + all).enumerated().map { place, cell in
        let parts = shown.map { measure in percent(measure == .pgd ? cell.0.pgd : cell.0.autoattack) }
        let isLast = place == seeds.count + all.count - 1
        let published = [row.paper?.clean, row.paper?.pgd, row.paper?.autoattack].map { number in
          isLast ? number.map { String(format: "%.1f", $0) } ?? "–" : ""
        }
        return [place == 0 ? row.label : "", cell.1, percent(cell.0.clean)] + parts
          + (hasGap ? [gap(cell.0)] : []) + numbers.map { SuiteNumber.text(cell.0.numbers[$0.key]) }
          + [seconds(cell.0.trainingSeconds), seconds(cell.0.attackSeconds)]
          + (paper ? published : [])
      }
    }
    return [head] + body
  }

  private static func percent(_ proportion: Proportion?) -> String {
    guard let proportion else { return "–" }
    let interval = proportion.interval
    return String(
      format: "%.1f [%.1f, %.1f]", proportion.value * 100, interval.lowerBound * 100, interval.upperBound * 100)
  }

  private static func gap(_ cell: SuiteResult.Cell) -> String {
    guard let pgd = cell.pgd, let full = cell.autoattack else { return "–" }
    return String(format: "%.1f", (pgd.value - full.value) * 100)
  }

  private static func seconds(_ seconds: Double?) -> String { seconds.map { String(format: "%.1f", $0) } ?? "–" }

  private static func notes(_ result: SuiteResult) -> [String] {
    var notes = [
      "The \(result.weights.rawValue) weights, the first \(result.limit) test images, 95 % Wilson intervals; "
        + "'all' counts each image once a seed. gap: training attack − AutoAttack, in points."
    ]
    if result.rows.contains(where: { $0.settings["data"] == "mirage" }) || result.scale == .lite {
      notes.append("mirage is a constructed task: it shows the effect and does not measure how common it is.")
    }
    notes += result.measures.compactMap(explanation)
    if !result.isComplete { notes.append("Unfinished: '–' is not measured yet.") }
    let warned = result.rows.flatMap { row in
      row.seeds.flatMap { cell in cell.warnings.map { "\(row.label), seed \(cell.seed): \($0)" } }
    }
    return notes + warned.map { "warning: \($0)" }
  }

  private static func explanation(_ measure: SuiteMeasure) -> String? {
    switch measure {
    case .clean, .pgd, .autoattack: nil
    case .w2:
      "W2: squared distances between what enters the norm layers, summed over the layers; 'all' is the mean over seeds. "
        + "AA as returned is the clean image where AutoAttack broke nothing, which makes clean–AA small for robust "
        + "networks; the CSV and JSON have broken images alone, too."
    case .scatter:
      "PC1, PC2: shares of the variance of all three sets along the principal directions of the last norm layer's "
        + "inputs; apart: distances of the sets' centres in that plane, in standard deviations. 'all' is the mean over "
        + "seeds. Every layer and point is in the CSV beside."
    case .running:
      "running: W2² of a training batch's clean and adversarial rows to the running statistics just updated, summed over "
        + "the layers; median, largest and last of about \(DistanceTracker.points) steps of the run. 'all' is the mean "
        + "over seeds. Every step and layer is in the CSV beside."
    }
  }

  private static func quoted(_ field: String) -> String {
    guard field.contains(where: { ",\"\n".contains($0) }) else { return field }
    return "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }
}
