import Attacks
import Events
import Networks

/// Which rows a training batch has. Clean rows come first.
public enum BatchRows: Sendable, Hashable {
  case clean, adversarial
  /// Clean and adversarial rows, in one pass or one after the other: `Batching`.
  case both

  /// The domains of a batch of `images` images in these rows.
  public func domains(images: Int) -> Domains {
    switch self {
    case .clean: .clean
    case .adversarial: .adversarial
    case .both: .cleanFirst(images)
    }
  }
}

/// What the inner maximisation drives up.
public enum InnerLoss: Sendable, Hashable {
  /// Cross-entropy to the labels.
  case crossEntropy
  /// KL from the clean prediction.
  case divergence
}

/// The parts of an outer loss, means over the images; parts an objective does not have are nil.
public struct LossParts: Sendable, Hashable {
  /// The outer loss.
  public var total: Double
  /// CE of the clean rows.
  public var clean: Double?
  /// CE of the adversarial rows.
  public var adversarial: Double?
  /// KL(clean‖adversarial), before its weight.
  public var divergence: Double?

  /// The parts that there are.
  public init(
    total: Double = 0, clean: Double? = nil, adversarial: Double? = nil, divergence: Double? = nil
  ) {
    self.total = total
    self.clean = clean
    self.adversarial = adversarial
    self.divergence = divergence
  }
}

/// An outer loss. ALGORITHMS §2.
public protocol Objective: Sendable {
  /// The name in presets and on the command line.
  static var name: String { get }
  /// The objective that the settings describe.
  init(_ settings: Settings)
  /// Which rows it needs.
  var rows: BatchRows { get }
  /// What the attack on its images drives up.
  var innerLoss: InnerLoss { get }
  /// True when the loss compares adversarial predictions with clean ones: what the third pass of `seq3` is for.
  var comparesDomains: Bool { get }
  /// The loss of `batch` and its gradient, which is added to `batch.gradient`.
  func evaluate(_ batch: ObjectiveBatch) -> LossParts
}

extension Objective {
  /// Most losses compare nothing.
  public var comparesDomains: Bool { false }
}
