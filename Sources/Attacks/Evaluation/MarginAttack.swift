/// Auto-PGD on the unscaled margin z_t − z_y, one target class after another, those whose boundary is nearest first:
/// minimal-margin attack (Gao et al., ICML 2022) with the targets of MALT (Melamed et al., NeurIPS 2024).
/// docs/algorithms.md §11.4.
package struct MarginAttack: NearestClassesAttack {
  package static let name = "mm"
  package static let summary = "APGD on the margin to the 3 classes whose boundaries are nearest (Gao et al. 2022)"
  package static let stream = 9

  package var iterations: Int
  package var targets: Int

  package init() { self.init(iterations: 20) }

  package init(iterations: Int = 20, targets: Int = 3) {
    self.iterations = iterations
    self.targets = targets
  }

  package static let usualTitle = "MM"
  package var title: String { "MM-\(targets)" + (iterations == Self().iterations ? "" : "×\(iterations)") }

  package func makeRun(_ problem: AttackProblem) -> MarginRun {
    MarginRun(
      problem, .margin, targets: targets, iterations: iterations, keepsQuirks: false,
      schedule: APGDSchedule(iterations: iterations, step: 2 * problem.epsilon, leastShrink: 0))
  }
}

extension APGDLoss {
  /// The margin to the class aimed at: its gradient does not vanish where softmax saturates.
  static let margin = APGDLoss { row, gradient in
    if let gradient {
      gradient[row.target] += 1
      gradient[row.label] -= 1
    }
    return Double(row.logits[row.target]) - Double(row.logits[row.label])
  }
}
