/// An attack of an evaluation, with its settings: what it is, what it costs, and how it runs on one image.
///
/// Adding one takes a file in this folder and a line in `evaluationAttacks`. Norm and ε belong to the evaluation. The
/// stored properties are what is written into records, under their own names.
package protocol EvaluationAttack<Run>: Sendable, Hashable, Codable, SendableMetatype {
  /// What runs on one image.
  associatedtype Run: AttackRun

  /// The name on the command line and in files.
  static var name: String { get }
  /// One line for `dualab attacks list`.
  static var summary: String { get }
  /// The number of its random stream. Two attacks must not share one, and changing it changes every verdict.
  static var stream: Int { get }
  /// The smallest number of classes it is defined for.
  static var leastClasses: Int { get }
  /// What to use when there are fewer classes, the best first.
  static var alternatives: [any EvaluationAttack.Type] { get }
  /// Whether it follows gradients. One that does not can expose masked gradients.
  static var usesGradients: Bool { get }
  /// The attack as an entry of a custom list, with the reference's defaults for such lists.
  static var listed: Self { get }

  /// The attack as in standard AutoAttack.
  init()

  /// The name shown in tables: `PGD-10`, `APGD-T`.
  var title: String { get }
  /// Iterations per attempt; for Square, queries after the first.
  var iterations: Int { get }
  /// Starts per image (and per target class).
  var restarts: Int { get }
  /// The other settings in words, for `dualab attacks show`.
  var details: [String] { get }
  /// Target classes on a model with this many classes; nil if the attack is untargeted.
  func targetCount(classes: Int) -> Int?
  /// The attack with no more target classes than such a model has.
  func limited(toClasses classes: Int) -> Self
  /// Forward and backward passes for one image that survives.
  func passes(classes: Int) -> (forwards: Int, backwards: Int)
  /// Throws one line when a setting makes no sense.
  func check() throws(EvaluationError)
  /// A run on one image.
  func makeRun(_ problem: AttackProblem) -> Run
}

extension EvaluationAttack {
  package static var leastClasses: Int { 2 }
  package static var alternatives: [any EvaluationAttack.Type] { [] }
  package static var usesGradients: Bool { true }
  package static var listed: Self { Self() }
  package var details: [String] { [] }
  package func targetCount(classes: Int) -> Int? { nil }
  package func limited(toClasses classes: Int) -> Self { self }

  /// The name on the command line and in files.
  package var name: String { Self.name }
  /// Whether it follows gradients.
  package var usesGradients: Bool { Self.usesGradients }

  /// Starts × target classes: how often the attack begins on one image.
  package func attempts(classes: Int) -> Int { restarts * (targetCount(classes: classes) ?? 1) }

  /// Throws one line when it can't run on a model with this many classes, or a setting makes no sense.
  package func check(classes: Int) throws(EvaluationError) {
    guard classes >= Self.leastClasses else {
      let other = Self.alternatives.first { $0.leastClasses <= classes }.map { "; use \($0.name)" } ?? ""
      throw EvaluationError("\(name) needs at least \(Self.leastClasses) classes, the model has \(classes)\(other)")
    }
    try check()
  }

  /// Throws one line when a count is less than 1.
  func require(_ counts: KeyValuePairs<String, Int>) throws(EvaluationError) {
    for (setting, count) in counts where count < 1 {
      throw EvaluationError("\(name): \(setting) must be at least 1, got \(count)")
    }
  }

  /// Throws one line when a share is not in (0, 1].
  func require(share: Double, _ setting: String) throws(EvaluationError) {
    guard share > 0, share <= 1 else { throw EvaluationError("\(name): \(setting) must be in (0, 1], got \(share)") }
  }
}

/// An attack that aims at one class after another: those with the 2nd, 3rd, … largest logit at the clean image.
package protocol TargetedAttack: EvaluationAttack {
  /// The largest number of target classes.
  var targets: Int { get set }
}

extension TargetedAttack {
  package func targetCount(classes: Int) -> Int? { min(targets, classes - 1) }

  package func limited(toClasses classes: Int) -> Self {
    var attack = self
    attack.targets = max(1, min(targets, classes - 1))
    return attack
  }
}

/// An attack whose number of iterations can be chosen: `PGD-20`.
package protocol IterativeAttack: EvaluationAttack {
  /// The name shown in tables for the usual number of iterations: `APGD-T`.
  static var usualTitle: String { get }
  var iterations: Int { get set }
}

extension IterativeAttack {
  /// With the number of iterations where it is not the usual one: `Square-100`.
  package var title: String {
    let isUsual = iterations == Self().iterations || iterations == Self.listed.iterations
    return isUsual ? Self.usualTitle : "\(Self.usualTitle)-\(iterations)"
  }
}

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
