import Events
import Networks
import Plotting
import Readout
import Recipe
import Runs
import Spelling

/// Runs next to each other, as tables and as a chart.
enum RunComparison {
  /// The settings that differ, a row each; empty when none does.
  static func settings(_ cards: [RunCard]) -> [[String]] {
    let differing = AnyKnob.all.filter { knob in Set(cards.map { $0.settings[knob] }).count > 1 }
    guard !differing.isEmpty else { return [["settings", "all the same at the end of the runs"]] }
    return [["setting"] + titles(cards)]
      + differing.map { knob in [knob.name] + cards.map { $0.settings.formatted(knob) } }
  }

  /// Final numbers, a row each.
  static func results(_ cards: [RunCard]) -> [[String]] {
    var rows = [[""] + titles(cards), ["state"] + cards.map { $0.state.word }, ["step"] + cards.map(RunTable.steps)]
    for weights in [Probe.Weights.last, .best] {
      let found = cards.map { card in card.results.first { $0.weights == weights } }
      guard found.contains(where: { $0 != nil }) else { continue }
      let name = weights.rawValue
      rows.append(["\(name): clean"] + found.map { $0.map { Notation.table.accuracy($0.clean) } ?? "–" })
      rows.append(
        ["\(name): under attack"]
          + zip(found, cards).map { result, card in
            result.map { "\(Notation.table.accuracy($0.adversarial)) \(RunTable.attack($0, card))" } ?? "–"
          })
    }
    return rows + [["gap"] + cards.map(RunTable.gap)] + computed(cards)
  }

  /// What computed the runs, where that is not the same for all: then they differ in their bits for that reason, too.
  private static func computed(_ cards: [RunCard]) -> [[String]] {
    let parts: [(String, (Provenance) -> String)] = [
      ("version", \.version), ("kernels", \.kernels), ("convolution", \.convolution),
    ]
    return parts.compactMap { name, part in
      let values = cards.map { card in
        card.computed.map(part).reduce(into: [String]()) { if $0.last != $1 { $0.append($1) } }
      }
      guard Set(values.flatMap(\.self)).count > 1 else { return nil }
      return [name] + values.map { $0.joined(separator: ", then ") }
    }
  }

  /// The validation curves: accuracy under the training attack by step, one sign each.
  static func chart(_ stores: [RunStore], _ cards: [RunCard], columns: Int) throws -> [String] {
    let curves = try stores.map { try $0.validation() }
    guard curves.contains(where: { $0.count > 1 }) else { return [] }
    let signs = Array("ox+*#@%&"), width = max(20, min(columns, 160) - 8), height = 16
    let last = curves.flatMap { $0.map(\.step) }.max() ?? 1
    var rows = Array(repeating: Array(repeating: Character(" "), count: width), count: height)
    for (number, curve) in curves.enumerated() {
      for probe in curve {
        let x = min(width - 1, probe.step * (width - 1) / max(1, last))
        let y = min(height - 1, Int((1 - probe.adversarial.value) * Double(height - 1) + 0.5))
        rows[y][x] = signs[number % signs.count]
      }
    }
    var lines = ["accuracy on the validation images under the attack that each run trains with, by step"]
    for (number, row) in rows.enumerated() {
      let label = number % 5 == 0 ? NumberText.fixed(1 - Double(number) / Double(height - 1), digits: 2) : "    "
      lines.append("\(label) │" + String(row))
    }
    lines.append("     └" + String(repeating: "─", count: width))
    lines.append("      0" + String(repeating: " ", count: max(1, width - "\(last)".count - 1)) + "\(last)")
    return lines
      + zip(curves, zip(signs, titles(cards))).map { curve, name in
        "  \(name.0)  \(name.1)" + (curve.last.map { ", \($0.attack)" } ?? "")
      }
  }

  /// The folders' names; with a number where two are called alike.
  private static func titles(_ cards: [RunCard]) -> [String] {
    cards.enumerated().map { number, card in
      cards.filter { $0.name == card.name }.count > 1 ? "\(card.name) (\(number + 1))" : card.name
    }
  }
}
