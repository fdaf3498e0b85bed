/// Something about a model or a result that a reader must know before trusting the number. docs/algorithms.md §7.3,
/// §7.4.
package struct EvaluationWarning: Sendable, Hashable, Codable {
  /// Which check raised it. The raw values are written into files.
  package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// Clean accuracy is no better than guessing.
    case guessing
    /// Labels count the same classes in another order than the network.
    case labelOrder = "label-order"
    /// Logits of the same images differ from pass to pass.
    case randomized = "randomised"
    /// The outputs look like probabilities, not logits.
    case softmaxOutput = "softmax-output"
    /// The gradient is exactly zero where an attack starts.
    case zeroGradient = "zero-gradient"
    /// Cross-entropy has no gradient at a clean image that is correctly classified.
    case saturatedCrossEntropy = "saturated-cross-entropy"
    /// An attack without gradients breaks what the gradient attacks do not.
    case squareEffective = "square-effective"
    /// Too few classes for the suite as published.
    case fewClasses = "few-classes"
    /// An image's logits depend on the other images of the batch.
    case batchDependent = "batch-dependent"
    /// A forward pass changed the model's running statistics.
    case stateChanged = "state-changed"
    /// A stored point left the ball or the box, or is not a number; it was not counted as broken.
    case audit
    /// An attack with more iterations breaks less.
    case moreIterationsWeaker = "more-iterations-weaker"
    /// Accuracy above chance where every image can become gray.
    case largeEpsilon = "large-epsilon"
    /// The suite breaks much more than PGD-10.
    case pgdGap = "pgd-gap"

    /// The name as shown.
    var title: String { self == .randomized ? "randomized" : rawValue }
  }

  /// Which check raised it.
  package var kind: Kind
  /// What was found and what it means, in one or two sentences.
  package var message: String
  /// Data set indices of the images that show it; empty if it concerns no image in particular.
  package var examples: [Int]

  package init(_ kind: Kind, _ message: String, examples: [Int] = []) {
    self.kind = kind
    self.message = message
    self.examples = examples
  }

  /// The warning as a line, with the first images that show it.
  package var line: String {
    let named = examples.prefix(5).map(String.init).joined(separator: ", ")
    let more = examples.count > 5 ? ", … \(examples.count) in total" : ""
    let images = named.isEmpty ? "" : " (image\(examples.count == 1 ? "" : "s") \(named)\(more))"
    return "warning (\(kind.title)): \(message)\(images)"
  }
}
