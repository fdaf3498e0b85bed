/// Probability margin attack: PGD on the margin between probabilities, with a cosine step (PMA, CVPR 2025).
/// docs/algorithms.md §7.5.
package struct PMAAttack: IterativeAttack {
  package static let name = "pma"
  package static let summary = "PGD on the margin of probabilities, 2 starts of 100 steps (PMA 2025)"
  package static let stream = 11

  package var iterations: Int
  package var restarts: Int

  package init() { self.init(iterations: 100) }

  package init(iterations: Int = 100, restarts: Int = 2) {
    self.iterations = iterations
    self.restarts = restarts
  }

  package static let usualTitle = "PMA"

  package func passes(classes: Int) -> (forwards: Int, backwards: Int) {
    (restarts * (iterations + 1), restarts * iterations)
  }

  package func check() throws(EvaluationError) { try require(["iterations": iterations, "restarts": restarts]) }

  package func makeRun(_ problem: AttackProblem) -> PMARun {
    PMARun(problem, iterations: iterations, restarts: restarts)
  }
}
