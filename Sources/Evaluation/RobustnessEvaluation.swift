import Attacks
import Networks
import Tensors

/// Attacks a classifier on a labeled set: AutoAttack's cascade, or each attack separately. docs/algorithms.md §7.
///
/// Control stays on the caller's thread; `observe` and `poll` are called there. Verdicts depend only on classifier,
/// images, labels, data set indices and settings. When `poll` ends the run by throwing, `record` holds what is known,
/// and a new evaluation can continue from it.
package final class RobustnessEvaluation {
  /// What is attacked.
  package let classifier: any Classifier
  /// The images that are attacked.
  package let set: EvaluationSet
  /// Which part of all images they are; nil: all.
  package let shard: Shard?
  /// How many of the first images the cheap attacks are run on.
  let comparedCount: Int
  /// The verdicts so far.
  package internal(set) var record: EvaluationRecord
  /// For every image, the point that first broke it or the clean image: [n][C][H][W].
  package let adversarials: Storage
  /// End runs at the first success. False does as the reference does, with the same verdicts.
  package var leavesEarly = true
  /// Check the model before attacking, for about ten passes per image.
  package var checksModel = true
  /// Asks whether clean accuracy is above guessing, before anything else; nil does not.
  package var guessing: GuessingCheck?
  /// Called with a warning of `guessing`, before the checks and attacks that take time.
  package var warned: (EvaluationWarning) -> Void = { _ in }

  var meter = EvaluationMeter()
  /// The images that guessing and the model are checked on: all of them. Nil where another shard does that.
  private let checkedSet: EvaluationSet?

  /// Checks everything that can be checked without running the classifier, and throws one line.
  ///
  /// Of `images`, only those of `shard` are attacked. The shard with the first image checks guessing and the model, on
  /// all images; each runs the cheap attacks on its own part of the first 250. So the union of all shards has the
  /// verdicts and the warnings of one evaluation of all images.
  ///
  /// Continues `record`, which comes from an earlier run with the same settings on the same images. The `adversarials`
  /// of that run may be written into this one's before `run`.
  package init(
    _ classifier: any Classifier, _ images: EvaluationSet, settings: EvaluationSettings, shard: Shard? = nil,
    resuming record: EvaluationRecord? = nil
  ) throws(EvaluationError) {
    try settings.check(classes: classifier.classes)
    guard images.shape == classifier.input else {
      throw EvaluationError("images are \(text(images.shape)), the model takes \(text(classifier.input))")
    }
    if let image = images.labels.firstIndex(where: { !(0..<classifier.classes).contains($0) }) {
      throw EvaluationError(
        "image \(image) has label \(images.labels[image]); the model knows 0 to \(classifier.classes - 1)")
    }
    let first = min(images.count, Comparison.images)
    comparedCount = shard?.count(in: first) ?? first
    set = try shard.map { shard throws(EvaluationError) in try images.part(shard) } ?? images
    if let record { try record.check(continues: settings, set, compared: comparedCount) }
    checkedSet = shard?.isFirst ?? true ? images : nil
    self.shard = shard
    self.classifier = classifier
    self.record = record ?? EvaluationRecord(settings: settings)
    adversarials = Storage(count: set.images.count)
    adversarials.copy(from: set.images)
  }

  /// Runs or continues until all verdicts are known. Calls `observe` with the progress at most every 50 ms, and `poll`
  /// every few milliseconds (on a big network after every pass); an error from `poll` ends the run. Throws one line
  /// when the classifier's logits are not finite.
  package func run(
    observe: (EvaluationProgress) -> Void = { _ in }, poll: () throws -> Void = {}
  ) throws {
    meter = EvaluationMeter()
    let logits = try begin(observe: observe, poll: poll)
    for number in record.settings.suite.attacks.indices {
      try run(attack: number, cleanLogits: logits, observe: observe, poll: poll)
    }
  }

  /// Runs only what comes before the attacks: the clean pass and all checks. `report` then has what they found.
  package func lint(
    observe: (EvaluationProgress) -> Void = { _ in }, poll: () throws -> Void = {}
  ) throws {
    meter = EvaluationMeter()
    _ = try begin(observe: observe, poll: poll)
  }

  // MARK: before the attacks

  /// Returns the clean logits.
  private func begin(observe: (EvaluationProgress) -> Void, poll: () throws -> Void) throws -> [Float] {
    let logits = try cleanLogits(of: set, poll)
    if record.examples.isEmpty {
      if let checkedSet { try check(checkedSet, checkedSet === set ? logits : cleanLogits(of: checkedSet, poll), poll) }
      record.examples = (0..<set.count).map { image in
        ExampleVerdict(
          index: set.indices[image], label: set.labels[image], predicted: predicted(logits, image), outcomes: [])
      }
    } else if let image = record.examples.indices.first(where: {
      predicted(logits, $0) != record.examples[$0].predicted
    }) {
      throw EvaluationError(
        "image \(position(image)) is predicted as class \(predicted(logits, image)), but as "
          + "\(record.examples[image].predicted) in "
          + "the record to continue, which was made with different weights")
    }
    if record.settings.compares && record.comparisons == nil {
      record.comparisons = try compare(cleanLogits: logits, observe: observe, poll: poll)
    }
    return logits
  }

  /// Adds what guessing and the checks of the model find on these images.
  private func check(_ images: EvaluationSet, _ logits: [Float], _ poll: () throws -> Void) throws {
    let sample = GuessingCheck.Sample(classifier: classifier, set: images, logits: logits)
    let order = guessing?.labelOrder.map { EvaluationWarning(.labelOrder, $0) }
    for warning in [order, try guessing?.warning(sample, poll: poll)].compactMap(\.self) {
      record.warnings.append(warning)
      warned(warning)
    }
    guard checksModel else { return }
    let checks = ModelChecks(classifier, on: images, settings: record.settings, cleanLogits: logits)
    record.warnings += try checks.warnings(poll)
  }

  private func cleanLogits(of set: EvaluationSet, _ poll: () throws -> Void) throws -> [Float] {
    var logits: [Float] = []
    let step = Lane.capacity * classifier.laneCount
    for first in stride(from: 0, to: set.count, by: step) {
      try poll()
      logits += classifier.logits(set.image(first), count: min(step, set.count - first))
    }
    if let place = logits.firstIndex(where: { !$0.isFinite }) {
      let image = place / classifier.classes
      throw EvaluationError(
        "the model's logits for image \(set === self.set ? position(image) : image) are not finite (\(logits[place])); "
          + "its weights are damaged or belong to a different model")
    }
    return logits
  }

  /// The position of an image of `set` among all images, for messages.
  private func position(_ image: Int) -> Int { shard?.position(image) ?? image }

  private func predicted(_ logits: [Float], _ image: Int) -> Int {
    let classes = classifier.classes
    return predictedClass(Array(logits[image * classes..<(image + 1) * classes]), classes: classes)
  }

  // MARK: one attack

  private func run(
    attack number: Int, cleanLogits logits: [Float], observe: (EvaluationProgress) -> Void, poll: () throws -> Void
  ) throws {
    let pending = record.examples.indices.filter { record.isPending(number, on: record.examples[$0]) }
    guard !pending.isEmpty else { return }
    let attacks = record.settings.suite.attacks, attack = attacks[number].base
    meter.begin(number, pending: pending.count)
    // A second APGD-CE in a list gets a separate stream; the first has the same one in every list.
    let occurrence = attacks[..<number].count { $0.name == attack.name }
    let problem = problems(
      stream: type(of: attack).stream + 256 * occurrence, epsilon: record.settings.epsilon, cleanLogits: logits)
    try AttackRounds(classifier).attack(pending, { attack.makeRun(problem($0)) }) { ended, active in
      store(ended, attack: number)
      record.seconds[number] += meter.lap()
      if meter.isDue() {
        observe(meter.progress(record, of: attack, active: active, classes: classifier.classes))
      }
      try poll()
    }
    observe(meter.progress(record, of: attack, active: [], classes: classifier.classes))
  }

  /// What a run is told about an image; `stream` separates the random numbers of different attacks.
  func problems(stream: Int, epsilon: Double, cleanLogits logits: [Float]) -> (Int) -> AttackProblem {
    let settings = record.settings, classes = classifier.classes
    return { [set, leavesEarly] image in
      let index = set.indices[image]
      var problem = AttackProblem(
        image: set.image(image), shape: set.shape, label: set.labels[image], classes: classes,
        rivals: AttackProblem.rivals(
          Array(logits[image * classes..<(image + 1) * classes]), classes: classes, label: set.labels[image]),
        norm: settings.norm, epsilon: Float(epsilon)
      ) { attempt in
        RandomStream(
          seed: settings.seed, purpose: .evaluationStart, step: UInt32(stream),
          example: UInt32(truncatingIfNeeded: index), attempt: UInt32(attempt))
      }
      problem.leavesEarly = leavesEarly
      return problem
    }
  }
}

private func text(_ shape: Shape) -> String { "\(shape.channels)×\(shape.height)×\(shape.width)" }
