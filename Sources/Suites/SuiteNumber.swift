import Foundation
import Networks
import Presets

/// A number that stands beside the accuracies of a row: its names, and how it is written.
struct SuiteNumber: Sendable {
  /// In CSV and JSON.
  let key: String
  /// In text and Markdown; nil: not shown there.
  let title: String?
  /// What gives it.
  let measure: SuiteMeasure

  /// All of them, in the order of the columns.
  static let all: [SuiteNumber] = [
    .init("w2_clean_pgd", "W2 clean–PGD", .w2), .init("w2_clean_aa", "W2 clean–AA", .w2),
    .init("w2_pgd_aa", "W2 PGD–AA", .w2), .init("w2_broken_clean_pgd", nil, .w2),
    .init("w2_broken_clean_aa", nil, .w2), .init("w2_broken_pgd_aa", nil, .w2),
    .init("explained_1", "PC1", .scatter), .init("explained_2", "PC2", .scatter),
    .init("separation_clean_pgd", "apart: clean–PGD", .scatter),
    .init("separation_clean_aa", "clean–AA", .scatter), .init("separation_pgd_aa", "PGD–AA", .scatter),
    .init("running_clean_median", "clean–running: median", .running),
    .init("running_clean_largest", "largest", .running), .init("running_clean_last", "last", .running),
    .init("running_adversarial_median", "adversarial–running: median", .running),
    .init("running_adversarial_largest", "largest", .running), .init("running_adversarial_last", "last", .running),
  ]

  /// Those of some measures.
  static func of(_ measures: [SuiteMeasure]) -> [SuiteNumber] { all.filter { measures.contains($0.measure) } }

  private init(_ key: String, _ title: String?, _ measure: SuiteMeasure) {
    (self.key, self.title, self.measure) = (key, title, measure)
  }

  /// Three digits.
  static func text(_ value: Double?) -> String { value.map { String(format: "%.3g", $0) } ?? "–" }
}

extension DistanceRecord {
  /// Sums over the layers.
  var numbers: [String: Double] {
    var numbers = [
      "w2_clean_pgd": asReturned.cleanPGD.sum, "w2_clean_aa": asReturned.cleanAA.sum,
      "w2_pgd_aa": asReturned.pgdAA.sum,
    ]
    if let broken = brokenOnly {
      numbers["w2_broken_clean_pgd"] = broken.cleanPGD.sum
      numbers["w2_broken_clean_aa"] = broken.cleanAA.sum
      numbers["w2_broken_pgd_aa"] = broken.pgdAA.sum
    }
    return numbers
  }
}

extension ScatterRecord {
  /// Of the last layer, the one nearest to the logits.
  var numbers: [String: Double] {
    guard let last = layers.last, last.explained.count == 2 else { return [:] }
    return [
      "explained_1": last.explained[0], "explained_2": last.explained[1],
      "separation_clean_pgd": Layer.separation(last.clean, last.pgd),
      "separation_clean_aa": Layer.separation(last.clean, last.aa),
      "separation_pgd_aa": Layer.separation(last.pgd, last.aa),
    ]
  }
}

extension RunningRecord {
  /// Of the sums over the layers, over all steps that were looked at.
  var numbers: [String: Double] {
    var numbers: [String: Double] = [:]
    for (domain, values) in [
      ("clean", points.compactMap(\.clean?.sum)), ("adversarial", points.compactMap(\.adversarial?.sum)),
    ] {
      guard let last = values.last, let largest = values.max() else { continue }
      numbers["running_\(domain)_median"] = values.median
      numbers["running_\(domain)_largest"] = largest
      numbers["running_\(domain)_last"] = last
    }
    return numbers
  }
}
