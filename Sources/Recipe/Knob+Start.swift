import Datasets
import Networks
import Spelling

extension DataKind: KnobScalar {}
extension ModelKind: KnobScalar {}

/// The data. Fixed when a run starts.
extension Knob<DataKind> {
  package static let data = choice(
    KnobTraits("data", effect: .atStart), initial: .mirage, "data set to train and test on")
}

extension Knob<String> {
  package static let dataFolder = text(
    KnobTraits("data.dir", effect: .atStart, idle: Idle.unless(dataFromFiles: true)), initial: "",
    "folder that holds the data set's files (empty: search the usual places)")
}

/// Images of files.
extension Knob<Int> {
  package static let dataResize = integer(
    KnobTraits("data.resize", unit: "pixels", effect: .atStart, idle: Idle.unlessDecoded), 0...4096, coarse: 32,
    initial: 0, "folder, imagenette: shorter side after resizing (0: as data.crop)")

  package static let dataCrop = integer(
    KnobTraits("data.crop", unit: "pixels", effect: .atStart, idle: Idle.unlessDecoded), 0...4096, coarse: 32,
    initial: 0, "folder, imagenette: side of the square cropped from the middle (0: as data.resize)")
}

extension Knob<Bool> {
  package static let dataSkipsBroken = flag(
    KnobTraits("data.skip_broken", effect: .atStart, idle: Idle.unlessDecoded), initial: false,
    "folder, imagenette: leave broken files out and count them")

  package static let dataGray = flag(
    KnobTraits("data.gray", effect: .atStart, idle: Idle.unlessDecoded), initial: false,
    "folder, imagenette: read images as one gray channel")
}

extension Knob<Int> {
  package static let dataSeed = integer(
    KnobTraits("data.seed", effect: .atStart, idle: Idle.unless(dataFromFiles: false)), 0...Int(Int32.max), coarse: 10,
    initial: 0,
    "mirage: seed of patterns and images")

  package static let dataSize = integer(
    KnobTraits("data.size", unit: "pixels", effect: .atStart, idle: Idle.unless(dataFromFiles: false)), 8...64, fine: 4,
    coarse: 8, initial: 16,
    "mirage: image side, a multiple of 4")

  package static let dataChannels = integer(
    KnobTraits("data.channels", effect: .atStart, idle: Idle.unless(dataFromFiles: false)), 1...3, coarse: 1,
    initial: 1, "mirage: channels")

  package static let dataTrain = integer(
    KnobTraits("data.train", unit: "images", effect: .atStart, idle: Idle.unless(dataFromFiles: false)), 64...1_000_000,
    coarse: 1024, initial: 4096,
    "mirage: training images, including those for validation")

  package static let dataTest = integer(
    KnobTraits("data.test", unit: "images", effect: .atStart, idle: Idle.unless(dataFromFiles: false)), 16...1_000_000,
    coarse: 1024, initial: 1024,
    "mirage: test images")
}

extension Knob<Double> {
  package static let dataTruth = share(
    KnobTraits("data.truth", effect: .atStart, idle: Idle.unless(dataFromFiles: false)), initial: 0.7,
    "mirage: how often the shape predicts the class")

  package static let dataShape = share(
    KnobTraits("data.shape", effect: .atStart, idle: Idle.unless(dataFromFiles: false)), initial: 0.16,
    "mirage: amplitude of the shape")

  package static let dataTexture = share(
    KnobTraits("data.texture", effect: .atStart, idle: Idle.unless(dataFromFiles: false)), initial: 0.05,
    "mirage: amplitude of the fragile texture")

  package static let dataBackground = share(
    KnobTraits("data.background", effect: .atStart, idle: Idle.unless(dataFromFiles: false)), initial: 0.10,
    "mirage: amplitude of the background")

  package static let dataNoise = share(
    KnobTraits("data.noise", effect: .atStart, idle: Idle.unless(dataFromFiles: false)), initial: 0.01,
    "mirage: standard deviation of the pixel noise")

  package static let validationFraction = number(
    KnobTraits("validation.fraction", effect: .atStart, excludesLowerBound: true), 0...0.5, fine: 0.01, coarse: 0.1,
    initial: 0.1, "fraction of the training images held out for validation")
}

/// Validation and test.
extension Knob<Int> {
  package static let validationLimit = integer(
    KnobTraits("validation.limit", unit: "images", effect: .atStart), 1...100_000, coarse: 100, initial: 256,
    "use at most N validation images each time")

  package static let validationEvery = integer(
    KnobTraits("validation.every", unit: "steps", effect: .atStart), 0...1_000_000, coarse: 25, initial: 25,
    "steps between validations (0: once per epoch)")

  package static let testLimit = integer(
    KnobTraits("test.limit", unit: "images", effect: .atStart), 1...100_000, coarse: 100, initial: 1000,
    "use at most N test images for the final table")
}

/// Which weights of a run are the best. Raw values are those of the setting `validation.best`.
package enum BestRule: String, KnobScalar, Codable, CaseIterable {
  /// Highest sum of clean and adversarial accuracy, the earliest of equals: the paper's text.
  case sum
  /// Highest adversarial accuracy, the latest of equals: the paper's code.
  case adversarial
  /// Highest sum of clean accuracy and accuracy under the strongest attacks known, the earliest of equals; weights under
  /// an alarm only while there are no others.
  case strongest
}

