import Diagnostics
import Networks
import Spelling

/// A diagnosis as text. Pure.
package enum DiagnoseTable {
  /// The lines: what was measured, accuracies and gaps, causes, distances, warnings.
  package static func lines(_ result: DiagnosisResult, columns: Int? = nil) -> [String] {
    let card = result.card, size = card.input.map(String.init).joined(separator: "×")
    var lines = [
      "\(card.checkpoint): \(ModelKind.title(card.model, card.options ?? [:])), width \(card.width)"
        + (card.preset.map { ", \($0)" } ?? "") + (card.step.map { ", step \($0)" } ?? ""),
      "\(card.images) images (\(size)) from \(card.data); \(card.attack) "
        + (card.preset == nil ? "in steps of ε/4" : "as in training") + ", and \(card.suite); "
        + "\(card.norm.rawValue), ε \(Fraction.format(card.eps)), seed \(card.seed)",
    ]
    lines += (result.imported?.lines(besides: result.warnings) ?? []) + [""]
    let table = Notation.table
    lines += Listing.table(
      [
        ["clean", table.accuracy(result.clean)], [card.attack, table.accuracy(result.pgd)],
        [card.suite, table.accuracy(result.autoAttack)], ["gap, quick check", table.gap(result.quick)],
        ["gap, \(card.suite)", table.gap(result.full)],
      ], columns: columns)
    lines.append("n \(card.images); 95 % intervals: Wilson for accuracies, Clopper–Pearson for gaps")
    lines +=
      [""] + causes(result) + [""] + distances(result, columns) + posteriors(result, columns)
      + branches(result, columns)
    return lines + result.warnings.map(\.line)
  }

  private static func causes(_ result: DiagnosisResult) -> [String] {
    guard !result.causes.isEmpty else { return [verdict(result)] }
    return result.causes.map { "\($0.title), \($0.numbers(.table)): \($0.sentence)" }
  }

  /// What it means that no cause was found.
  private static func verdict(_ result: DiagnosisResult) -> String {
    if result.warnings.contains(where: { $0.kind == .guessing }) {
      return "robustness cannot be judged: clean accuracy is no better than guessing"
    }
    return result.pgd.correct > 0
      ? "no sign of false robustness found"
      : "no false robustness: \(result.card.attack) breaks every image, so there is none that could be false"
  }

  /// One line per layer. The sums run over all layers, even if one was requested.
  private static func distances(_ result: DiagnosisResult, _ columns: Int?) -> [String] {
    let returned = result.asReturned, broken = result.brokenOnly
    let head = [
      "layer", "input", "clean–PGD", "clean–AA", "PGD–AA", "broken: clean–PGD", "clean–AA", "PGD–AA", "clean–running",
      "PGD–running", "PC1", "PC2",
    ]
    let rows = result.layers.map { layer in
      let place = layer.number - 1
      return [
        "\(layer.number) \(layer.name)", layer.input.map(String.init).joined(separator: "×"),
        distance(returned.cleanPGD.layers[place]), distance(returned.cleanAA.layers[place]),
        distance(returned.pgdAA.layers[place]), distance(broken?.cleanPGD.layers[place]),
        distance(broken?.cleanAA.layers[place]), distance(broken?.pgdAA.layers[place]), distance(layer.cleanRunning),
        distance(layer.pgdRunning), percent(layer.explained[0]), percent(layer.explained[1]),
      ]
    }
    let sums = [
      "sum", "", distance(returned.cleanPGD.sum), distance(returned.cleanAA.sum), distance(returned.pgdAA.sum),
      distance(broken?.cleanPGD.sum), distance(broken?.cleanAA.sum), distance(broken?.pgdAA.sum),
      distance(sum(result, \.cleanRunning)), distance(sum(result, \.pgdRunning)),
    ]
    let n = returned.images, moved = broken?.images ?? 0
    return [
      "W2² between the inputs of the normalization layers; PC1, PC2: fractions of the variance of all three sets together"
    ]
      + Listing.table([head] + rows + [sums], columns: columns) + [
        "AA: where AutoAttack fails, its output is the clean image (\(n - moved) of \(n))",
        "broken: only the images that AutoAttack broke (\(moved) of \(n)), in all three sets",
        "running: distance to the running statistics that normalize these images; in dual and split norms, those of their "
          + "own domain",
      ]
  }

  /// Over all layers; nil if one layer was requested or none tracks statistics.
  private static func sum(_ result: DiagnosisResult, _ part: (DiagnosisResult.Layer) -> Double?) -> Double? {
    let values = result.layers.compactMap(part)
    return values.isEmpty || result.layers.count < result.asReturned.cleanPGD.layers.count ? nil : values.reduce(0, +)
  }

  /// One line per dual BN layer: whether it can tell clean from PGD images; nothing without any.
  private static func posteriors(_ result: DiagnosisResult, _ columns: Int?) -> [String] {
    let rows = result.layers.compactMap { layer in
      layer.posterior.map { posterior in
        [
          "\(layer.number) \(layer.name)", percent(posterior.routing), mean(posterior.cleanMean),
          mean(posterior.adversarialMean), percent(posterior.decided),
        ]
      }
    }
    guard !rows.isEmpty else { return [] }
    let head = ["layer", "routed correctly", "p on clean", "p on PGD", "decided"]
    return ["", "p(clean) in dual BN, pixel by pixel; decided: p below .01 or above .99"]
      + Listing.table([head] + rows, columns: columns)
  }

  /// Split norms: accuracies with either set for all images, and with both; nothing for other layers.
  private static func branches(_ result: DiagnosisResult, _ columns: Int?) -> [String] {
    guard let rows = result.branches, let clean = rows.first, let adversarial = rows.last else { return [] }
    let table = Notation.table
    return ["", "split norms, one set of statistics for all images, the attack crafted on it"]
      + Listing.table(
        [["set", "clean", result.card.attack]]
          + rows.map { [$0.branch, table.accuracy($0.clean), table.accuracy($0.pgd)] }, columns: columns) + [
        "Using each domain's own statistics would give \(table.share(clean.clean.value)) and "
          + "\(table.share(adversarial.pgd.value)). It requires knowing which images are adversarial, so it is not a valid "
          + "threat model."
      ]
  }

  private static func mean(_ value: Double?) -> String { value.map { NumberText.fixed($0, digits: 3) } ?? "–" }

  private static func distance(_ value: Double?) -> String { value.map { NumberText.short($0) } ?? "–" }

  private static func percent(_ share: Double) -> String { NumberText.fixed(share * 100, digits: 0) + " %" }
}
