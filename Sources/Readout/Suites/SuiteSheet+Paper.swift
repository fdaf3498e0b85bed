import Plotting
import Spelling

extension SuiteSheet {
  /// What the paper reports for a row: accuracies in percent, the gap in percentage points, W2² summed over layers.
  package struct Paper: Sendable {
    package var clean, pgd, autoattack, gap: Double?
    /// Clean–PGD, clean–AA, PGD–AA.
    package var w2: [Double]?

    package init(clean: Double?, pgd: Double?, autoattack: Double?, gap: Double? = nil, w2: [Double]? = nil) {
      (self.clean, self.pgd, self.autoattack, self.w2) = (clean, pgd, autoattack, w2)
      self.gap = gap ?? pgd.flatMap { pgd in autoattack.map { pgd - $0 } }
    }
  }

  /// The paper's numbers are columns next to ours where task and settings are the paper's; otherwise they have a
  /// separate table.
  var isPaperBeside: Bool { scale == "full" && overrides.isEmpty && hasPaper }

  /// True when the paper has a number for one of the rows.
  private var hasPaper: Bool { rows.contains { $0.paper != nil } }

  /// The titles of the paper's numbers, without those that no row has.
  var paperHead: [String] { paperColumns.map(\.title) }

  /// The paper's numbers of a row, as many as the head has.
  func paperTexts(_ paper: Paper?) -> [String] {
    paperColumns.map { column in paper.flatMap(column.value) ?? "–" }
  }

  /// The lines that show the paper's numbers under a table of another task; empty where there are none or they stand
  /// beside ours.
  var paperTable: (heading: String, rows: [[String]])? {
    guard hasPaper, !isPaperBeside else { return nil }
    let known = rows.compactMap { row in row.paper.map { [row.label] + paperTexts($0) } }
    let heading =
      "The paper's numbers, for \(scale == "full" ? "other settings" : "another task") (\(paperSetting ?? "")): compare which row is higher, not how high it is."
    return (heading, [["row"] + paperHead.map { String($0.dropFirst("paper: ".count)) }] + known)
  }

  private struct PaperColumn {
    let title: String
    let value: (Paper) -> String?
  }

  private var paperColumns: [PaperColumn] {
    let percent = { (value: Double?) in value.map { NumberText.percent($0 / 100, digits: 2) } }
    let distances = (0..<3).map { place in
      PaperColumn(title: "paper: W2² " + ["clean–PGD", "clean–AA", "PGD–AA"][place]) { paper in
        paper.w2.map { NumberText.short($0[place]) }
      }
    }
    let all =
      [
        PaperColumn(title: "paper: clean") { percent($0.clean) },
        PaperColumn(title: "paper: attack") { percent($0.pgd) },
        PaperColumn(title: "paper: AutoAttack") { percent($0.autoattack) },
        PaperColumn(title: "paper: gap") { $0.gap.map { NumberText.fixed($0, digits: 2) } },
      ] + distances
    return all.filter { column in rows.contains { $0.paper.flatMap(column.value) != nil } }
  }
}
