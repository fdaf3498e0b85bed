import Foundation
import Objectives
import Recipe
import TestSupport
import Testing

/// MART against its formula in double, its golden value and central differences.
struct MARTTests {
  private func batch(
    clean: [Float], adversarial: [Float], labels: [Int], classes: Int, beta: Double, _ name: String = "mart"
  ) throws -> (parts: LossParts, clean: [Double], adversarial: [Double]) {
    var settings = Settings()
    try settings.set("objective", to: .text(name))
    try settings.set("beta", to: .number(beta))
    var gradient = [Float](repeating: 0, count: 2 * clean.count)
    let objective = settings.objective
    let parts = try (clean + adversarial).withUnsafeBufferPointer { logits in
      try gradient.withUnsafeMutableBufferPointer { gradient in
        objective.evaluate(
          ObjectiveBatch(
            rows: .both, logits: try #require(logits.baseAddress), gradient: try #require(gradient.baseAddress),
            labels: labels, classes: classes))
      }
    }
    return (parts, gradient[..<clean.count].map(Double.init), gradient[clean.count...].map(Double.init))
  }

  /// The formula of docs/algorithms.md §2, straight.
  private func reference(_ clean: [Double], _ adversarial: [Double], _ labels: [Int], _ classes: Int, _ beta: Double)
    -> Double
  {
    func softmax(_ row: ArraySlice<Double>) -> [Double] {
      let largest = row.max() ?? 0, terms = row.map { exp($0 - largest) }
      return terms.map { $0 / terms.reduce(0, +) }
    }
    var sum = 0.0
    for (image, label) in labels.enumerated() {
      let range = image * classes..<(image + 1) * classes
      let p = softmax(clean[range]), q = softmax(adversarial[range])
      let rival = q.indices.filter { $0 != label }.map { q[$0] }.max() ?? 0
      let divergence = zip(p, q).reduce(0) { $0 + $1.0 * (log($1.0) - log($1.1 + 1e-12)) }
      sum += -log(q[label]) - log(1.0001 - rival + 1e-12) + beta * divergence * (1.0000001 - p[label])
    }
    return sum / Double(labels.count)
  }

  @Test func theGoldenValueIsReached() throws {
    let file = try JSONSerialization.jsonObject(
      with: Data(contentsOf: Repository.oracle("formulas/golden_vectors.json")))
    let golden = try #require((file as? [String: Any])?["losses"] as? [String: Any])
    let rows = { (key: String) in (golden[key] as? [[Double]] ?? []).flatMap { $0 } }
    let labels = try #require(golden["labels"] as? [Int]), expected = try #require(golden["MART beta=5"] as? Double)
    let (parts, _, _) = try batch(
      clean: rows("clean logits").map(Float.init), adversarial: rows("adv logits").map(Float.init), labels: labels,
      classes: 3, beta: 5)
    #expect(abs(parts.total - expected) < 1e-6)
    #expect(abs(parts.total - 1.8418168) < 1e-6)
    #expect(abs((parts.divergence ?? 0) - 0.3475974) < 1e-6)
  }

  @Test func bothGradientsAreThoseOfTheFormula() throws {
    // Rows where the label leads, where another class does, and one that is nearly certain.
    let clean: [Float] = [2, 0, -1, 0.3, 0.5, 0.2, 0.1, -0.4, 9, -3, 1, 0]
    let adversarial: [Float] = [0.5, 1, -1, 0.25, 0.1, 0.9, -0.3, 0.8, 7, -2, 2, 1]
    let labels = [0, 3, 0], classes = 4, h = 1e-6
    let got = try batch(clean: clean, adversarial: adversarial, labels: labels, classes: classes, beta: 5)
    let x = clean.map(Double.init), z = adversarial.map(Double.init)
    #expect(abs(got.parts.total - reference(x, z, labels, classes, 5)) < 1e-9)
    for index in x.indices {
      func slope(_ clean: Bool) -> Double {
        func value(_ step: Double) -> Double {
          var x = x, z = z
          if clean { x[index] += step } else { z[index] += step }
          return reference(x, z, labels, classes, 5)
        }
        return (value(h) - value(-h)) / (2 * h)
      }
      #expect(abs(got.clean[index] - slope(true)) < 1e-7, "clean \(index)")
      #expect(abs(got.adversarial[index] - slope(false)) < 1e-7, "adversarial \(index)")
    }
  }

  @Test func certainPredictionsGiveFiniteNumbers() throws {
    for margin in [Float(50), 200, 3000] {
      let got = try batch(
        clean: [margin, 0, -margin], adversarial: [-margin, margin, 0], labels: [0], classes: 3, beta: 6)
      #expect(got.parts.total.isFinite)
      #expect((got.clean + got.adversarial).allSatisfy { $0.isFinite })
    }
  }

  @Test(arguments: ["mat", "trades", "mart"]) func fewerCleanRowsArePairedWithTheLastAdversarialOnes(name: String)
    throws
  {
    var settings = Settings()
    try settings.set("objective", to: .text(name))
    try settings.set("beta", to: .number(2))
    let objective = settings.objective
    let clean: [Float] = [0.3, -1, 0.5, 2, 0, 1], adversarial: [Float] = [1, 1, 0, -0.5, 0.2, 0.9, 0, 0.1, 0.4]
    let labels = [0, 2, 1], classes = 3
    var g = [Float](repeating: 0, count: 6), h = [Float](repeating: 0, count: 9)
    let parts = g.withUnsafeMutableBufferPointer { g in
      h.withUnsafeMutableBufferPointer { h -> LossParts? in
        guard let g = g.baseAddress, let h = h.baseAddress else { return nil }
        return clean.withUnsafeBufferPointer { clean in
          adversarial.withUnsafeBufferPointer { adversarial -> LossParts? in
            guard let clean = clean.baseAddress, let adversarial = adversarial.baseAddress else { return nil }
            return objective.evaluate(
              ObjectiveBatch(
                clean: .init(logits: clean, gradient: g, count: 2),
                adversarial: .init(logits: adversarial, gradient: h, count: 3), labels: labels, classes: classes))
          }
        }
      }
    }
    // The KL of the last two images alone, and the CE of the adversarial rows of all three.
    let pairs = try batch(
      clean: clean, adversarial: Array(adversarial[3...]), labels: [2, 1], classes: classes, beta: 2, name)
    let got = try #require(parts)
    #expect(abs((got.divergence ?? 0) - (pairs.parts.divergence ?? -1)) < 1e-12)
    #expect(abs((got.clean ?? 0) - (pairs.parts.clean ?? -1)) < 1e-12)
    for (mine, theirs) in zip(g, pairs.clean) { #expect(abs(Double(mine) - theirs) < 1e-6) }
    #expect(h[..<3].contains { $0 != 0 } == (name != "trades"))
  }
}
