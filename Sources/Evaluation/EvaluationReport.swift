import Attacks
import Events

/// Something about a model or a result that a reader must know before believing the number. ALGORITHMS §7.3, §7.4.
package struct EvaluationWarning: Sendable, Hashable, Codable {
  /// Which check speaks.
  package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// Logits of the same images differ from pass to pass.
    case randomised
    /// The outputs look like probabilities, not logits.
    case softmaxOutput = "softmax-output"
    /// The gradient is exactly zero where an attack starts.
    case zeroGradient = "zero-gradient"
    /// Cross-entropy has no gradient at the clean image though the image is right.
    case saturatedCrossEntropy = "saturated-cross-entropy"
    /// Square breaks what the gradient attacks do not.
    case squareEffective = "square-effective"
    /// Too few classes for the suite as published.
    case fewClasses = "few-classes"
    /// An image's logits depend on the other images of the batch.
    case batchDependent = "batch-dependent"
    /// A forward pass changed the model's running statistics.
    case stateChanged = "state-changed"
    /// A stored point left ball or box, or is not a number; it was not counted as broken.
    case audit
    /// An attack of more iterations breaks less.
    case moreIterationsWeaker = "more-iterations-weaker"
    /// Accuracy above chance where every image may become grey.
    case largeEpsilon = "large-epsilon"
    /// The suite breaks much more than PGD-10.
    case pgdGap = "pgd-gap"
  }

  /// Which check speaks.
  package var kind: Kind
  /// What was found and what it means, in one or two sentences.
  package var message: String
  /// Data set indices of the images that show it; empty where it is about no image in particular.
  package var examples: [Int]

  /// A warning.
  package init(_ kind: Kind, _ message: String, examples: [Int] = []) {
    self.kind = kind
    self.message = message
    self.examples = examples
  }

  /// The warning as a line, with the first images that show it.
  package var line: String {
    let named = examples.prefix(5).map(String.init).joined(separator: ", ")
    let more = examples.count > 5 ? ", … \(examples.count) in all" : ""
    let images = named.isEmpty ? "" : " (image\(examples.count == 1 ? "" : "s") \(named)\(more))"
    return "warning (\(kind.rawValue)): \(message)\(images)"
  }
}

/// One line of the result: what an attack left.
package struct AttackRow: Sendable, Hashable, Codable {
  /// The attack.
  package var spec: AttackSpec
  /// Images robust after it and all before it (cascade), or against it alone (individual), of all images.
  package var robust: Proportion
  /// Images it broke.
  package var broken: Int
  /// Images it has finished, of `attacked`.
  package var finished: Int
  /// Images it has to attack: so far, while earlier attacks of a cascade are not done.
  package var attacked: Int
  /// Seconds spent in it.
  package var seconds: Double
  /// Forward passes, of one image each.
  package var forwards: Int
  /// Backward passes, of one image each.
  package var backwards: Int
}

/// The result of an evaluation, whole or so far.
package struct EvaluationReport: Sendable, Hashable, Codable {
  /// What was evaluated.
  package var settings: EvaluationSettings
  /// `AutoAttack`, `AA (K=3)`, `APGD-CE → Square`.
  package var title: String
  /// Classes of the model.
  package var classes: Int
  /// Accuracy without attack.
  package var clean: Proportion
  /// Accuracy after all attacks; with `individual` the pointwise worst.
  package var robust: Proportion
  /// Attack by attack.
  package var attacks: [AttackRow]
  /// Image by image.
  package var examples: [ExampleVerdict]
  /// What to know before believing it.
  package var warnings: [EvaluationWarning]
  /// The cheap attacks beside the suite; nil when they were not asked for or have not run.
  package var comparisons: [Comparison]?
  /// Whether every attack has finished every image; otherwise `robust` can still fall.
  package var isComplete: Bool
  /// The largest ‖x′ − x‖ of the stored points.
  package var largestPerturbation: Double
}
