import Objectives

/// Auto-PGD on the cross-entropy (Croce and Hein 2020). docs/algorithms.md §4.
package struct APGDCEAttack: IterativeAttack {
  package static let name = "apgd-ce"
  package static let summary = "PGD with adaptive steps on the cross-entropy (Croce and Hein 2020)"
  package static let stream = 3

  package var iterations: Int
  package var restarts: Int
  /// Passes whose gradients are averaged, for randomized models.
  package var gradientSamples: Int
  /// Keep the reference's quirk: the first loss is compared with 0.
  package var keepsQuirks: Bool

  package init() { self.init(iterations: 100) }

  package init(iterations: Int = 100, restarts: Int = 1, gradientSamples: Int = 1, keepsQuirks: Bool = true) {
    self.iterations = iterations
    self.restarts = restarts
    self.gradientSamples = gradientSamples
    self.keepsQuirks = keepsQuirks
  }

  package static var listed: Self { Self(restarts: 5) }
  package static let usualTitle = "APGD-CE"
  package var details: [String] { APGDRun.details(gradientSamples: gradientSamples) }

  package func passes(classes: Int) -> (forwards: Int, backwards: Int) {
    APGDRun.passes(attempts: restarts, iterations: iterations, gradientSamples: gradientSamples)
  }

  package func check() throws(EvaluationError) {
    try require(["iterations": iterations, "restarts": restarts, "gradient samples": gradientSamples])
  }

  package func makeRun(_ problem: AttackProblem) -> APGDRun {
    APGDRun(
      problem, .crossEntropy, iterations: iterations, restarts: restarts, gradientSamples: gradientSamples,
      keepsQuirks: keepsQuirks)
  }
}

extension APGDLoss {
  /// Cross-entropy to the label. A gradient of zero is what saturated logits give it, which a separate check reports.
  static let crossEntropy = APGDLoss(reportsZeroGradient: false) { row, gradient in
    RowLosses.crossEntropy(row.logits, classes: row.classes, label: row.label, addingTo: gradient)
  }
}
