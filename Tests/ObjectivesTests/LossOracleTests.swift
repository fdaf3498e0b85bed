import Objectives
import Recipe
import TestSupport
import Testing

/// Every loss and both its gradients against PyTorch in float64 (`losses/`).
struct LossOracleTests {
  @Test func lossesMatchPyTorch() throws {
    let names = try Oracle.names(in: "losses")
    #expect(names.count == 5)
    for name in names {
      let oracle = try Oracle(name)
      let gammas = list(oracle, "gammas"), betas = list(oracle, "betas")
      #expect(!gammas.isEmpty && !betas.isEmpty, "\(name)")
      try expect("standard", [:], "ce_clean", oracle)
      try expect("at", [:], "ce_adv", oracle)
      for gamma in gammas {
        try expect("mat", ["gamma": gamma], "mat_\(gamma)", oracle)
        for beta in betas { try expect("mat", ["gamma": gamma, "beta": beta], "matkl_\(gamma)_\(beta)", oracle) }
      }
      for beta in betas { try expect("trades", ["beta": beta], "trades_\(beta)", oracle) }
      for beta in betas { try expect("mart", ["beta": beta], "mart_\(beta)", oracle) }
    }
  }

  @Test func theDivergenceIsReportedBeforeItsWeight() throws {
    let oracle = try Oracle("losses/k10")
    let (parts, _) = try evaluate("mat", ["gamma": 0.25, "beta": 0], oracle)
    #expect(try oracle.excess([Float(try #require(parts.divergence))], "kl") <= 1)
  }

  @Test func theNamesAreThoseOfTheKnob() {
    guard case .choice(let names) = AnyKnob.named("objective")?.kind else {
      Issue.record("no knob 'objective'")
      return
    }
    #expect(objectives.map { $0.name } == names)
  }

  private func list(_ oracle: Oracle, _ key: String) -> [Double] {
    (oracle.file.metadata[key] ?? "").split(separator: ",").compactMap { Double($0) }
  }

  private func expect(_ objective: String, _ values: [String: Double], _ key: String, _ oracle: Oracle) throws {
    let (parts, gradient) = try evaluate(objective, values, oracle)
    #expect(
      try oracle.excess([Float(parts.total)], key, tolerance: tolerance(oracle, key)) <= 1, "\(oracle.name) \(key)")
    for (side, values) in gradient {
      let tensor = "\(key).\(side)"
      #expect(try oracle.excess(values, tensor, tolerance: tolerance(oracle, tensor)) <= 1, "\(oracle.name) \(tensor)")
    }
  }

  private func tolerance(_ oracle: Oracle, _ tensor: String) -> Double? { oracle.setting("tol.\(tensor)") }

  private func evaluate(
    _ name: String, _ values: [String: Double], _ oracle: Oracle
  ) throws -> (LossParts, [String: [Float]]) {
    var settings = Settings()
    try settings.set("objective", to: .text(name))
    for (knob, value) in values { try settings.set(knob, to: .number(value)) }
    let objective = settings.objective
    let labels = try oracle.integers("labels"), classes = oracle.shape("logits_clean")[1]
    let clean = try oracle.floats("logits_clean"), adversarial = try oracle.floats("logits_adv")
    let logits: [Float]
    switch objective.rows {
    case .clean: logits = clean
    case .adversarial: logits = adversarial
    case .both: logits = clean + adversarial
    }
    var gradient = [Float](repeating: 0, count: logits.count)
    let parts = objective.evaluate(
      ObjectiveBatch(rows: objective.rows, logits: logits, gradient: &gradient, labels: labels, classes: classes))
    switch objective.rows {
    case .clean: return (parts, ["g_clean": gradient])
    case .adversarial: return (parts, ["g_adv": gradient])
    case .both:
      return (parts, ["g_clean": Array(gradient[..<clean.count]), "g_adv": Array(gradient[clean.count...])])
    }
  }
}
