/// What a session tells its readers: the lab, headless printing, tests. The only thing that leaves the engine.
///
/// Payloads are boxed: they are large, and events are handed on and kept more often than they are made.
public indirect enum Event: Sendable, Hashable {
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
  public static let version = 1
}

/// What a session is, told once at its start.
public struct SessionDescription: Sendable, Hashable, Codable {
  /// Version of the event vocabulary.
  public var version = Event.version
  /// Name of the preset.
  public var preset: String
  /// One line about the data: `mirage 16×16×1, 3686 train, 410 validation, 1024 test`.
  public var data: String
  /// True when the task was constructed to show an effect; the screen must say so.
  public var constructed: Bool
  /// One line about the network: `conv4, 33 018 parameters`.
  public var model: String
  /// Steps of the whole run.
  public var steps: Int
  /// Steps of one epoch.
  public var stepsPerEpoch: Int
  /// Worker threads.
  public var threads: Int
  /// The folder the run is written to; empty when nothing is written.
  public var folder: String
  /// Every setting at the start.
  public var settings: Settings
  /// Stops of the preset's tour; nil without one.
  public var tourStops: Int?

  /// All parts.
  public init(
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
public enum SessionState: String, Sendable, Hashable, Codable {
  case preparing, training, paused, validating, testing, finished, stopped, failed
}

/// The session went into another state.
public struct StateChange: Sendable, Hashable, Codable {
  /// Steps done so far.
  public var step: Int
  /// The new state.
  public var state: SessionState
  /// Why, when it needs saying: the line of a failure.
  public var reason: String

  /// All parts.
  public init(step: Int, state: SessionState, reason: String = "") {
    self.step = step
    self.state = state
    self.reason = reason
  }
}

/// One training step. Parts that the objective does not have are nil.
public struct Sample: Sendable, Hashable, Codable {
  /// The number of this step, from 1.
  public var step: Int
  /// The epoch it belongs to, from 0.
  public var epoch: Int
  /// The outer loss.
  public var loss: Double
  /// Mean cross-entropy of the clean rows.
  public var cleanLoss: Double?
  /// Mean cross-entropy of the adversarial rows.
  public var adversarialLoss: Double?
  /// Mean KL(clean‖adversarial), before β.
  public var kl: Double?
  /// NLL of the domains in dual norms, before its weight; nil without them.
  public var dbnNLL: Double?
  /// How many of the clean rows were right, in train mode.
  public var cleanAccuracy: Proportion?
  /// How many of the adversarial rows were right, in train mode.
  public var adversarialAccuracy: Proportion?
  /// The learning rate of this step.
  public var learningRate: Double
  /// Training images (clean ones) of this step.
  public var images: Int
  /// Wall-clock seconds of this step; only shown, nothing depends on it.
  public var seconds: Double

  /// All parts.
  public init(
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
public struct Probe: Sendable, Hashable, Codable {
  /// Steps done so far.
  public var step: Int
  /// Which images: `validation` or `test`.
  public var split: String
  /// Which weights: `current`, `last` or `best`.
  public var weights: String
  /// Clean accuracy.
  public var clean: Proportion
  /// Accuracy under the training attack.
  public var adversarial: Proportion
  /// The attack, as shown: `PGD-10`, `FGSM`.
  public var attack: String
  /// Accuracy under PGD-10 (step ε/4, uniform start) where the training attack is another one.
  public var pgd10: Proportion?
  /// What the sentinel's cheap attacks take away, where this is one of its probes.
  public var quick: GapReading?
  /// What AutoAttack takes away, where it ran.
  public var deep: GapReading?
  /// What the gap means after these readings.
  public var gapState: GapState?
  /// Forward and backward passes of one image that the sentinel spent on it.
  public var passes: Int?
  /// Wall-clock seconds; only shown.
  public var seconds: Double

  /// All parts.
  public init(
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
public struct JournalEntry: Sendable, Hashable, Codable {
  /// Steps done so far; an intervention takes effect in the step after it.
  public var step: Int
  /// Who did it.
  public var cause: Cause
  /// The knob that was changed, if one was.
  public var knob: String?
  /// Its old value, as a person writes it.
  public var old: String?
  /// Its new value, as a person writes it.
  public var new: String?
  /// When it takes effect.
  public var effect: Knob.Effect?
  /// What happened, in one line: `γ 0.5 → 0.1`, `checkpoint kept`.
  public var text: String

  /// All parts.
  public init(
    step: Int, cause: Cause, knob: String? = nil, old: String? = nil, new: String? = nil, effect: Knob.Effect? = nil,
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
public struct CheckpointNote: Sendable, Hashable, Codable {
  /// Steps done so far.
  public var step: Int
  /// `best`, `last` or `interrupted`.
  public var kind: String
  /// The file.
  public var path: String

  /// All parts.
  public init(step: Int, kind: String, path: String) {
    self.step = step
    self.kind = kind
    self.path = path
  }
}

/// How a session ended: the rows of the final table.
public struct Summary: Sendable, Hashable, Codable {
  /// Steps done.
  public var step: Int
  /// `finished`, `stopped` or `failed`.
  public var outcome: SessionState
  /// Why, when it needs saying.
  public var reason: String
  /// Last and best weights on the test images; empty when the session was stopped or failed.
  public var results: [Probe]
  /// Step at which the best weights were taken, if any.
  public var bestStep: Int?
  /// Wall-clock seconds of the session; only shown.
  public var seconds: Double
  /// The settings that were changed on the way, by whomever, as a tour that does so again.
  public var changes: [TourStop]

  /// All parts.
  public init(
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
