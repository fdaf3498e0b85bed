import Attacks
import Spelling

/// What one attack did to one image.
package struct AttackOutcome: Sendable, Hashable, Codable {
  /// Position of the attack in the suite.
  package var attack: Int
  /// Misclassified at the returned point.
  package var broken: Bool
  /// The class aimed at when it broke; nil for untargeted attacks and images that did not break.
  package var target: Int?
  /// Iterations (Square: queries) used, over all starts and targets.
  package var iterations: Int
  /// Forward passes of this image.
  package var forwards: Int
  /// Backward passes of this image.
  package var backwards: Int
  /// The gradient was exactly zero where the attack started (for FAB: anywhere on its way).
  package var zeroGradient: Bool
  /// ‖x′ − x‖ in the evaluation's norm, if broken.
  package var distance: Double?

  enum CodingKeys: String, CodingKey {
    case attack, broken, target, iterations, forwards, backwards, distance
    case zeroGradient = "zero_gradient"
  }
}

/// What is known of one image.
package struct ExampleVerdict: Sendable, Hashable, Codable {
  /// Data set index.
  package var index: Int
  /// The true class.
  package var label: Int
  /// The class of the clean image.
  package var predicted: Int
  /// What the attacks did, in the order they ran; a cascade ends with the attack that breaks it.
  package var outcomes: [AttackOutcome]

  /// Correctly classified without attack. Other images are never attacked.
  package var cleanCorrect: Bool { predicted == label }
  /// Correctly classified, and broken by no attack so far.
  package var isRobust: Bool { cleanCorrect && !outcomes.contains(where: \.broken) }
  /// The first outcome that broke it.
  package var breaking: AttackOutcome? { outcomes.first(where: \.broken) }

  enum CodingKeys: String, CodingKey { case index, label, predicted, outcomes }
}

/// The verdicts of an evaluation so far. Written to a file, it can be resumed. Adversarial pixels are kept separately.
package struct EvaluationRecord: Sendable, Hashable, Codable {
  /// What is evaluated; a record continues only an evaluation with equal settings.
  package var settings: EvaluationSettings
  /// Image by image, in the order of the set. Empty before the clean pass.
  package var examples: [ExampleVerdict]
  /// Seconds spent in each attack of the suite.
  package var seconds: [Double]
  /// What the checks before the attacks found.
  package var warnings: [EvaluationWarning]
  /// The cheap attacks next to the suite, once they have run.
  package var comparisons: [Comparison]?

  /// Nothing known yet.
  package init(settings: EvaluationSettings) {
    self.settings = settings
    examples = []
    seconds = Array(repeating: 0, count: settings.suite.attacks.count)
    warnings = []
  }

  /// This record of a cascade without the outcomes that broke images. An evaluation that continues from it repeats only
  /// the attacks that broke, with the same random numbers: a cheap way to recompute the adversarial points.
  package var beforeBreaking: EvaluationRecord {
    var record = self
    for image in record.examples.indices { record.examples[image].outcomes.removeAll(where: \.broken) }
    return record
  }

  /// Notes that a point found for an image was not valid. Such warnings come last and in the order of the images: the
  /// order in which images are attacked depends on threads and shards.
  mutating func add(audit index: Int) {
    let warning = EvaluationWarning.audit(index)
    guard !warnings.contains(warning) else { return }
    let later = warnings.firstIndex { $0.kind == .audit && $0.examples.contains { $0 > index } }
    warnings.insert(warning, at: later ?? warnings.count)
  }

  /// Whether attack number `attack` still has to run on an example.
  package func isPending(_ attack: Int, on example: ExampleVerdict) -> Bool {
    guard example.cleanCorrect, !example.outcomes.contains(where: { $0.attack == attack }) else { return false }
    return settings.individual || example.isRobust
  }
}

/// Everything that defines an evaluation: norm, ε, attacks, seed.
package struct EvaluationSettings: Sendable, Hashable, Codable {
  /// Norm of the ball.
  package var norm: BallNorm
  /// ε, in pixels of [0, 1].
  package var epsilon: Double
  /// The attacks.
  package var suite: AttackSuite
  /// Run each attack separately on every correctly classified image; otherwise a cascade on those that are left.
  package var individual: Bool
  /// Seed of all random numbers.
  package var seed: UInt32
  /// Check with a few cheap attacks on the first images if the result can be trusted: about 250 passes per image.
  package var compares: Bool

  package init(
    norm: BallNorm = .linf, epsilon: Double, suite: AttackSuite, individual: Bool = false, seed: UInt32 = 0,
    compares: Bool = false
  ) {
    self.norm = norm
    self.epsilon = epsilon
    self.suite = suite
    self.individual = individual
    self.seed = seed
    self.compares = compares
  }

  /// The smallest ε: just below 1, float32 numbers are 6e-8 apart.
  package static let leastEpsilon = 1e-7

  /// Throws one line when these settings can't run on a model with this many classes.
  package func check(classes: Int) throws(EvaluationError) {
    guard classes >= 2 else {
      throw EvaluationError("the model has \(classes) class; an attack needs at least 2")
    }
    guard epsilon > 0, epsilon.isFinite else {
      throw EvaluationError(
        "eps \(epsilon) is not a positive number; give the radius in pixels of [0, 1], such as 8/255")
    }
    guard epsilon >= Self.leastEpsilon else {
      throw EvaluationError(
        "eps \(epsilon) is less than float32 can add to a pixel; give at least \(Self.leastEpsilon), such as 8/255")
    }
    guard norm != .linf || epsilon <= 1 else {
      let levels = epsilon <= 255 ? Fraction.decimal(epsilon) : "8"
      throw EvaluationError(
        "eps \(Fraction.decimal(epsilon)) is larger than the whole pixel range [0, 1]; did you mean \(levels)/255?")
    }
    guard !suite.attacks.isEmpty else { throw EvaluationError("no attack to run; name at least one") }
    for attack in suite.attacks { try attack.base.check(classes: classes) }
  }
}
