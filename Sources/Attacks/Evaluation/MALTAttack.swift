/// APGD-T whose targets are the classes with the nearest linearized boundaries instead of those with the largest logits
/// (MALT, Melamed et al., NeurIPS 2024). docs/algorithms.md §7.5.
package struct MALTAttack: NearestClassesAttack {
  package static let name = "malt"
  package static let summary = "APGD-T towards the classes whose boundaries are nearest (Melamed et al. 2024)"
  package static let stream = 10
  /// Targeted DLR takes the fourth logit.
  package static let leastClasses = 4
  package static let alternatives: [any EvaluationAttack.Type] = [MarginAttack.self]

  package var iterations: Int
  package var targets: Int

  package init() { self.init(iterations: 100) }

  package init(iterations: Int = 100, targets: Int = 9) {
    self.iterations = iterations
    self.targets = targets
  }

  package static let usualTitle = "MALT"

  package func makeRun(_ problem: AttackProblem) -> MarginRun {
    MarginRun(
      problem, .targetedDLR, targets: targets, iterations: iterations, keepsQuirks: true,
      schedule: APGDSchedule(iterations: iterations, step: 2 * problem.epsilon))
  }
}
