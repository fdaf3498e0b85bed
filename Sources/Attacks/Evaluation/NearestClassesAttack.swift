/// An attack of the APGD family on the classes whose linearized boundaries are nearest, which a first look at the image
/// finds (MALT, Melamed et al., NeurIPS 2024). One start for each class.
package protocol NearestClassesAttack: TargetedAttack, IterativeAttack where Run == MarginRun {}

extension NearestClassesAttack {
  package var restarts: Int { 1 }

  package func passes(classes: Int) -> (forwards: Int, backwards: Int) {
    let targets = attempts(classes: classes)
    return (1 + targets * (iterations + 1), min(classes - 1, MarginRun.candidates) + targets * iterations)
  }

  package func check() throws(EvaluationError) { try require(["iterations": iterations, "targets": targets]) }
}
