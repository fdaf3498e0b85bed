import Objectives

/// Auto-PGD on the difference of logits ratio (Croce and Hein 2020). docs/algorithms.md §3, §4.
package struct APGDDLRAttack: IterativeAttack {
  package static let name = "apgd-dlr"
  package static let summary = "the same on the difference of logits ratio"
  package static let stream = 4
  /// DLR takes the third logit.
  package static let leastClasses = 3
  package static let alternatives: [any EvaluationAttack.Type] = [APGDCEAttack.self]

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
  package static let usualTitle = "APGD-DLR"
  package var details: [String] { APGDRun.details(gradientSamples: gradientSamples) }

  package func passes(classes: Int) -> (forwards: Int, backwards: Int) {
    APGDRun.passes(attempts: restarts, iterations: iterations, gradientSamples: gradientSamples)
  }

  package func check() throws(EvaluationError) {
    try require(["iterations": iterations, "restarts": restarts, "gradient samples": gradientSamples])
  }

  package func makeRun(_ problem: AttackProblem) -> APGDRun {
    APGDRun(
      problem, .dlr, iterations: iterations, restarts: restarts, gradientSamples: gradientSamples,
      keepsQuirks: keepsQuirks)
  }
}

extension APGDLoss {
  /// The untargeted ratio.
  static let dlr = APGDLoss { row, gradient in
    RowLosses.dlr(row.logits, classes: row.classes, label: row.label, addingTo: gradient)
  }
}
