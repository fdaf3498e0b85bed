import Attacks
import Evaluation
import Events
import Networks
import Tensors

/// Measures a network's gap on a probe that is fixed for the run. ALGORITHMS §11.4.
///
/// All random numbers are keyed by the run's seed and the images' data set indices, never by the step: two probes differ
/// only by the weights. Results depend on neither threads nor time. What `poll` throws ends a measurement, and nothing
/// has changed.
package struct Sentinel {
  /// The probe, from the validation images.
  package let set: EvaluationSet
  /// So many of its images, the first ones, are the deep tier's.
  package let deepCount: Int
  /// The run's seed.
  package let seed: UInt32

  /// A sentinel on `set`.
  package init(_ set: EvaluationSet, deepCount: Int = 32, seed: UInt32) {
    self.set = set
    self.deepCount = min(deepCount, set.count)
    self.seed = seed
  }

  /// What a quick probe costs at least: the clean pass, the attack as trained, and a look at its points.
  package func leastPasses(_ attack: any Attack) -> Int { set.count * (attack.passes + 2) }

  // MARK: the quick tier

  /// What one quick probe found.
  package struct QuickProbe: Sendable, Hashable {
    /// Steps done so far.
    package let step: Int
    /// Clean accuracy.
    package let clean: Proportion
    /// Accuracy under the attack as trained.
    package let adversarial: Proportion
    /// The attack, as shown.
    package let attack: String
    /// The gap.
    package let reading: GapReading
    /// Positions in the probe that are right under the attack as trained.
    package let survivors: [Int]
    /// Of the survivors, those that the quick attacks left.
    package let left: [Int]
    /// Forward and backward passes of one image in all.
    package let passes: Int
  }

  /// Hears how far a suite is.
  package typealias Observer = (EvaluationProgress, AttackSuite) -> Void

  /// Clean accuracy, accuracy under `attack`, and what the quick suite takes of its survivors; and all the images.
  package func quick(
    afterStep step: Int, _ attack: any Attack, on network: Network, observe: Observer = { _, _ in },
    poll: () throws -> Void
  ) throws -> (probe: QuickProbe, images: ProbeImages) {
    let clean = right(set.images.pointer, on: network)
    try poll()
    let points = Storage(count: set.images.count)
    try attack.perturb(batch, on: network, into: points.pointer, poll: poll)
    let survivors = right(points.pointer, on: network)
    let result = try strike(.quick, survivors, attack, on: network, observe, poll)
    var images = ProbeImages(set, pgd: points)
    images.note(brokenByPGD: clean.filter { !survivors.contains($0) })
    images.note(brokenByTier: survivors.filter { !result.left.contains($0) }, of: survivors, at: result.points)
    let probe = QuickProbe(
      step: step, clean: Proportion(correct: clean.count, n: set.count),
      adversarial: Proportion(correct: survivors.count, n: set.count), attack: attack.title,
      reading: GapReading(
        step: step, tier: .quick, n: set.count, survivors: survivors.count,
        broken: survivors.count - result.left.count),
      survivors: survivors, left: result.left, passes: leastPasses(attack) + result.passes)
    return (probe, images)
  }

  // MARK: the deep tier

  /// What one run of AutoAttack found.
  package struct DeepProbe: Sendable, Hashable {
    /// The gap.
    package let reading: GapReading
    /// Forward and backward passes of one image in all.
    package let passes: Int
    /// Reasons not to believe the attacks; only looked for before a full one.
    package let warnings: [EvaluationWarning]
  }

  /// Standard AutoAttack on the first `deepCount` images, at the weights of a quick probe; with `isFull` on all of them,
  /// which confirms an alarm.
  package func deep(
    after quick: QuickProbe, _ attack: any Attack, on network: Network, isFull: Bool = false,
    observe: Observer = { _, _ in }, poll: () throws -> Void
  ) throws -> DeepProbe {
    let count = isFull ? set.count : deepCount
    let survivors = quick.survivors.filter { $0 < count }
    var warnings = isFull ? try lint(attack, on: network, observe, poll) : []
    let result = try strike(.standard, survivors, attack, on: network, observe, poll)
    if isFull { warnings += result.warnings }
    return DeepProbe(
      reading: GapReading(
        step: quick.step, tier: isFull ? .full : .deep, n: count, survivors: survivors.count,
        broken: survivors.count - result.left.count),
      passes: result.passes, warnings: warnings)
  }

  /// What the evaluation linter finds on the whole probe. ALGORITHMS §7.4.
  private func lint(
    _ attack: any Attack, on network: Network, _ observe: Observer, _ poll: () throws -> Void
  ) throws -> [EvaluationWarning] {
    let suite = AttackSuite(.standard, classes: network.classes)
    let settings = EvaluationSettings(
      norm: attack.norm, epsilon: Double(attack.epsilon), suite: suite, seed: seed, compares: true)
    let evaluation = try RobustnessEvaluation(network, set, settings: settings)
    try evaluation.lint(observe: { observe($0, suite) }, poll: poll)
    return evaluation.report().warnings
  }

  /// What `deep` will probably cost, from what the quick tier left of its images; for `SentinelSchedule.isDeepDue`.
  /// With `isFull` that of the whole probe.
  package func expectedDeep(after quick: QuickProbe, classes: Int, isFull: Bool = false) -> Int {
    let count = isFull ? set.count : deepCount
    let attacked = quick.survivors.count { $0 < count }, left = quick.left.count { $0 < count }
    let survivorPasses = AttackSuite(.standard, classes: classes).attacks.reduce(0) { sum, spec in
      let (forwards, backwards) = spec.passes(classes: classes)
      return sum + forwards + backwards
    }
    return SentinelSchedule.expectedDeep(left: left, broken: attacked - left, survivorPasses: survivorPasses)
  }

  // MARK: parts

  /// The probe as a batch of the training attack.
  var batch: AttackBatch { return set.batch(seed: seed) }

  /// The positions at which the network is right, at points [n][C][H][W] of the probe's images.
  func right(_ points: UnsafePointer<Float>, on network: Network) -> [Int] {
    let logits = network.evaluate(points, count: set.count), classes = network.classes
    return set.labels.indices.filter {
      predictedClass(Array(logits[$0 * classes..<($0 + 1) * classes]), classes: classes) == set.labels[$0]
    }
  }

  /// The probe's images at some positions.
  func part(_ positions: [Int]) throws(EvaluationError) -> EvaluationSet {
    let pixels = set.shape.planarCount, images = Storage(count: positions.count * pixels)
    for (row, image) in positions.enumerated() {
      (images.pointer + row * pixels).update(from: set.image(image), count: pixels)
    }
    return try EvaluationSet(
      images: images, shape: set.shape, labels: positions.map { set.labels[$0] },
      indices: positions.map { set.indices[$0] })
  }

  /// Runs a suite on the survivors of `attack`; which of them it left, and what it cost. An image that is wrong without
  /// any attack is not left, whatever the attack made of it.
  private func strike(
    _ kind: AttackSuite.Kind, _ survivors: [Int], _ attack: any Attack, on network: Network, _ observe: Observer,
    _ poll: () throws -> Void
  ) throws -> (left: [Int], points: Storage, passes: Int, warnings: [EvaluationWarning]) {
    guard !survivors.isEmpty else { return ([], Storage(count: 0), 0, []) }
    let suite = AttackSuite(kind, classes: network.classes)
    let settings = EvaluationSettings(
      norm: attack.norm, epsilon: Double(attack.epsilon), suite: suite, seed: seed)
    let evaluation = try RobustnessEvaluation(network, part(survivors), settings: settings)
    evaluation.checksModel = false
    try evaluation.run(observe: { observe($0, suite) }, poll: poll)
    let examples = evaluation.record.examples
    let left = examples.indices.filter { examples[$0].isRobust }.map { survivors[$0] }
    return (left, evaluation.adversarials, survivors.count + evaluation.record.passes, evaluation.report().warnings)
  }
}

extension EvaluationRecord {
  /// Forward and backward passes of one image that its attacks made.
  var passes: Int {
    examples.reduce(0) { $0 + $1.outcomes.reduce(0) { $0 + $1.forwards + $1.backwards } }
  }
}
