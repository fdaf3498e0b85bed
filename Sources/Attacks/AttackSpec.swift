/// The attacks an evaluation knows, by their names on the command line.
package enum AttackName: String, Sendable, Hashable, Codable, CaseIterable {
  case fgsm, pgd
  case apgdCE = "apgd-ce"
  case apgdDLR = "apgd-dlr"
  case apgdT = "apgd-t"
  case fab
  case fabT = "fab-t"
  case square

  /// The name as papers write it.
  package var title: String {
    switch self {
    case .fgsm: "FGSM"
    case .pgd: "PGD"
    case .apgdCE: "APGD-CE"
    case .apgdDLR: "APGD-DLR"
    case .apgdT: "APGD-T"
    case .fab: "FAB"
    case .fabT: "FAB-T"
    case .square: "Square"
    }
  }

  /// Whether it goes through target classes.
  package var isTargeted: Bool { self == .apgdT || self == .fabT }
  /// The least number of classes it is defined for: DLR takes the third logit, targeted DLR the fourth.
  package var leastClasses: Int {
    switch self {
    case .apgdDLR: 3
    case .apgdT: 4
    default: 2
    }
  }
}

/// One attack of an evaluation with all its settings, as written into the protocol card.
///
/// Settings that an attack does not know are left at their defaults. Norm and ε belong to the evaluation.
package struct AttackSpec: Sendable, Hashable, Codable {
  /// Which attack.
  package var name: AttackName
  /// Iterations; Square: queries after the first.
  package var iterations: Int
  /// Starts per image (and target).
  package var restarts: Int
  /// Target classes at most, of apgd-t and fab-t: those with the 2nd, 3rd, … largest logit at the clean image.
  package var targets: Int
  /// Forwards whose gradients APGD averages, for randomised models.
  package var gradientSamples: Int
  /// Step as a share of ε, of pgd.
  package var step: Double
  /// Radius of the ball as a share of ε, of pgd.
  package var radius: Double
  /// Start of pgd.
  package var start: PGD.Start
  /// pgd: broken when misclassified at any iterate, not only at the last.
  package var anyIterate: Bool
  /// Square: the initial share of pixels in a window.
  package var initialShare: Double
  /// Square: the schedule of 10 000 queries stretched to `iterations`; AutoAttack does not.
  package var rescalesSchedule: Bool
  /// Quirks of the reference that cost or give a hair of strength: APGD compares its first loss with 0; a Square
  /// window smaller than the image never touches the last row and column.
  package var keepsQuirks: Bool

  /// The attack as in standard AutoAttack; `pgd` as PGD-10 with step ε/4.
  package init(
    _ name: AttackName, iterations: Int? = nil, restarts: Int = 1, targets: Int = 9, gradientSamples: Int = 1,
    step: Double = 0.25, radius: Double = 1, start: PGD.Start = .uniform, anyIterate: Bool = false,
    initialShare: Double = 0.8, rescalesSchedule: Bool = false, keepsQuirks: Bool = true
  ) {
    self.name = name
    self.iterations = iterations ?? AttackSpec.iterations(name)
    self.restarts = restarts
    self.targets = targets
    self.gradientSamples = gradientSamples
    self.step = step
    self.radius = radius
    self.start = start
    self.anyIterate = anyIterate
    self.initialShare = initialShare
    self.rescalesSchedule = rescalesSchedule
    self.keepsQuirks = keepsQuirks
  }

  private static func iterations(_ name: AttackName) -> Int {
    switch name {
    case .fgsm: 1
    case .pgd: 10
    case .apgdCE, .apgdDLR, .apgdT, .fab, .fabT: 100
    case .square: 5000
    }
  }

  /// The name as shown in tables: `PGD-10`, `APGD-T`.
  package var title: String { name == .pgd ? "PGD-\(iterations)" : name.title }

  /// Target classes on a model with so many classes; 1 for attacks without targets.
  package func targets(classes: Int) -> Int { name.isTargeted ? min(targets, classes - 1) : 1 }

  /// Says in one line why these settings cannot be run on a model with so many classes.
  package func check(classes: Int) throws(EvaluationError) {
    guard classes >= name.leastClasses else {
      throw EvaluationError(
        "\(name.rawValue) needs \(name.leastClasses) classes or more, the model has \(classes); "
          + "use \(classes == 2 ? "apgd-ce" : "apgd-dlr")")
    }
    guard iterations >= 1, restarts >= 1, targets >= 1, gradientSamples >= 1 else {
      throw EvaluationError("\(name.rawValue): iterations, restarts, targets and gradient samples must be at least 1")
    }
    guard step > 0, step.isFinite, radius > 0, radius <= 1, initialShare > 0, initialShare <= 1 else {
      throw EvaluationError("\(name.rawValue): step must be positive, radius and initial share in (0, 1]")
    }
  }
}
