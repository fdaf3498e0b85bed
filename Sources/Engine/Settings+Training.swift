import Events
import Networks

/// What the settings mean to a network.
extension Settings {
  /// How norms treat the passes of a training attack. ALGORITHMS §2.4.
  var attackMode: Mode {
    switch text("attack.bn") {
    case "batch-notrack": .batch
    case "batch-track": .train
    default: .eval
    }
  }

  /// The set of statistics that attacks and evaluation use, in networks that have two. ALGORITHMS §9.1, §10.
  ///
  /// Split norms cannot infer a domain: the adversarial set serves clean and adversarial images, the one honest reading of
  /// a robust model. A dual norm that sees one kind of rows is trained as plain BN on that set, and read as that.
  func branch(of norm: NormKind) -> Branch {
    let hasCleanRows = text("objective") != "at" && (text("batching") != "cat" || number("clean.rows") > 0)
    return switch (norm, text("objective")) {
    case (.split, "standard"), (.dual, "standard"): .clean
    case (.split, _): .adversarial
    case (.dual, _): hasCleanRows ? .posterior : .adversarial
    default: .posterior
    }
  }

  /// How many of a batch's `count` clean rows join the adversarial ones; at least one unless `clean.rows` is 0.
  func cleanRows(of count: Int) -> Int {
    let share = number("clean.rows")
    return share > 0 ? max(1, Int((share * Double(count)).rounded())) : 0
  }
}

extension Network {
  /// Takes over what may have been changed while training goes on.
  func follow(_ settings: Settings) {
    let dual = DualSettings(settings), branch = settings.branch(of: self.settings.norm)
    if self.dual != dual { self.dual = dual }
    if self.branch != branch { self.branch = branch }
  }
}

extension SGD {
  /// The optimiser of a step.
  init(_ settings: Settings, learningRate: Double) {
    self.init(
      learningRate: Float(learningRate), momentum: Float(settings.number("momentum")),
      weightDecay: Float(settings.number("weight_decay")), decaysNorms: settings.flag("weight_decay.norms"),
      nesterov: settings.flag("nesterov"))
  }
}

extension Schedule {
  /// The schedule that the settings describe.
  init(_ settings: Settings) {
    let warmup = settings.number("lr.warmup")
    self =
      switch settings.text("schedule") {
      case "one-cycle": .oneCycle(warmup: warmup)
      case "trapezoid": .trapezoid(warmup: warmup, flat: settings.number("lr.flat"))
      case "piecewise": .piecewise(drops: Fraction.parseList(settings.text("lr.drops")) ?? [])
      default: .constant
      }
  }
}
