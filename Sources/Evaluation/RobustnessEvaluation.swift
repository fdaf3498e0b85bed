import Attacks
import Networks
import Tensors

/// Attacks a classifier on a labelled set: AutoAttack's cascade, or every attack alone. ALGORITHMS §7.
///
/// All control is on the caller's thread; `observe` and `poll` are called there. Verdicts depend on nothing but
/// classifier, images, labels, data set indices and settings. What is known stays readable in `record` when `poll` ends
/// the run by throwing, and a new evaluation continues from it.
package final class RobustnessEvaluation {
  /// What is attacked.
  package let classifier: any Classifier
  /// The images.
  package let set: EvaluationSet
  /// The verdicts so far.
  package internal(set) var record: EvaluationRecord
  /// For every image the point that first broke it, or the clean image: [n][C][H][W].
  package let adversarials: Storage
  /// Runs end at the first success. False takes the reference's way, to the same verdicts.
  package var leavesEarly = true
  /// Look for reasons not to believe the result before attacking; costs about ten passes an image.
  package var checksModel = true

  var meter = EvaluationMeter()

  /// Checks everything that can be checked without running the classifier. Throws one line.
  ///
  /// `record`, of an earlier run with the same settings on the same images, is continued; `adversarials` of that run may
  /// be written into this one's before `run`.
  package init(
    _ classifier: any Classifier, _ set: EvaluationSet, settings: EvaluationSettings,
    resuming record: EvaluationRecord? = nil
  ) throws(EvaluationError) {
    try settings.check(classes: classifier.classes)
    guard set.shape == classifier.input else {
      throw EvaluationError("images are \(text(set.shape)), the model takes \(text(classifier.input))")
    }
    if let image = set.labels.firstIndex(where: { !(0..<classifier.classes).contains($0) }) {
      throw EvaluationError(
        "image \(image) has label \(set.labels[image]); the model knows 0 to \(classifier.classes - 1)")
    }
    if let record { try record.check(continues: settings, set) }
    self.classifier = classifier
    self.set = set
    self.record = record ?? EvaluationRecord(settings: settings)
    adversarials = Storage(count: set.images.count)
    adversarials.copy(from: set.images)
  }

  /// Runs, or continues, until all verdicts are there. `observe` hears of progress, at most every 50 ms; `poll` is called
  /// every few milliseconds, after every pass of a big network; what it throws ends the run. Throws one line when the
  /// classifier's logits are not finite.
  package func run(
    observe: (EvaluationProgress) -> Void = { _ in }, poll: () throws -> Void = {}
  ) throws {
    meter = EvaluationMeter()
    let logits = try begin(observe, poll)
    for attack in record.settings.suite.attacks.indices { try run(attack, logits, observe, poll) }
  }

  /// What comes before the attacks, alone: the clean pass and all checks. `report` then has what they found.
  package func lint(
    observe: (EvaluationProgress) -> Void = { _ in }, poll: () throws -> Void = {}
  ) throws {
    meter = EvaluationMeter()
    _ = try begin(observe, poll)
  }

  // MARK: before the attacks

  /// Returns the clean logits.
  private func begin(_ observe: (EvaluationProgress) -> Void, _ poll: () throws -> Void) throws -> [Float] {
    let logits = try cleanLogits(poll)
    if record.examples.isEmpty {
      if checksModel { record.warnings = try ModelChecks(classifier, set, record.settings, logits).warnings(poll) }
      record.examples = (0..<set.count).map { image in
        ExampleVerdict(
          index: set.indices[image], label: set.labels[image], predicted: predicted(logits, image), outcomes: [])
      }
    } else if let image = record.examples.indices.first(where: {
      predicted(logits, $0) != record.examples[$0].predicted
    }) {
      throw EvaluationError(
        "image \(image) is class \(predicted(logits, image)) here, \(record.examples[image].predicted) in the record "
          + "to continue; it was made with other weights")
    }
    if record.settings.compares && record.comparisons == nil {
      record.comparisons = try compare(logits, observe, poll)
    }
    return logits
  }

  private func cleanLogits(_ poll: () throws -> Void) throws -> [Float] {
    var logits: [Float] = []
    let step = Lane.capacity * classifier.laneCount
    for first in stride(from: 0, to: set.count, by: step) {
      try poll()
      logits += classifier.logits(set.image(first), count: min(step, set.count - first))
    }
    if let place = logits.firstIndex(where: { !$0.isFinite }) {
      throw EvaluationError(
        "the model's logits for image \(place / classifier.classes) are not finite (\(logits[place])); "
          + "its weights are damaged or do not belong to it")
    }
    return logits
  }

  private func predicted(_ logits: [Float], _ image: Int) -> Int {
    let classes = classifier.classes
    return predictedClass(Array(logits[image * classes..<(image + 1) * classes]), classes: classes)
  }

  // MARK: one attack

  private func run(
    _ attack: Int, _ logits: [Float], _ observe: (EvaluationProgress) -> Void, _ poll: () throws -> Void
  ) throws {
    let pending = record.examples.indices.filter { record.isPending(attack, on: record.examples[$0]) }
    guard !pending.isEmpty else { return }
    let spec = record.settings.suite.attacks[attack]
    meter.begin(attack, pending: pending.count)
    // A second APGD-CE in a list gets numbers of its own; the first meets the same ones in every list.
    let occurrence = record.settings.suite.attacks[..<attack].count { $0.name == spec.name }
    let problem = problems(spec.name, stream: 256 * occurrence, epsilon: record.settings.epsilon, logits)
    try AttackRounds(classifier).attack(pending, { spec.makeRun(problem($0)) }) { ended, active in
      store(ended, attack)
      record.seconds[attack] += meter.lap()
      if meter.isDue() {
        observe(meter.progress(record, active: active, spec: spec, classes: classifier.classes))
      }
      try poll()
    }
    observe(meter.progress(record, active: [], spec: spec, classes: classifier.classes))
  }

  /// What a run of an attack on an image is told; `stream` tells the random numbers of runs of the same attack apart.
  func problems(
    _ name: AttackName, stream: Int, epsilon: Double, _ logits: [Float]
  ) -> (Int) -> AttackProblem {
    let settings = record.settings, classes = classifier.classes
    let purpose = (AttackName.allCases.firstIndex(of: name) ?? 0) + 1 + stream
    return { [set, leavesEarly] image in
      let index = set.indices[image]
      var problem = AttackProblem(
        image: set.image(image), shape: set.shape, label: set.labels[image], classes: classes,
        rivals: AttackProblem.rivals(
          Array(logits[image * classes..<(image + 1) * classes]), classes: classes, label: set.labels[image]),
        norm: settings.norm, epsilon: Float(epsilon)
      ) { attempt in
        RandomStream(
          seed: settings.seed, purpose: .evaluationStart, step: UInt32(purpose),
          example: UInt32(truncatingIfNeeded: index), attempt: UInt32(attempt))
      }
      problem.leavesEarly = leavesEarly
      return problem
    }
  }

  /// Writes down what runs found. Success is what the classifier says once more at the point itself, inside ball and box.
  private func store(_ ended: [AttackRounds.Entry], _ attack: Int) {
    let confirmed = confirm(ended.filter { $0.run.found != nil })
    for entry in ended {
      let tally = entry.run.tally, distance = confirmed[entry.example], isBroken = distance != nil
      if let found = entry.run.found, isBroken, record.examples[entry.example].isRobust {
        let pixels = set.shape.planarCount
        (adversarials.pointer + entry.example * pixels).update(from: found, count: pixels)
      }
      record.examples[entry.example].outcomes.append(
        AttackOutcome(
          attack: attack, broken: isBroken, target: isBroken ? tally.target : nil, iterations: tally.iterations,
          forwards: tally.forwards + (entry.run.found == nil ? 0 : 1), backwards: tally.backwards,
          zeroGradient: tally.zeroGradient, distance: distance))
      meter.end(tally, broken: isBroken)
    }
  }

  /// The distances of those found points that are misclassified, in the box and in the ball (tolerance 1e-6).
  private func confirm(_ entries: [AttackRounds.Entry]) -> [Int: Double] {
    guard !entries.isEmpty else { return [:] }
    let pixels = set.shape.planarCount, classes = classifier.classes
    let points = Storage(count: entries.count * pixels)
    for (row, entry) in entries.enumerated() {
      if let found = entry.run.found { (points.pointer + row * pixels).update(from: found, count: pixels) }
    }
    let logits = classifier.logits(points.pointer, count: entries.count)
    var confirmed: [Int: Double] = [:]
    for (row, entry) in entries.enumerated() {
      let point = points.pointer + row * pixels
      let distance = audit(point, entry.example)
      guard let distance else {
        let index = set.indices[entry.example]
        warn(
          EvaluationWarning(
            .audit, "a point found for image \(index) left ball or box or is not a number; it was not counted",
            examples: [index]))
        continue
      }
      let here = Array(logits[row * classes..<(row + 1) * classes])
      if predictedClass(here, classes: classes) != set.labels[entry.example] { confirmed[entry.example] = distance }
    }
    return confirmed
  }

  /// ‖point − image‖; nil when the point is not allowed.
  private func audit(_ point: UnsafePointer<Float>, _ image: Int) -> Double? {
    guard (0..<set.shape.planarCount).allSatisfy({ point[$0] >= -1e-6 && point[$0] <= 1 + 1e-6 }) else { return nil }
    let distance = record.settings.norm.distance(point, set.image(image), set.shape.planarCount)
    return distance <= record.settings.epsilon + 1e-6 ? distance : nil
  }

  private func warn(_ warning: EvaluationWarning) {
    if !record.warnings.contains(warning) { record.warnings.append(warning) }
  }
}

private func text(_ shape: Shape) -> String { "\(shape.channels)×\(shape.height)×\(shape.width)" }
