/// Fast adaptive boundary attack on the boundaries to all classes (Croce and Hein 2020). docs/algorithms.md §5.
package struct FABAttack: IterativeAttack {
  package static let name = "fab"
  package static let summary = "smallest perturbation over linearized boundaries (Croce and Hein 2020)"
  package static let stream = 6

  package var iterations: Int
  package var restarts: Int

  package init() { self.init(iterations: 100) }

  package init(iterations: Int = 100, restarts: Int = 1) {
    self.iterations = iterations
    self.restarts = restarts
  }

  package static var listed: Self { Self(restarts: 5) }
  package static let usualTitle = "FAB"

  package func passes(classes: Int) -> (forwards: Int, backwards: Int) {
    (restarts * 2 * iterations, restarts * iterations * (classes - 1))
  }

  package func check() throws(EvaluationError) { try require(["iterations": iterations, "restarts": restarts]) }

  package func makeRun(_ problem: AttackProblem) -> FABRun {
    FABRun(problem, iterations: iterations, restarts: restarts)
  }
}
