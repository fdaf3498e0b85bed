/// One training step. Parts that the objective does not have are nil.
package struct Sample: Sendable, Hashable, Codable {
  /// The number of this step, from 1.
  package var step: Int
  /// The epoch it belongs to, from 0.
  package var epoch: Int
  /// The outer loss.
  package var loss: Double
  /// Mean cross-entropy of the clean rows.
  package var cleanLoss: Double?
  /// Mean cross-entropy of the adversarial rows.
  package var adversarialLoss: Double?
  /// Mean KL(clean‖adversarial), before β.
  package var kl: Double?
  /// NLL of the domains in dual BN layers, before its weight; nil without them.
  package var dbnNLL: Double?
  /// Clean rows classified correctly, in train mode.
  package var cleanAccuracy: Proportion?
  /// Adversarial rows classified correctly, in train mode.
  package var adversarialAccuracy: Proportion?
  /// The learning rate of this step.
  package var learningRate: Double
  /// Training images (clean ones) of this step.
  package var images: Int
  /// Wall-clock seconds of this step; only shown, nothing depends on it.
  package var seconds: Double

  package init(
    step: Int, epoch: Int, loss: Double, cleanLoss: Double? = nil, adversarialLoss: Double? = nil, kl: Double? = nil,
    dbnNLL: Double? = nil, cleanAccuracy: Proportion? = nil, adversarialAccuracy: Proportion? = nil,
    learningRate: Double, images: Int, seconds: Double
  ) {
    self.step = step
    self.epoch = epoch
    self.loss = loss
    self.cleanLoss = cleanLoss
    self.adversarialLoss = adversarialLoss
    self.kl = kl
    self.dbnNLL = dbnNLL
    self.cleanAccuracy = cleanAccuracy
    self.adversarialAccuracy = adversarialAccuracy
    self.learningRate = learningRate
    self.images = images
    self.seconds = seconds
  }
}

/// Accuracies on a fixed set of images, in eval mode.
package struct Probe: Sendable, Hashable, Codable {
  /// Which images.
  package enum Split: String, Sendable, Hashable, Codable {
    case validation, test
    /// The sentinel's: the first of the validation images.
    case probe
  }

  /// Which weights.
  package enum Weights: String, Sendable, Hashable, Codable {
    /// Those that are being trained.
    case current
    /// Those at the end of the run.
    case last
    /// The best by validation.
    case best
  }

  /// Steps done so far.
  package var step: Int
  /// Which images.
  package var split: Split
  /// Which weights.
  package var weights: Weights
  /// Clean accuracy.
  package var clean: Proportion
  /// Accuracy under the training attack.
  package var adversarial: Proportion
  /// The attack, as shown: `PGD-10`, `FGSM`.
  package var attack: String
  /// Accuracy under PGD-10 (step ε/4, uniform start) where the training attack is another one.
  package var pgd10: Proportion?
  /// Accuracy under FGSM, where a network of another program is watched.
  package var fgsm: Proportion?
  /// What the sentinel's cheap attacks break, if this is one of its probes.
  package var quick: GapReading?
  /// What AutoAttack breaks, if it ran.
  package var deep: GapReading?
  /// What the gap means after these readings.
  package var gapState: GapState?
  /// Forward and backward passes, counted per image, that the sentinel spent on it.
  package var passes: Int?
  /// The fraction of its budget that the sentinel has spent so far.
  package var budgetSpent: Double?
  /// Wall-clock seconds; only shown.
  package var seconds: Double

  package init(
    step: Int, split: Split, weights: Weights, clean: Proportion, adversarial: Proportion, attack: String,
    pgd10: Proportion? = nil, quick: GapReading? = nil, deep: GapReading? = nil, gapState: GapState? = nil,
    passes: Int? = nil, seconds: Double
  ) {
    self.step = step
    self.split = split
    self.weights = weights
    self.clean = clean
    self.adversarial = adversarial
    self.attack = attack
    self.pgd10 = pgd10
    self.quick = quick
    self.deep = deep
    self.gapState = gapState
    self.passes = passes
    self.seconds = seconds
  }
}

/// Which checkpoint is written.
package enum CheckpointKind: String, Sendable, Hashable, Codable {
  /// The best weights by validation.
  case best
  /// The weights at the end of the run.
  case last
  /// The weights at a stop or a failure.
  case interrupted
  /// The weights at an alarm; never overwritten.
  case alarm
  /// Weights that a person asked to keep; never overwritten.
  case kept
  /// The weights at the end of an epoch or after some minutes; only the newest few are kept.
  case auto
  /// The weights before a change of settings: where to go back to and try another.
  case before
  /// Weights that another program wrote, and that are now measured.
  case found
  /// A file of another program that could not be measured.
  case skipped
}

/// Weights were written, or those that another program wrote were measured or skipped.
package struct CheckpointNote: Sendable, Hashable, Codable {
  /// Steps done so far.
  package var step: Int
  /// Which checkpoint.
  package var kind: CheckpointKind
  /// The file.
  package var path: String
  /// What is known of a file of another program; nil for our own.
  package var found: FoundFile?
  /// Why it was skipped; nil if it was not.
  package var reason: String?

  package init(step: Int, kind: CheckpointKind, path: String, found: FoundFile? = nil, reason: String? = nil) {
    self.step = step
    self.kind = kind
    self.path = path
    self.found = found
    self.reason = reason
  }
}

/// A checkpoint of another program, as it lay in the folder.
package struct FoundFile: Sendable, Hashable, Codable {
  /// Bytes.
  package var size: Int
  /// When it was last written, in nanoseconds since 1970.
  package var modified: Int
  /// Where its step comes from.
  package var stepFrom: StepSource
  /// The epoch that the file records.
  package var epoch: Int?
  /// A digest of its weights and running statistics; nil when it was skipped.
  package var weights: String?

  package init(size: Int, modified: Int, stepFrom: StepSource, epoch: Int? = nil, weights: String? = nil) {
    self.size = size
    self.modified = modified
    self.stepFrom = stepFrom
    self.epoch = epoch
    self.weights = weights
  }
}

/// Where the step of a found checkpoint comes from.
package enum StepSource: String, Sendable, Hashable, Codable, CaseIterable {
  /// The step that the file records.
  case step
  /// The epoch that the file records.
  case epoch
  /// The number in the file's name.
  case name
  /// The order of arrival: each counts one more than the last.
  case order
}
