import Events
import Networks
import Tensors

/// Attacks a classifier on a labelled set: AutoAttack's cascade, or every attack alone. ALGORITHMS §7.
///
/// All control is on the caller's thread; `observe` and `poll` are called there. Verdicts depend on nothing but
/// classifier, images, labels, data set indices and settings. What is known stays readable in `record` when `poll` ends
/// the run by throwing, and a new evaluation continues from it.
public final class RobustnessEvaluation {
  /// What is attacked.
  public let classifier: any Classifier
  /// The images.
  public let set: EvaluationSet
  /// The verdicts so far.
  public private(set) var record: EvaluationRecord
  /// For every image the point that broke it, or the clean image: [n][C][H][W].
  public let adversarials: Storage

  /// Checks everything that can be checked without running the classifier. Throws one line.
  ///
  /// `record`, of an earlier run with the same settings on the same images, is continued; `adversarials` of that run may
  /// be written into this one's before `run`.
  public init(
    _ classifier: any Classifier, _ set: EvaluationSet, settings: EvaluationSettings,
    resuming record: EvaluationRecord? = nil
  ) throws(EvaluationError) {
    self.classifier = classifier
    self.set = set
    self.record = record ?? EvaluationRecord(settings: settings)
    adversarials = Storage(count: set.images.count)
    adversarials.copy(from: set.images)
  }

  /// What the evaluation costs at most, from a short timing of the classifier.
  public func forecast() -> CostForecast {
    CostForecast(images: 0, forwards: 0, backwards: 0, secondsPerForward: 0, secondsPerBackward: 0)
  }

  /// Runs, or continues, until all verdicts are there. `observe` hears of progress, at most every 50 ms; `poll` is called
  /// every few milliseconds, after every pass of a big network; what it throws ends the run. Throws one line when the
  /// classifier's logits are not finite.
  public func run(
    observe: (EvaluationProgress) -> Void = { _ in }, poll: () throws -> Void = {}
  ) throws {
    try poll()
  }

  /// The result, whole or so far.
  public func report() -> EvaluationReport {
    EvaluationReport(
      settings: record.settings, title: record.settings.suite.title(classes: classifier.classes),
      classes: classifier.classes, clean: Proportion(correct: 0, n: 0), robust: Proportion(correct: 0, n: 0),
      attacks: [],
      examples: record.examples, warnings: record.warnings, isComplete: false, largestPerturbation: 0)
  }
}
