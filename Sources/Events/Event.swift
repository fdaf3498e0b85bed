import Recipe

/// What a session tells its readers: the lab, headless printing, tests. The only thing that leaves the engine.
///
/// Payloads are boxed: they are large, and events are handed on and kept more often than they are made.
package indirect enum Event: Sendable, Hashable {
  /// The session is about to start.
  case started(SessionDescription)
  /// The session went into another state.
  case state(StateChange)
  /// Distances between domains were measured inside the network.
  case layers(LayerReport)
  /// Points of the domains in the plane of a layer.
  case scatter(ScatterReport)
  /// An attack on a frozen copy went on, or ended.
  case attackProgress(AttackProgressNote)
  /// One training step was done.
  case sample(Sample)
  /// Accuracies were measured on a fixed set.
  case probe(Probe)
  /// The gap between PGD and stronger attacks changed its state: false robustness, or its end.
  case alarm(GapChange)
  /// Somebody or something intervened, or something worth a line happened.
  case journal(JournalEntry)
  /// Weights were written.
  case checkpoint(CheckpointNote)
  /// The network was operated on between two steps.
  case surgery(SurgeryReport)
  /// The session ended.
  case summary(Summary)

  /// The version of the vocabulary, written into every stream.
  package static let version = 1
}

/// What a session is, told once at its start.
package struct SessionDescription: Sendable, Hashable, Codable {
  /// Version of the event vocabulary.
  package var version = Event.version
  /// Name of the preset.
  package var preset: String
  /// One line about the data: `mirage 16×16×1, 3686 train, 410 validation, 1024 test`.
  package var data: String
  /// True when the task was constructed to show an effect; the screen must say so.
  package var constructed: Bool
  /// One line about the network: `conv4, 33 018 parameters`.
  package var model: String
  /// Steps of the whole run.
  package var steps: Int
  /// Steps of one epoch.
  package var stepsPerEpoch: Int
  /// Worker threads.
  package var threads: Int
  /// The folder the run is written to; empty when nothing is written.
  package var folder: String
  /// Every setting at the start.
  package var settings: Settings
  /// Stops of the preset's tour; nil without one.
  package var tourStops: Int?

  package init(
    preset: String, data: String, constructed: Bool, model: String, steps: Int, stepsPerEpoch: Int, threads: Int,
    folder: String, settings: Settings
  ) {
    self.preset = preset
    self.data = data
    self.constructed = constructed
    self.model = model
    self.steps = steps
    self.stepsPerEpoch = stepsPerEpoch
    self.threads = threads
    self.folder = folder
    self.settings = settings
  }
}

/// What a session is doing.
package enum SessionState: String, Sendable, Hashable, Codable {
  case preparing, training, paused, validating, testing, finished, stopped, failed
}

/// The session went into another state.
package struct StateChange: Sendable, Hashable, Codable {
  /// Steps done so far.
  package var step: Int
  /// The new state.
  package var state: SessionState
  /// Why, when it needs saying: the line of a failure.
  package var reason: String

  package init(step: Int, state: SessionState, reason: String = "") {
    self.step = step
    self.state = state
    self.reason = reason
  }
}

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
  /// NLL of the domains in dual norms, before its weight; nil without them.
  package var dbnNLL: Double?
  /// How many of the clean rows were right, in train mode.
  package var cleanAccuracy: Proportion?
  /// How many of the adversarial rows were right, in train mode.
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
    learningRate: Double, images: Int,
    seconds: Double
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
  /// Steps done so far.
  package var step: Int
  /// Which images: `validation` or `test`.
  package var split: String
  /// Which weights: `current`, `last` or `best`.
  package var weights: String
  /// Clean accuracy.
  package var clean: Proportion
  /// Accuracy under the training attack.
  package var adversarial: Proportion
  /// The attack, as shown: `PGD-10`, `FGSM`.
  package var attack: String
  /// Accuracy under PGD-10 (step ε/4, uniform start) where the training attack is another one.
  package var pgd10: Proportion?
  /// What the sentinel's cheap attacks take away, where this is one of its probes.
  package var quick: GapReading?
  /// What AutoAttack takes away, where it ran.
  package var deep: GapReading?
  /// What the gap means after these readings.
  package var gapState: GapState?
  /// Forward and backward passes of one image that the sentinel spent on it.
  package var passes: Int?
  /// Wall-clock seconds; only shown.
  package var seconds: Double

  package init(
    step: Int, split: String, weights: String, clean: Proportion, adversarial: Proportion, attack: String,
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

/// One line of the journal: an intervention, or something worth a line.
package struct JournalEntry: Sendable, Hashable, Codable {
  /// Steps done so far; an intervention takes effect in the step after it.
  package var step: Int
  /// Who did it.
  package var cause: Cause
  /// The knob that was changed, if one was.
  package var knob: String?
  /// Its old value, as a person writes it.
  package var old: String?
  /// Its new value, as a person writes it.
  package var new: String?
  /// When it takes effect.
  package var effect: AnyKnob.Effect?
  /// What happened, in one line: `γ 0.5 → 0.1`, `checkpoint kept`.
  package var text: String

  package init(
    step: Int, cause: Cause, knob: String? = nil, old: String? = nil, new: String? = nil, effect: AnyKnob.Effect? = nil,
    text: String
  ) {
    self.step = step
    self.cause = cause
    self.knob = knob
    self.old = old
    self.new = new
    self.effect = effect
    self.text = text
  }
}

/// Weights were written.
package struct CheckpointNote: Sendable, Hashable, Codable {
  /// Steps done so far.
  package var step: Int
  /// `best`, `last` or `interrupted`.
  package var kind: String
  /// The file.
  package var path: String

  package init(step: Int, kind: String, path: String) {
    self.step = step
    self.kind = kind
    self.path = path
  }
}

/// How a session ended: the rows of the final table.
package struct Summary: Sendable, Hashable, Codable {
  /// Steps done.
  package var step: Int
  /// `finished`, `stopped` or `failed`.
  package var outcome: SessionState
  /// Why, when it needs saying.
  package var reason: String
  /// Last and best weights on the test images; empty when the session was stopped or failed.
  package var results: [Probe]
  /// Step at which the best weights were taken, if any.
  package var bestStep: Int?
  /// Wall-clock seconds of the session; only shown.
  package var seconds: Double
  /// The settings that were changed on the way, by whomever, as a tour that does so again.
  package var changes: [TourStop]

  package init(
    step: Int, outcome: SessionState, reason: String = "", results: [Probe], bestStep: Int?, seconds: Double,
    changes: [TourStop] = []
  ) {
    self.step = step
    self.outcome = outcome
    self.reason = reason
    self.results = results
    self.bestStep = bestStep
    self.seconds = seconds
    self.changes = changes
  }
}