extension Knob<BestRule> {
  package static let validationBest = choice(
    KnobTraits("validation.best", effect: .atStart), initial: .sum,
    "best weights: highest sum of clean and adversarial accuracy (the paper's text), adversarial alone (its code), or "
      + "the sum of clean accuracy and accuracy under the strongest attacks known, never preferring an alarm")
}

/// The network.
extension Knob<ModelKind> {
  package static let model = choice(
    KnobTraits("model", effect: .atStart, numbers: ModelKind.numbers), initial: .conv4, "network architecture")
}

extension Knob<Int> {
  package static let width = integer(
    KnobTraits("width", unit: "channels", effect: .atStart), 1...512, coarse: 16, initial: 16,
    "channels of the first layer; later layers scale with it")
}

extension Knob<Int> {
  package static let depth = integer(
    KnobTraits("depth", effect: .atStart, idle: Idle.unless(model: "depth")), 10...1000, fine: 6, coarse: 6,
    initial: 28,
    "wide residual networks: layers, 6n + 4")

  package static let widen = integer(
    KnobTraits("widen", effect: .atStart, idle: Idle.unless(model: "widen")), 1...32, coarse: 2, initial: 10,
    "wide residual networks: channels of the first stage, as a multiple of width")
}

/// What follows normalization layers. Raw values are those of the setting `activation`.
package enum ActivationChoice: String, KnobScalar, CaseIterable {
  /// What the model usually has.
  case usual = "default"
  case relu
  case silu

  /// The activation in networks of `model`.
  func kind(in model: any Model.Type) -> ActivationKind {
    switch self {
    case .usual: model.usualActivation
    case .relu: .relu
    case .silu: .silu
    }
  }
}

extension ShortcutSource: KnobScalar {}

extension Knob<ActivationChoice> {
  package static let activation = choice(
    KnobTraits("activation", effect: .atStart, idle: Idle.unless(model: "activation")), initial: .usual,
    "pre-activation networks: what follows norms (default: the model's own, silu for DeepMind's)")
}

extension Knob<ShortcutSource> {
  package static let shortcut = choice(
    KnobTraits("shortcut", effect: .atStart, idle: Idle.unless(model: "shortcut")), initial: .activated,
    "pre-activation networks: whether 1×1 shortcuts take the activated or the raw input of a block")
}

extension Knob<Bool> {
  package static let finalNorm = flag(
    KnobTraits("final_norm", effect: .atStart, idle: Idle.unless(model: "final_norm")), initial: false,
    "preact-resnet18: BN-ReLU before the pooling (locuslab variant)")
}

/// Length, batches and learning-rate schedule.
extension Knob<Int> {
  package static let steps = integer(
    KnobTraits("steps", unit: "steps"), 0...100_000_000, coarse: 100, initial: 400,
    "length of the run (0: set by epochs); the schedule of the learning rate stretches over it")

  package static let epochs = integer(
    KnobTraits(
      "epochs", unit: "epochs", effect: .atStart, idle: { $0[.steps] == 0 ? nil : "not used when steps is above 0" }),
    1...100_000, coarse: 10, initial: 80,
    "length of the run when steps is 0")

  package static let batch = integer(
    KnobTraits("batch", unit: "images", effect: .atStart), 1...65_536, coarse: 16, initial: 128,
    "clean images per step (plus as many adversarial ones)")

  package static let seed = integer(
    KnobTraits("seed", effect: .atStart), 0...Int(Int32.max), coarse: 10, initial: 0,
    "seed of weights, data order and attacks")
}

extension Knob<Double> {
  package static let warmup = share(
    KnobTraits("lr.warmup", effect: .atStart, idle: Idle.unless(schedule: .oneCycle, .trapezoid)), initial: 0.2,
    "one-cycle, trapezoid: fraction of the run in which lr rises")

  package static let flat = share(
    KnobTraits("lr.flat", effect: .atStart, idle: Idle.unless(schedule: .trapezoid)), initial: 0.75,
    "trapezoid: fraction of the run after which lr decays to 0")
}

extension Knob<RunShares> {
  package static let drops = parsed(
    KnobTraits("lr.drops", effect: .atStart, idle: Idle.unless(schedule: .piecewise)),
    initial: RunShares([0.5, 0.6875, 0.875]), accepted: RunShares.accepted,
    "piecewise: fractions of the run after which lr is divided by ten")
}

/// Increasing fractions of a run.
package struct RunShares: KnobScalar, LosslessStringConvertible {
  package let values: [Double]

  init(_ values: [Double]) { self.values = values }

  /// `0.5,0.6875,0.875`, or nothing; nil for anything else.
  package init?(_ text: String) {
    if text.isEmpty {
      values = []
      return
    }
    guard let shares = Fraction.parseList(text), shares.allSatisfy((0...1).contains),
      zip(shares, shares.dropFirst()).allSatisfy(<)
    else { return nil }
    values = shares
  }

  package var description: String { values.map(Fraction.decimal).joined(separator: ",") }

  /// The accepted texts in words.
  static let accepted = "comma-separated increasing numbers in 0 … 1, or nothing"
}
