import Attacks
import Events

/// One line of the result: how many images are robust after an attack.
package struct AttackRow: Sendable, Hashable, Codable {
  /// The attack.
  package var attack: AnyEvaluationAttack
  /// Images robust after it and all before it (cascade) or against it alone (individual), of all images.
  package var robust: Proportion
  /// Images it broke.
  package var broken: Int
  /// Images it has finished, of `attacked`.
  package var finished: Int
  /// Images it has to attack, as far as known while earlier attacks of a cascade are still running.
  package var attacked: Int
  /// Seconds spent in it.
  package var seconds: Double
  /// Forward passes, of one image each.
  package var forwards: Int
  /// Backward passes, of one image each.
  package var backwards: Int
}

/// The result of an evaluation, complete or so far.
package struct EvaluationReport: Sendable, Hashable, Codable {
  /// What was evaluated.
  package var settings: EvaluationSettings
  /// `AutoAttack`, `AA (K=3)`, `APGD-CE → Square`.
  package var title: String
  /// Classes of the model.
  package var classes: Int
  /// Accuracy without attack.
  package var clean: Proportion
  /// Accuracy after all attacks; with `individual`, against the worst attack per image.
  package var robust: Proportion
  /// Attack by attack.
  package var attacks: [AttackRow]
  /// Image by image.
  package var examples: [ExampleVerdict]
  /// What to know before trusting it.
  package var warnings: [EvaluationWarning]
  /// The cheap attacks next to the suite; nil if not requested or not run yet.
  package var comparisons: [Comparison]?
  /// Whether every attack has finished every image; otherwise `robust` may still drop.
  package var isComplete: Bool
  /// The largest ‖x′ − x‖ of the stored points.
  package var largestPerturbation: Double
}
