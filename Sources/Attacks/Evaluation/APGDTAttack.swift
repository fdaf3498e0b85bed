import Objectives

/// Auto-PGD on the targeted difference of logits ratio, one target class after another (Croce and Hein 2020).
/// docs/algorithms.md §3, §4.
package struct APGDTAttack: TargetedAttack, IterativeAttack {
  package static let name = "apgd-t"
  package static let summary = "the same on the targeted ratio, for up to 9 target classes"
  package static let stream = 5
  /// Targeted DLR takes the fourth logit.
  package static let leastClasses = 4
  package static let alternatives: [any EvaluationAttack.Type] = [APGDDLRAttack.self, APGDCEAttack.self]

  package var iterations: Int
  package var restarts: Int
  package var targets: Int
  /// Passes whose gradients are averaged, for randomized models.
  package var gradientSamples: Int
  /// Keep the reference's quirk: the first loss is compared with 0.
  package var keepsQuirks: Bool

  package init() { self.init(iterations: 100) }

  package init(
    iterations: Int = 100, restarts: Int = 1, targets: Int = 9, gradientSamples: Int = 1, keepsQuirks: Bool = true
  ) {
    self.iterations = iterations
    self.restarts = restarts
    self.targets = targets
    self.gradientSamples = gradientSamples
    self.keepsQuirks = keepsQuirks
  }

  package static let usualTitle = "APGD-T"
  package var details: [String] { APGDRun.details(gradientSamples: gradientSamples) }

  package func passes(classes: Int) -> (forwards: Int, backwards: Int) {
    APGDRun.passes(
      attempts: attempts(classes: classes), iterations: iterations, gradientSamples: gradientSamples)
  }

  package func check() throws(EvaluationError) {
    try require([
      "iterations": iterations, "restarts": restarts, "targets": targets, "gradient samples": gradientSamples,
    ])
  }

  package func makeRun(_ problem: AttackProblem) -> APGDRun {
    APGDRun(
      problem, .targetedDLR, iterations: iterations, restarts: restarts, targets: targets,
      gradientSamples: gradientSamples, keepsQuirks: keepsQuirks)
  }
}

extension APGDLoss {
  /// The ratio between the label and the class aimed at.
  static let targetedDLR = APGDLoss { row, gradient in
    RowLosses.targetedDLR(
      row.logits, classes: row.classes, label: row.label, target: row.target, addingTo: gradient)
  }
}
