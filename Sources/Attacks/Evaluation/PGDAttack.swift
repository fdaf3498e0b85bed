import Spelling

/// Projected gradient descent on the cross-entropy. docs/algorithms.md §1; Madry et al. 2018.
package struct PGDAttack: IterativeAttack {
  package static let name = "pgd"
  package static let summary = "projected gradient descent, 10 steps of ε/4 (Madry et al. 2018)"
  package static let stream = 2

  /// Steps.
  package var iterations: Int
  package var restarts: Int
  /// Step size as a fraction of ε.
  package var step: Double
  /// Radius of the ball as a fraction of ε.
  package var radius: Double
  /// Where it starts.
  package var start: PGD.Start
  /// Broken when misclassified at any iterate, not only at the last.
  package var anyIterate: Bool

  package init() { self.init(iterations: 10) }

  package init(
    iterations: Int = 10, restarts: Int = 1, step: Double = 0.25, radius: Double = 1, start: PGD.Start = .uniform,
    anyIterate: Bool = false
  ) {
    self.iterations = iterations
    self.restarts = restarts
    self.step = step
    self.radius = radius
    self.start = start
    self.anyIterate = anyIterate
  }

  package static let usualTitle = "PGD"
  package var title: String { "\(Self.usualTitle)-\(iterations)" }

  package var details: [String] {
    ["step \(Fraction.decimal(step)) ε", "start \(start.rawValue)"]
      + (radius == 1 ? [] : ["radius \(Fraction.decimal(radius)) ε"])
      + (anyIterate ? ["any iterate counts"] : [])
  }

  package func passes(classes: Int) -> (forwards: Int, backwards: Int) {
    (restarts * (iterations + 1), restarts * iterations)
  }

  package func check() throws(EvaluationError) {
    try require(["iterations": iterations, "restarts": restarts])
    guard step > 0, step.isFinite else { throw EvaluationError("\(name): step must be positive, got \(step)") }
    try require(share: radius, "radius")
  }

  package func makeRun(_ problem: AttackProblem) -> PGDRun {
    PGDRun(
      problem,
      PGD(
        norm: problem.norm, epsilon: problem.epsilon * Float(radius), stepSize: problem.epsilon * Float(step),
        steps: iterations, start: start, restarts: restarts),
      anyIterate: anyIterate)
  }
}
