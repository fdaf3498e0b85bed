import Events
import Foundation
import Spelling

/// A diagnosis as text. Pure.
package enum DiagnoseTable {
  /// The lines: what was looked at, accuracies and gap, causes, distances, warnings.
  package static func lines(_ result: DiagnoseResult) -> [String] {
    let card = result.card, size = card.input.map(String.init).joined(separator: "×")
    var lines = [
      "\(card.checkpoint): \(card.model), width \(card.width), \(card.preset), step \(card.step)",
      "on \(card.images) images \(size) of \(card.data); \(card.attack) as trained and \(card.suite), "
        + "\(card.norm.rawValue), ε \(Fraction.format(card.eps)), seed \(card.seed)",
      "",
    ]
    lines += FinalTable.aligned([
      ["clean", accuracy(result.clean)], [card.attack, accuracy(result.pgd)],
      [card.suite, accuracy(result.autoAttack)], ["gap under quick", gap(result.quick)],
      ["gap under \(card.suite)", gap(result.full)],
    ])
    lines.append("n \(card.images); 95 % intervals, of accuracies Wilson's, of gaps Clopper and Pearson's")
    lines += [""] + causes(result) + [""] + distances(result) + posteriors(result) + branches(result)
    return lines + result.warnings.map(\.line)
  }

  private static func accuracy(_ proportion: Proportion) -> String {
    let interval = proportion.interval
    return number(proportion.value) + " [\(number(interval.lowerBound)), \(number(interval.upperBound))]"
  }

  private static func gap(_ reading: GapReading) -> String {
    number(reading.gap) + " [\(number(reading.lower)), \(number(reading.upper))]"
  }

  private static func number(_ value: Double) -> String { String(format: "%.3f", value) }

  private static func causes(_ result: DiagnoseResult) -> [String] {
    guard !result.causes.isEmpty else { return ["no cause of false robustness is named"] }
    return result.causes.map { cause in
      let before = cause.before.map { String(format: "%.2f → ", $0) } ?? ""
      return "\(cause.title), \(before)\(String(format: "%.2f", cause.value)): \(cause.sentence)"
    }
  }

  /// One line a layer; the sums run over all layers, also where one was asked for.
  private static func distances(_ result: DiagnoseResult) -> [String] {
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
      "sum of all", "", distance(returned.cleanPGD.sum), distance(returned.cleanAA.sum), distance(returned.pgdAA.sum),
      distance(broken?.cleanPGD.sum), distance(broken?.cleanAA.sum), distance(broken?.pgdAA.sum),
      distance(sum(result, \.cleanRunning)), distance(sum(result, \.pgdRunning)),
    ]
    let n = returned.images, moved = broken?.images ?? 0
    return ["W2² between what enters the norm layers; PC: shares of the variance of all three sets together"]
      + FinalTable.aligned([head] + rows + [sums]) + [
        "AA as returned is the clean image where AutoAttack broke nothing: \(n - moved) of \(n); broken: the other "
          + "\(moved), in all three sets",
        "running: against the running statistics that normalise the images here; of dual and split norms those of the "
          + "images' own domain",
      ]
  }

  /// Over all layers; nil where one layer was asked for, or nothing is tracked.
  private static func sum(_ result: DiagnoseResult, _ part: (DiagnoseResult.Layer) -> Double?) -> Double? {
    let values = result.layers.compactMap(part)
    return values.isEmpty || result.layers.count < result.asReturned.cleanPGD.layers.count ? nil : values.reduce(0, +)
  }

  /// One line a dual norm: whether it can tell clean from PGD images; nothing without any.
  private static func posteriors(_ result: DiagnoseResult) -> [String] {
    let rows = result.layers.compactMap { layer in
      layer.posterior.map { posterior in
        [
          "\(layer.number) \(layer.name)", percent(posterior.routing), mean(posterior.cleanMean),
          mean(posterior.adversarialMean), percent(posterior.decided),
        ]
      }
    }
    guard !rows.isEmpty else { return [] }
    let head = ["layer", "routed right", "p on clean", "p on PGD", "decided"]
    return ["", "p(clean) of dual norms, pixel by pixel; decided: p below .01 or above .99"]
      + FinalTable.aligned([head] + rows)
  }

  /// Split norms: what either set makes of all images, and what an oracle would make of both; nothing for other norms.
  private static func branches(_ result: DiagnoseResult) -> [String] {
    guard let rows = result.branches, let clean = rows.first, let adversarial = rows.last else { return [] }
    return ["", "split norms, one set for all images, the attack crafted on it"]
      + FinalTable.aligned(
        [["set", "clean", result.card.attack]] + rows.map { [$0.branch, accuracy($0.clean), accuracy($0.pgd)] }) + [
        "a set for each domain would give \(number(clean.clean.value)) and \(number(adversarial.pgd.value)), and needs to be "
          + "told which images are attacked: no threat model"
      ]
  }

  private static func mean(_ value: Double?) -> String { value.map { String(format: "%.3f", $0) } ?? "–" }

  private static func distance(_ value: Double?) -> String { value.map { String(format: "%.3g", $0) } ?? "–" }

  private static func percent(_ share: Double) -> String { String(format: "%.0f %%", share * 100) }
}
