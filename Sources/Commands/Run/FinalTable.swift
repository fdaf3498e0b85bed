import Engine
import Events
import Foundation
import Recipe

/// What a run ends with: last and best weights on the test images, each number with its 95 % interval. Pure.
package enum FinalTable {
  /// The lines of the table; empty when nothing was measured. `settings` are those the run began with.
  package static func lines(_ summary: Summary, preset: String, settings: Settings) -> [String] {
    guard let first = summary.results.first else { return [] }
    let hasPGD10 = summary.results.contains { $0.pgd10 != nil }
    let head = ["weights", "clean", first.attack] + (hasPGD10 ? ["PGD-10"] : []) + ["n"]
    let rows = summary.results.map { probe in
      [weights(probe, summary), cell(probe.clean), cell(probe.adversarial)]
        + (hasPGD10 ? [probe.pgd10.map(cell) ?? "–"] : []) + ["\(probe.clean.n)"]
    }
    var last = settings
    for change in summary.changes.flatMap(\.changes) { try? last.set(change.knob, to: change.value) }
    let name = ([preset] + last.labels).joined(separator: ", ")
    let title = "\(name), \(summary.step) steps: accuracy on test images, 95 % intervals"
    return [title] + aligned([head] + rows)
  }

  private static func weights(_ probe: Probe, _ summary: Summary) -> String {
    let step = probe.weights == .best ? summary.bestStep : summary.step
    return step.map { "\(probe.weights.rawValue) (step \($0))" } ?? probe.weights.rawValue
  }

  private static func cell(_ proportion: Proportion) -> String {
    let interval = proportion.interval
    return Progress.percent(proportion)
      + String(format: " [%.1f, %.1f]", interval.lowerBound * 100, interval.upperBound * 100)
  }

  /// First column to the left, the others to the right, two spaces between.
  static func aligned(_ rows: [[String]]) -> [String] {
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
