import Foundation
import Objectives
import Recipe
import TestSupport
import Testing

/// The table of methods in docs/algorithms.md §2, row by row, and its losses from the golden cross-entropies and
/// divergences.
struct ObjectiveTableTests {
  private func objective(_ name: String, _ values: [String: Double] = [:]) throws -> any Objective {
    var settings = Settings()
    try settings.set("objective", to: .text(name))
    for (knob, value) in values { try settings.set(knob, to: .number(value)) }
    return settings.objective
  }

  @Test(arguments: [
    ("standard", BatchRows.clean), ("at", .adversarial), ("mat", .both), ("trades", .both), ("mart", .both),
  ])
  func theNetworkSeesTheRowsOfTheTable(name: String, rows: BatchRows) throws {
    #expect(try objective(name).rows == rows)
  }

  /// TRADES alone attacks the divergence. The mixed loss attacks the cross-entropy even where it has a divergence.
  @Test(arguments: [
    ("at", [:], InnerLoss.crossEntropy), ("mat", [:], .crossEntropy), ("mat", ["beta": 6], .crossEntropy),
    ("trades", [:], .divergence), ("trades", ["beta": 0], .divergence), ("mart", [:], .crossEntropy),
  ])
  func theAttackDrivesUpTheLossOfTheTable(name: String, values: [String: Double], loss: InnerLoss) throws {
    #expect(try objective(name, values).innerLoss == loss)
  }

  @Test(arguments: [
    ("standard", [:], false), ("at", [:], false), ("mat", ["beta": 0], false), ("mat", ["beta": 1], true),
    ("trades", [:], true), ("mart", ["beta": 5], true), ("mart", ["beta": 0], false),
  ])
  func aLossWithADivergenceComparesTheDomains(name: String, values: [String: Double], compares: Bool) throws {
    #expect(try objective(name, values).comparesDomains == compares)
  }

  /// Unequal shares tell γ from 1 − γ, and unequal parts tell one part from another.
  @Test func theTotalsAreTheFormulasOfTheirParts() throws {
    let file = try JSONSerialization.jsonObject(
      with: Data(contentsOf: Repository.oracle("formulas/golden_vectors.json")))
    let golden = try #require((file as? [String: Any])?["losses"] as? [String: Any])
    func logits(_ key: String) throws -> [Float] {
      try #require(golden[key] as? [[Double]]).flatMap { $0 }.map(Float.init)
    }
    let clean = try logits("clean logits"), adversarial = try logits("adv logits")
    let labels = try #require(golden["labels"] as? [Int])
    // docs/algorithms.md §16.
    let ce = (clean: 0.6749725, adversarial: 0.7950709), kl = 0.3475974
    for (name, values, expected) in [
      ("standard", [:], ce.clean), ("at", [:], ce.adversarial), ("mat", ["gamma": 0, "beta": 0], ce.adversarial),
      ("mat", ["gamma": 1, "beta": 0], ce.clean),
      ("mat", ["gamma": 0.3, "beta": 0], 0.3 * ce.clean + 0.7 * ce.adversarial),
      ("mat", ["gamma": 0.3, "beta": 0.5], 0.3 * ce.clean + 0.7 * ce.adversarial + 0.5 * kl),
      ("trades", ["beta": 0], ce.clean), ("trades", ["beta": 6, "gamma": 0.3], ce.clean + 6 * kl),
    ] as [(String, [String: Double], Double)] {
      let objective = try objective(name, values)
      let rows = objective.rows == .clean ? clean : objective.rows == .adversarial ? adversarial : clean + adversarial
      var gradient = [Float](repeating: 0, count: rows.count)
      let parts = objective.evaluate(
        ObjectiveBatch(rows: objective.rows, logits: rows, gradient: &gradient, labels: labels, classes: 3))
      #expect(abs(parts.total - expected) < 1e-6, "\(name) \(values): \(parts.total), expected \(expected)")
      if objective.rows != .adversarial { #expect(abs(try #require(parts.clean) - ce.clean) < 1e-6) }
      if objective.rows != .clean { #expect(abs(try #require(parts.adversarial) - ce.adversarial) < 1e-6) }
      if objective.rows == .both { #expect(abs(try #require(parts.divergence) - kl) < 1e-6) }
      // Softmax does not see a common shift: every row's gradient sums to 0.
      for row in 0..<rows.count / 3 { #expect(abs(gradient[3 * row..<3 * row + 3].reduce(0, +)) < 1e-6) }
    }
  }
}
