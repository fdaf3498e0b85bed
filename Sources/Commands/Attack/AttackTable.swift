import Evaluation
import Events
import Foundation
import Spelling

/// The result of an evaluation as text. Pure.
package enum AttackTable {
  /// The lines: what was done, attack by attack, accuracies with intervals, warnings.
  package static func lines(_ report: EvaluationReport, _ card: AttackCard) -> [String] {
    let size = card.input.map(String.init).joined(separator: "×")
    let head = [
      "\(card.weights): \(card.model), width \(card.width)\(norms(card)), on \(card.images) images \(size) of \(card.data)",
      "\(report.title), \(card.norm.rawValue), ε \(radius(card)), seed \(card.seed)"
        + (card.individual ? ", every attack alone" : ""),
      "",
    ]
    return head + FinalTable.aligned(rows(report)) + [""] + accuracies(report) + checks(report) + warnings(report)
  }

  /// Norms other than BN, and the set of statistics they used.
  private static func norms(_ card: AttackCard) -> String {
    (card.norms.map { ", norm \($0)" } ?? "") + (card.branch.map { ", branch \($0)" } ?? "")
  }

  /// In ℓ2 only whole levels are written as fractions of 255: ½ is no 127.5/255.
  private static func radius(_ card: AttackCard) -> String {
    let levels = card.eps * 255, isWhole = abs(levels - levels.rounded()) < 1e-7
    return card.norm == .linf || isWhole ? Fraction.format(card.eps) : Fraction.decimal(card.eps)
  }

  private static func rows(_ report: EvaluationReport) -> [[String]] {
    let accuracy = report.settings.individual ? "robust alone" : "robust after it"
    let head = ["attack", accuracy, "broken", "seconds", "forwards", "backwards"]
    return [head]
      + report.attacks.map { row in
        [
          row.spec.title + (row.finished < row.attacked ? " (\(row.finished) of \(row.attacked))" : ""),
          Progress.percent(row.robust), "\(row.broken)", String(format: "%.2f", row.seconds), "\(row.forwards)",
          "\(row.backwards)",
        ]
      }
  }

  private static func accuracies(_ report: EvaluationReport) -> [String] {
    let robust = report.settings.individual ? "robust, worst of all" : "robust accuracy"
    var lines = FinalTable.aligned([
      ["clean accuracy", accuracy(report.clean)], [robust, accuracy(report.robust)],
    ])
    lines.append(
      "n \(report.clean.n), 95 % Wilson intervals; largest perturbation "
        + (report.largestPerturbation > 0 ? String(format: "%.6g", report.largestPerturbation) : "none"))
    let seconds = report.attacks.reduce(0) { $0 + $1.seconds }
    if seconds > 0 {
      let rate = { (count: (AttackRow) -> Int) in
        Int((Double(report.attacks.reduce(0) { $0 + count($1) }) / seconds).rounded())
      }
      lines.append(
        String(format: "%.2f s, ", seconds)
          + "\(rate(\.forwards)) forwards and \(rate(\.backwards)) backwards of one image a second")
    }
    if !report.isComplete { lines.append("unfinished: the robust accuracy can still fall") }
    return lines
  }

  private static func accuracy(_ proportion: Proportion) -> String {
    let interval = proportion.interval
    return Progress.percent(proportion)
      + String(format: " [%.1f, %.1f]", interval.lowerBound * 100, interval.upperBound * 100)
      + " (\(proportion.correct) of \(proportion.n))"
  }

  /// What the cheap attacks beside the suite left, and what they cost.
  private static func checks(_ report: EvaluationReport) -> [String] {
    guard let rows = report.comparisons, let n = rows.first?.robust.n else { return [] }
    let accuracies = rows.map { row in
      row.spec.title + (row.epsilon == report.settings.epsilon ? "" : " at ε \(Fraction.decimal(row.epsilon))")
        + " \(Progress.percent(row.robust))"
    }
    let forwards = rows.reduce(0) { $0 + $1.forwards }, backwards = rows.reduce(0) { $0 + $1.backwards }
    return [
      "checks on the first \(n) images: \(accuracies.joined(separator: ", "))",
      String(format: "%.2f s, ", rows.reduce(0) { $0 + $1.seconds })
        + "\(forwards) forwards and \(backwards) backwards",
    ]
  }

  private static func warnings(_ report: EvaluationReport) -> [String] {
    report.warnings.isEmpty ? [] : [""] + report.warnings.map(\.line)
  }
}
