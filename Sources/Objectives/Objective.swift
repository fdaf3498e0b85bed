import Attacks
import Events

/// Which rows a training batch has. Clean rows come first.
public enum BatchRows: Sendable, Hashable {
  case clean, adversarial
  /// Clean and adversarial rows concatenated, one forward pass: the paper's "Cat".
  case both
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
  /// The loss of `batch` and its gradient, which is added to `batch.gradient`.
  func evaluate(_ batch: ObjectiveBatch) -> LossParts
}

/// Logits of a training batch and room for the gradient of the loss with respect to them.
public struct ObjectiveBatch {
  /// Logits of the clean rows [images][classes], if there are any.
  let clean: UnsafePointer<Float>?
  /// Logits of the adversarial rows [images][classes], if there are any.
  let adversarial: UnsafePointer<Float>?
  /// Gradients of the same shapes.
  let cleanGradient: UnsafeMutablePointer<Float>?
  let adversarialGradient: UnsafeMutablePointer<Float>?
  /// A label per image.
  let labels: [Int]
  let classes: Int

  /// The batch `logits` [rows][classes] of a pass over `rows`; `gradient` of the same size starts at 0.
  public init(
    rows: BatchRows, logits: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>, labels: [Int], classes: Int
  ) {
    self.labels = labels
    self.classes = classes
    let half = labels.count * classes
    switch rows {
    case .clean: (clean, adversarial, cleanGradient, adversarialGradient) = (logits, nil, gradient, nil)
    case .adversarial: (clean, adversarial, cleanGradient, adversarialGradient) = (nil, logits, nil, gradient)
    case .both:
      (clean, adversarial, cleanGradient, adversarialGradient) = (logits, logits + half, gradient, gradient + half)
    }
  }

  /// The mean CE of the clean rows; adds `weight` times its gradient.
  func cleanCrossEntropy(weight: Double) -> Double { crossEntropy(clean, cleanGradient, weight) }

  /// The mean CE of the adversarial rows; adds `weight` times its gradient.
  func adversarialCrossEntropy(weight: Double) -> Double { crossEntropy(adversarial, adversarialGradient, weight) }

  /// The mean of KL(clean‖adversarial) over the images, **not** over the classes; adds `weight` times its gradient to
  /// both sides, nothing is detached.
  func divergence(weight: Double) -> Double {
    guard let clean, let adversarial, let cleanGradient, let adversarialGradient else { return 0 }
    var sum = 0.0
    for image in labels.indices {
      let place = image * classes
      sum += RowLosses.divergence(
        clean: clean + place, adversarial: adversarial + place, classes: classes, weight: weight / Double(labels.count),
        cleanGradient: cleanGradient + place, adversarialGradient: adversarialGradient + place)
    }
    return sum / Double(labels.count)
  }

  private func crossEntropy(
    _ logits: UnsafePointer<Float>?, _ gradient: UnsafeMutablePointer<Float>?, _ weight: Double
  ) -> Double {
    guard let logits, let gradient else { return 0 }
    var sum = 0.0
    for (image, label) in labels.enumerated() {
      sum += RowLosses.crossEntropy(
        logits + image * classes, classes: classes, label: label, weight: weight / Double(labels.count),
        addingTo: gradient + image * classes)
    }
    return sum / Double(labels.count)
  }
}
