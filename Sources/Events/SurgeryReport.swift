import Spelling

/// The network was operated on between two steps: its norms were exchanged, or its running statistics measured anew.
/// Measured on the validation images before and after, in eval mode.
package struct SurgeryReport: Sendable, Hashable, Codable {
  /// Steps done so far.
  package var step: Int
  /// `convert` or `recalibrate`.
  package var operation: String
  /// The norms before: `bn`.
  package var from: String
  /// The norms after: `dbn`.
  package var to: String
  /// What a person should know of it, a line each.
  package var warnings: [String]
  /// Root mean square of the logits' change; 0 when every bit stayed.
  package var logitDrift: Double
  /// The largest change of a logit.
  package var largestLogitDrift: Double
  /// Clean accuracy before and after.
  package var cleanBefore: Proportion
  /// Clean accuracy after.
  package var cleanAfter: Proportion
  /// Accuracy under the training attack before, crafted on the network of before.
  package var adversarialBefore: Proportion
  /// Accuracy under the training attack after, crafted on the network of after.
  package var adversarialAfter: Proportion
  /// The attack, as shown: `PGD-10`.
  package var attack: String
  /// Wall-clock seconds; only shown.
  package var seconds: Double

  package init(
    step: Int, operation: String, from: String, to: String, warnings: [String], logitDrift: Double,
    largestLogitDrift: Double, cleanBefore: Proportion, cleanAfter: Proportion, adversarialBefore: Proportion,
    adversarialAfter: Proportion, attack: String, seconds: Double
  ) {
    self.step = step
    self.operation = operation
    self.from = from
    self.to = to
    self.warnings = warnings
    self.logitDrift = logitDrift
    self.largestLogitDrift = largestLogitDrift
    self.cleanBefore = cleanBefore
    self.cleanAfter = cleanAfter
    self.adversarialBefore = adversarialBefore
    self.adversarialAfter = adversarialAfter
    self.attack = attack
    self.seconds = seconds
  }

  /// What came of it, in one line.
  package var sentence: String {
    let what = operation == "convert" ? "norm \(from) → \(to)" : "running statistics of \(to) measured anew"
    let drift =
      largestLogitDrift == 0
      ? "logits unchanged bit for bit"
      : "logit drift \(SurgeryReport.digits(logitDrift)), largest \(SurgeryReport.digits(largestLogitDrift))"
    let clean = "clean \(SurgeryReport.share(cleanBefore)) → \(SurgeryReport.share(cleanAfter))"
    let adversarial = "\(attack) \(SurgeryReport.share(adversarialBefore)) → \(SurgeryReport.share(adversarialAfter))"
    return (["\(what): \(drift); \(clean), \(adversarial), n \(cleanAfter.n)"] + warnings).joined(separator: "; ")
  }

  private static func digits(_ value: Double) -> String { Fraction.decimal((value * 1000).rounded() / 1000) }
  private static func share(_ share: Proportion) -> String { digits(share.value) }
}
