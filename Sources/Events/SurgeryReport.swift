import Networks

/// The network was changed between two steps: its normalization layers were replaced, or its running statistics
/// recomputed. Measured on the validation images before and after, in eval mode.
package struct SurgeryReport: Sendable, Hashable, Codable {
  /// What was done.
  package enum Operation: String, Sendable, Hashable, Codable, CaseIterable {
    /// The normalization layers were replaced.
    case convert
    /// The running statistics were recomputed.
    case recalibrate
  }

  /// Steps done so far.
  package var step: Int
  /// What was done.
  package var operation: Operation
  /// The normalization before.
  package var from: NormKind
  /// The normalization after.
  package var to: NormKind
  /// What a person should know of it, one line each.
  package var warnings: [String]
  /// Root mean square of the logits' change; 0 when every bit stayed.
  package var logitDrift: Double
  /// The largest change of a logit.
  package var largestLogitDrift: Double
  /// Clean accuracy before.
  package var cleanBefore: Proportion
  /// Clean accuracy after.
  package var cleanAfter: Proportion
  /// Accuracy under the training attack before, crafted on the network before.
  package var adversarialBefore: Proportion
  /// Accuracy under the training attack after, crafted on the network after.
  package var adversarialAfter: Proportion
  /// The attack, as shown: `PGD-10`.
  package var attack: String
  /// Wall-clock seconds; only shown.
  package var seconds: Double
  /// Batches from which the running statistics were recomputed; nil when they were not.
  package var batches: Int?

  package init(
    step: Int, operation: Operation, from: NormKind, to: NormKind, warnings: [String], logitDrift: Double,
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
}
