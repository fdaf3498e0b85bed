import Attacks
import Datasets
import Networks
import Objectives

/// What the settings mean to the parts of a training step.
extension Settings {
  /// The outer loss.
  package var objective: any Objective {
    self[.objective].type.init(LossWeights(gamma: self[.gamma], beta: self[.beta]))
  }

  /// The attack on training images.
  package var trainingAttack: any Attack {
    self[.attack].type.init(
      TrainingAttackSettings(
        norm: self[.attackNorm], epsilon: Float(self[.epsilon]), stepSize: Float(self[.attackStep]),
        steps: self[.attackSteps], start: self[.attackStart]))
  }

  /// PGD-10 with step ε/4 and a uniform start: what every run is measured by, whatever it trains on.
  package var referencePGD: PGD {
    let epsilon = Float(self[.epsilon])
    return PGD(norm: self[.attackNorm], epsilon: epsilon, stepSize: epsilon / 4)
  }

  /// Seed of everything random in the run.
  package var runSeed: UInt32 { UInt32(truncatingIfNeeded: self[.seed]) }

  /// How normalization layers treat the passes of a training attack. docs/algorithms.md §2.4.
  package var attackMode: Mode {
    switch self[.attackMode] {
    case .eval: .eval
    case .batchWithoutTracking: .batch
    case .batchWithTracking: .train
    }
  }

  /// The set of statistics that attacks and evaluation use, in networks that have two. docs/algorithms.md §9.1, §10.
  ///
  /// Split layers cannot infer a domain: the adversarial set serves clean and adversarial images, the one honest
  /// reading of a robust model. A dual layer that sees one kind of rows is trained as plain BN on that set, and read as
  /// that.
  package func branch(of norm: NormKind) -> Branch {
    guard norm.hasTwoSets else { return .posterior }
    switch self[.objective].type.rows {
    case .clean: return .clean
    case .adversarial: return .adversarial
    case .both:
      let hasCleanRows = self[.batching] != .cat || self[.cleanRows] > 0
      return norm.infersDomains && hasCleanRows ? .posterior : .adversarial
    }
  }

  /// How many of a batch's `count` clean rows join the adversarial ones; at least one unless `clean.rows` is 0.
  package func cleanRows(of count: Int) -> Int {
    let share = self[.cleanRows]
    return share > 0 ? max(1, Int((share * Double(count)).rounded())) : 0
  }
}

extension Network {
  /// Takes over what may have been changed while training goes on.
  package func follow(_ settings: Settings) {
    let dual = DualSettings(settings), branch = settings.branch(of: self.settings.norm)
    if self.dual != dual { self.dual = dual }
    if self.branch != branch { self.branch = branch }
  }
}

extension SGD {
  /// The optimizer of a step.
  package init(_ settings: Settings, learningRate: Double) {
    self.init(
      learningRate: Float(learningRate), momentum: Float(settings[.momentum]),
      weightDecay: Float(settings[.weightDecay]), decaysNorms: settings[.decaysNorms], nesterov: settings[.nesterov])
  }
}

extension Schedule {
  /// The schedule that the settings describe.
  package init(_ settings: Settings) {
    self =
      switch settings[.schedule] {
      case .oneCycle: .oneCycle(warmup: settings[.warmup])
      case .trapezoid: .trapezoid(warmup: settings[.warmup], flat: settings[.flat])
      case .piecewise: .piecewise(drops: settings[.drops].values)
      case .constant: .constant
      }
  }
}

extension Augmenter {
  /// The policy that the settings name.
  package init(_ settings: Settings, data: DataSplits) {
    self.init(settings[.augment], data: data, seed: settings.runSeed)
  }
}

extension Settings {
  /// Steps of the whole run, whose epochs have this many.
  package func totalSteps(stepsPerEpoch: Int) -> Int {
    self[.steps] > 0 ? self[.steps] : self[.epochs] * stepsPerEpoch
  }
}
