/// The fast gradient sign method: one step of size ε from the image. docs/algorithms.md §1; Goodfellow et al. 2015.
package struct FGSMAttack: EvaluationAttack {
  package static let name = "fgsm"
  package static let summary = "one step along the (sign of the) gradient (Goodfellow et al. 2015)"
  package static let stream = 1

  package init() {}

  package var title: String { "FGSM" }
  package var iterations: Int { 1 }
  package var restarts: Int { 1 }

  package func passes(classes: Int) -> (forwards: Int, backwards: Int) { (2, 1) }
  package func check() {}

  package func makeRun(_ problem: AttackProblem) -> PGDRun {
    PGDRun(
      problem, PGD(norm: problem.norm, epsilon: problem.epsilon, stepSize: problem.epsilon, steps: 1, start: .clean))
  }
}
