import Events
import Foundation
import Plotting
import Spelling

extension SuiteSheet {
  /// The table as aligned text, with plots and notes.
  package var text: String { text(columns: nil) }

  /// The same for a terminal with that many columns.
  package func text(columns: Int?) -> String {
    let head = [heading] + (overrides.isEmpty ? [] : ["overridden: \(overridden)"])
    let plots =
      (isFigure ? [""] + SuitePlots.accuracies(rows) : []) + SuitePlots.scatters(scatters)
      + SuitePlots.curves(curves)
    let paper = paperTable.map { ["", $0.heading, ""] + Listing.table($0.rows, columns: columns) } ?? []
    let shown = Listing.table(table, columns: columns, leading: 2)
    return (head + [""] + shown + plots + paper + [""] + notes).joined(separator: "\n") + "\n"
  }

  /// The table in Markdown, with notes.
  package var markdown: String {
    let given = overrides.isEmpty ? [] : ["overridden: `\(overridden)`", ""]
    let paper = paperTable.map { ["", $0.heading, ""] + SuiteSheet.markdown($0.rows) } ?? []
    return (["**\(heading)**", ""] + given + SuiteSheet.markdown(table) + paper + [""] + notes)
      .joined(separator: "\n") + "\n"
  }

  private static func markdown(_ table: [[String]]) -> [String] {
    let rows = table.map { row in row.map { $0.replacingOccurrences(of: "|", with: "\\|") } }
    let rule = rows.first.map { head in head.indices.map { $0 == 0 ? "---" : "---:" } } ?? []
    return (rows.prefix(1) + [rule] + rows.dropFirst()).map { "| " + $0.joined(separator: " | ") + " |" }
  }

  // MARK: parts

  private var heading: String { "\(title) (\(name), \(scale) scale)" }
  private var overridden: String { overrides.joined(separator: " ") }
  private var hasGap: Bool { showsPGD && showsAutoAttack }
  private var shownColumns: [SuiteColumn] { columns.filter { $0.title != nil } }

  private var table: [[String]] {
    let head =
      ["row", "seed", "clean"] + (showsPGD ? [attack ?? "training attack"] : [])
      + (showsAutoAttack ? ["AutoAttack"] : []) + (hasGap ? ["gap"] : []) + shownColumns.compactMap(\.title)
      + ["training time", "attack time"] + (isPaperBeside ? paperHead : [])
    return [head]
      + rows.flatMap { row in
        let cells = row.cells + (row.cells.count > 1 ? [row.pooled] : [])
        return cells.enumerated().map { index, cell in
          [index == 0 ? row.label : ""] + texts(cell)
            + (isPaperBeside ? index == cells.count - 1 ? paperTexts(row.paper) : paperHead.map { _ in "" } : [])
        }
      }
  }

  private func texts(_ cell: Cell) -> [String] {
    let accuracy = { (value: Proportion?) in value.map(Notation.table.accuracy) ?? "–" }
    let gap = cell.pgd.flatMap { pgd in
      cell.autoattack.map { NumberText.fixed((pgd.value - $0.value) * 100, digits: 1) }
    }
    return [cell.seed.map(String.init) ?? "all", accuracy(cell.clean)] + (showsPGD ? [accuracy(cell.pgd)] : [])
      + (showsAutoAttack ? [accuracy(cell.autoattack)] : []) + (hasGap ? [gap ?? "–"] : [])
      + shownColumns.map { cell.numbers[$0].map(NumberText.short) ?? "–" }
      + [cell.trainingSeconds, cell.attackSeconds].map { $0.map(NumberText.duration) ?? "–" }
  }

  private var notes: [String] {
    var notes = [
      "Measured on the \(weights) weights and the first \(limit) test images, with 95 % Wilson intervals; 'all' counts "
        + "every image once per seed." + (hasGap ? " gap: training attack − AutoAttack, in percentage points." : "")
    ]
    if isConstructed {
      notes.append("mirage is a constructed task: it shows the effect and does not measure how common it is.")
    }
    notes += explanations.map(\.text)
    if isPaperBeside, let paperSetting { notes.append("paper: \(paperSetting).") }
    if !isComplete { notes.append("Incomplete: '–' marks what is not measured yet.") }
    if !mixture.isEmpty {
      notes.append(
        "Mixed: computed with "
          + mixture.map { "\($0.computed) (\($0.rows.joined(separator: ", ")))" }.joined(separator: ", with ")
          + ". On single images these can differ.")
    }
    return notes + warnings.map { "warning: \($0)" }
  }
}

extension SuiteSheet.Explanation {
  fileprivate var text: String {
    switch self {
    case .w2:
      "W2²: squared Wasserstein distance between the inputs of the normalization layers, summed over layers; 'all' is the "
        + "mean over seeds. Where AutoAttack fails, its output is the clean image, so clean–AA is small for robust "
        + "networks; the CSV and JSON files also report broken images alone."
    case .scatter:
      "PC1, PC2: fraction of the variance of all three sets along each principal direction of the last normalization "
        + "layer's inputs. apart: distance between the centers of two sets in that plane, in standard deviations. 'all' "
        + "is the mean over seeds. The scatter CSV file has every layer and point."
    case .running(let points):
      "running: W2² from a training batch's clean and adversarial images to the running statistics it has just updated, "
        + "summed over layers; median, largest and last of about \(points) steps of the run. 'all' is the mean over "
        + "seeds. The running CSV file has every step and layer."
    }
  }
}
