import Evaluation
import Events
import Networks
import Spelling

/// The result of an evaluation as text. Pure.
package enum AttackTable {
  /// The lines: what was measured and what was assumed of the files, attack by attack, accuracies with intervals,
  /// checks, warnings.
  package static func lines(
    _ report: EvaluationReport, _ card: AttackCard, _ imported: ImportRecord? = nil, shard: Shard? = nil,
    columns: Int? = nil
  ) -> [String] {
    let size = card.input.map(String.init).joined(separator: "×")
    let head = [
      "\(card.weights): \(ModelKind.title(card.model, card.options)), width \(card.width)\(norms(card)), on \(card.images) images (\(size)) from "
        + card.data,
      "\(report.title), \(card.norm.rawValue), ε \(radius(card)), seed \(card.seed)"
        + (card.individual ? ", each attack run separately" : ""),
    ]
    return head + [self.shard(shard, of: card), mixture(card)].compactMap(\.self)
      + (imported?.lines(besides: report.warnings) ?? []) + [""]
      + Listing.table(rows(report), columns: columns) + [""]
      + accuracies(report) + published(card)
      + checks(report) + warnings(report)
  }

  /// Which part of the images a result is of, in one line; nil for all.
  package static func shard(_ shard: Shard?, of card: AttackCard) -> String? {
    shard.map { "shard \($0): \($0.count(in: card.images)) of \(card.images) images" }
  }

  /// That verdicts were computed in more than one way, in one line; nil where they were not.
  package static func mixture(_ card: AttackCard) -> String? {
    card.earlier.map { earlier in
      let others = earlier.map { $0.differences(from: card.provenance).joined(separator: ", ") }
      return
        "mixed verdicts: some were computed with \(others.joined(separator: " and with ")); on single images these "
        + "can differ"
    }
  }

  /// Normalization layers other than BN, and the set of statistics they used.
  private static func norms(_ card: AttackCard) -> String {
    (card.norms.map { ", norm \($0)" } ?? "") + (card.branch.map { ", branch \($0)" } ?? "")
  }

  /// In ℓ2 only whole levels are written as fractions of 255: ½ is not 127.5/255.
  private static func radius(_ card: AttackCard) -> String {
    let levels = card.eps * 255, isWhole = abs(levels - levels.rounded()) < 1e-7
    return card.norm == .linf || isWhole ? Fraction.format(card.eps) : Fraction.decimal(card.eps)
  }

  private static func rows(_ report: EvaluationReport) -> [[String]] {
    let accuracy = report.settings.individual ? "robust alone" : "robust after"
    let head = ["attack", accuracy, "broken", "seconds", "forward passes", "backward passes"]
    return [head]
      + report.attacks.map { row in
        [
          row.attack.title + (row.finished < row.attacked ? " (\(row.finished) of \(row.attacked))" : ""),
          Notation.table.share(row.robust.value), "\(row.broken)", NumberText.fixed(row.seconds, digits: 2),
          "\(row.forwards)", "\(row.backwards)",
        ]
      }
  }

  private static func accuracies(_ report: EvaluationReport) -> [String] {
    let robust = report.settings.individual ? "robust accuracy (worst case)" : "robust accuracy"
    var lines = Listing.table([["clean accuracy", accuracy(report.clean)], [robust, accuracy(report.robust)]])
    let largest = report.largestPerturbation
    lines.append(
      "n \(report.clean.n), 95 % Wilson intervals; largest perturbation "
        + (largest > 0 ? NumberText.fixed(largest, digits: 6) : "none"))
    let seconds = report.attacks.reduce(0) { $0 + $1.seconds }
    if seconds > 0 {
      let rate = { (count: (AttackRow) -> Int) in
        Int((Double(report.attacks.reduce(0) { $0 + count($1) }) / seconds).rounded())
      }
      lines.append(
        "\(NumberText.fixed(seconds, digits: 2)) s, \(rate(\.forwards)) forward and \(rate(\.backwards)) backward "
          + "passes per second")
    }
    if let note = report.settings.suite.named?.note { lines.append(note) }
    if !report.isComplete { lines.append("incomplete: robust accuracy may still drop") }
    return lines
  }

  /// What RobustBench published about the same weights.
  private static func published(_ card: AttackCard) -> [String] {
    guard let published = card.robustBench else { return [] }
    let percent = { (value: Double) in "\(NumberText.fixed(value, digits: 2)) %" }
    let best = published.best.map { ", best known \(percent($0))" } ?? ""
    return [
      "published: clean \(percent(published.clean)), AutoAttack \(percent(published.autoAttack))\(best), "
        + "\(published.norm.rawValue), ε \(published.eps)",
      "(\(published.source))",
    ]
  }

  private static func accuracy(_ proportion: Proportion) -> String {
    "\(Notation.table.accuracy(proportion)) (\(proportion.correct) of \(proportion.n))"
  }

  /// Accuracies under the cheap attacks that check the suite, and what they cost.
  private static func checks(_ report: EvaluationReport) -> [String] {
    guard let rows = report.comparisons, let n = rows.first?.robust.n, n > 0 else { return [] }
    let accuracies = rows.map { row in
      row.attack.title + (row.epsilon == report.settings.epsilon ? "" : " at ε \(Fraction.decimal(row.epsilon))")
        + " \(Notation.table.share(row.robust.value))"
    }
    let seconds = rows.reduce(0) { $0 + $1.seconds }
    let forwards = rows.reduce(0) { $0 + $1.forwards }, backwards = rows.reduce(0) { $0 + $1.backwards }
    let skipped = rows.reduce(0) { $0 + ($1.skipped ?? 0) }
    let saved = skipped > 0 ? " (\(2 * skipped) more saved where PGD went around in a circle)" : ""
    return [
      "checks on the first \(n) images: \(accuracies.joined(separator: ", "))",
      "\(NumberText.fixed(seconds, digits: 2)) s, \(forwards) forward and \(backwards) backward passes\(saved)",
    ]
  }

  private static func warnings(_ report: EvaluationReport) -> [String] {
    report.warnings.isEmpty ? [] : [""] + report.warnings.map(\.line)
  }
}
