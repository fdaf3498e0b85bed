import Attacks
import Events
import Networks

/// Something that is often wrong between a network and its images. It is found by computing the clean accuracy without
/// it.
package struct PossibleCause {
  /// What is changed, so that `with … clean accuracy would be 97.5 %` is a sentence.
  package let change: String
  /// What helps.
  package let remedy: String
  /// The accuracy with that change; nil where it cannot be computed.
  package let accuracy: (GuessingCheck.Sample) throws -> Proportion?

  package init(_ change: String, remedy: String, accuracy: @escaping (GuessingCheck.Sample) throws -> Proportion?) {
    (self.change, self.remedy, self.accuracy) = (change, remedy, accuracy)
  }
}

/// Asks before the attacks whether clean accuracy is above guessing, and otherwise looks for the cause.
package struct GuessingCheck {
  /// What the causes are tried on: the network with the images and logits of an evaluation.
  package struct Sample {
    package let classifier: any Classifier
    package let set: EvaluationSet
    /// Clean logits [n][classes].
    package let logits: [Float]

    /// The class of every image.
    var predicted: [Int] {
      let classes = classifier.classes
      return (0..<set.count).map { predictedClass(Array(logits[$0 * classes..<($0 + 1) * classes]), classes: classes) }
    }
  }

  /// The number of images that a change of the images or the network is tried on.
  package static let images = 128
  /// How sure the binomial test has to be that a change helps: many are tried.
  private static let level = 1e-4

  /// What may be wrong; empty for a network that was trained on these images.
  private let causes: [PossibleCause]
  /// True for networks that may be at the start of their training, where guessing is normal.
  package var isOfTraining = false

  /// What to say where labels count the classes in another order than the network; nil where nothing speaks for it.
  package var labelOrder: String?

  /// `causes` are tried in this order.
  package init(_ causes: [PossibleCause] = []) { self.causes = causes }

  /// The warning when clean accuracy is not above guessing; nil when it is.
  func warning(_ sample: Sample, poll: () throws -> Void) throws -> EvaluationWarning? {
    let predicted = sample.predicted, labels = sample.set.labels
    let correct = zip(predicted, labels).count { $0 == $1 }
    let guess = Guessing(correct: correct, labels: labels, classes: sample.classifier.classes)
    guard let guess else { return nil }
    var best: (cause: PossibleCause, accuracy: Proportion)?
    for cause in causes {
      try poll()
      guard let accuracy = try? cause.accuracy(sample), accuracy.value > (best?.accuracy.value ?? guess.clean.value),
        binomialTail(accuracy.correct, of: accuracy.n, share(guess, labels.prefix(accuracy.n))) < Self.level
      else { continue }
      best = (cause, accuracy)
    }
    return .guessing(
      guess, best.map { ($0.cause, $0.accuracy) }, isImported: !causes.isEmpty, isOfTraining: isOfTraining)
  }

  /// The same outside an evaluation, for a network that classifies `correct` images of a set correctly. Only a network
  /// that guesses is run again.
  package func warning(
    _ classifier: any Classifier, on set: EvaluationSet, correct: Int, poll: () throws -> Void
  ) throws -> EvaluationWarning? {
    guard Guessing(correct: correct, labels: set.labels, classes: classifier.classes) != nil else { return nil }
    let logits = classifier.logits(set.images.pointer, count: set.count)
    return try warning(Sample(classifier: classifier, set: set, logits: logits), poll: poll)
  }

  /// The accuracy of guessing on the first images: in a file that is sorted by class they are of few classes.
  private func share(_ guess: Guessing, _ labels: ArraySlice<Int>) -> Double {
    let counts = Dictionary(labels.map { ($0, 1) }, uniquingKeysWith: +)
    return max(guess.share, Double(counts.values.max() ?? 0) / Double(max(1, labels.count)))
  }
}
