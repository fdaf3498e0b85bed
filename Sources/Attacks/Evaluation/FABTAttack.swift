/// Fast adaptive boundary attack on the boundary to one target class after another (Croce and Hein 2020).
/// docs/algorithms.md §5.
package struct FABTAttack: TargetedAttack, IterativeAttack {
  package static let name = "fab-t"
  package static let summary = "the same towards up to 9 target classes"
  package static let stream = 7

  package var iterations: Int
  package var restarts: Int
  package var targets: Int

  package init() { self.init(iterations: 100) }

  package init(iterations: Int = 100, restarts: Int = 1, targets: Int = 9) {
    self.iterations = iterations
    self.restarts = restarts
    self.targets = targets
  }

  package static let usualTitle = "FAB-T"

  package func passes(classes: Int) -> (forwards: Int, backwards: Int) {
    let attempts = attempts(classes: classes)
    return (attempts * 2 * iterations, attempts * iterations)
  }

  package func check() throws(EvaluationError) {
    try require(["iterations": iterations, "restarts": restarts, "targets": targets])
  }

  package func makeRun(_ problem: AttackProblem) -> FABRun {
    FABRun(problem, iterations: iterations, restarts: restarts, targets: targets)
  }
}
