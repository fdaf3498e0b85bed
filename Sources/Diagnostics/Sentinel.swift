import Attacks
import Evaluation
import Events
import Networks
import Tensors

/// Measures a network's gap on a probe that is fixed for the run. docs/algorithms.md §11.4.
///
/// All random numbers are keyed by the run's seed and the images' data set indices, never by the step: two checks
/// differ only in the weights. Results depend on neither threads nor time. An error from `poll` ends a measurement and
/// changes nothing.
package struct Sentinel {
  /// The probe, from the validation images.
  package let set: EvaluationSet
  /// Number of its images, from the first on, that the deep tier attacks.
  package let deepCount: Int
  /// The run's seed.
  package let seed: UInt32
  /// The processes that check together; nil where one does it alone.
  package var team: RankTeam?

  /// A sentinel on `set`.
  package init(_ set: EvaluationSet, deepCount: Int = 32, seed: UInt32) {
    self.set = set
    self.deepCount = min(deepCount, set.count)
    self.seed = seed
  }

  /// The minimum cost of a quick check: the clean pass, the attack as trained, and a pass on its points.
  package func leastPasses(_ attack: any Attack) -> Int { set.count * (attack.passes + 2) }

  // MARK: the quick tier

  /// What one quick check found.
  package struct QuickProbe: Sendable, Hashable, Codable {
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
    /// The positions in the probe before this one were looked at.
    package let looked: Int
    /// Positions in the probe that are correctly classified under the attack as trained.
    package let survivors: [Int]
    /// The survivors that the quick attacks did not break.
    package let left: [Int]
    /// Total forward and backward passes of one image.
    package let passes: Int

    /// Whether its positions are those of a probe of `count` images; a file may say anything.
    package func fits(_ count: Int) -> Bool {
      (0...count).contains(looked) && survivors.allSatisfy((0..<count).contains) && left.allSatisfy(survivors.contains)
        && [survivors, left].allSatisfy { zip($0, $0.dropFirst()).allSatisfy(<) }
    }
  }

  /// Called with the progress of a suite.
  package typealias Observer = (EvaluationProgress, AttackSuite) -> Void

  /// Clean accuracy, accuracy under `attack`, and how many survivors the suite `sentinel` breaks, without anything
  /// remembered; and all the images.
  package func quick(
    afterStep step: Int, _ attack: any Attack, on network: Network, observe: Observer = { _, _ in },
    poll: () throws -> Void
  ) throws -> (probe: QuickProbe, images: ProbeImages) {
    let start = try begin(attack, on: network, poll: poll), survivors = start.survivors
    let result = try run(.sentinel, on: survivors, of: attack, network: network, observe: observe, poll: poll)
    var images = ProbeImages(set, looked: set.count, pgd: start.points)
    images.note(brokenByPGD: start.clean.filter { !survivors.contains($0) })
    images.note(brokenByTier: survivors.filter { !result.left.contains($0) }, of: survivors, at: result.points)
    let probe = start.probe(
      afterStep: step, attack, of: set.count, n: set.count, left: result.left, breakers: result.breakers,
      passes: leastPasses(attack) + result.passes)
    return (probe, images)
  }

  /// The same with what was remembered of earlier looks, and what is remembered after this one. Half of the probe is
  /// looked at, then three quarters, then all of it, as long as what was found so far does not suffice and `allowance`
  /// passes are not exceeded by the next part, if it costs what those before did. With `insists`, what is left is then
  /// attacked once more.
  package func look(
    afterStep step: Int, _ attack: any Attack, on network: Network, parts: LookParts, memory: inout AttackMemory,
    until suffices: (GapReading) -> Bool, allowance: Int = .max, insists: Bool = false, poll: () throws -> Void
  ) throws -> (probe: QuickProbe, images: ProbeImages) {
    let start = try begin(attack, on: network, poll: poll)
    let look = Look(
      after: attack, in: set, logits: start.logits, on: network, seed: seed, memory: memory, team: team)
    let clean = Swift.Set(start.clean)
    var end = 0, reading = GapReading(step: step, tier: .quick, n: 0, survivors: 0, broken: 0)
    func isAffordable(_ next: Int) -> Bool {
      let known = leastPasses(attack) + look.passes
      return known + look.passes * (next - end) / max(1, end) <= allowance
    }
    for next in [set.count / 2, set.count * 3 / 4, set.count]
    where end == 0 || !suffices(reading) && isAffordable(next) {
      try look.attack(
        start.survivors.filter { (end..<next).contains($0) }, with: parts, clean: clean, poll: poll)
      end = next
      let survivors = start.survivors.count { $0 < end }
      reading = GapReading(step: step, tier: .quick, n: end, survivors: survivors, broken: survivors - look.left.count)
    }
    if insists {
      try look.insist(with: parts, allowance: allowance - leastPasses(attack) - look.passes, poll: poll)
    }
    memory = look.memory
    var images = ProbeImages(set, looked: end, pgd: start.points)
    images.note(brokenByPGD: start.clean.filter { !start.survivors.contains($0) })
    let left = Swift.Set(look.left)
    images.note(brokenByLook: start.survivors.filter { $0 < end && !left.contains($0) }, at: look.points)
    let probe = start.probe(
      afterStep: step, attack, of: set.count, n: end, left: look.left, breakers: look.breakers,
      passes: leastPasses(attack) + look.passes)
    return (probe, images)
  }

  /// What every quick check begins with.
  private struct Start {
    /// The clean probe's logits.
    let logits: [Float]
    /// Positions that are correctly classified without attack.
    let clean: [Int]
    /// The points of the attack as trained.
    let points: Storage
    /// Positions that are correctly classified under it.
    let survivors: [Int]

    func probe(
      afterStep step: Int, _ attack: any Attack, of count: Int, n: Int, left: [Int], breakers: [GapBreaker],
      passes: Int
    ) -> QuickProbe {
      let attacked = survivors.count { $0 < n }
      var reading = GapReading(step: step, tier: .quick, n: n, survivors: attacked, broken: attacked - left.count)
      reading.breakers = breakers
      return QuickProbe(
        step: step, clean: Proportion(correct: clean.count, n: count),
        adversarial: Proportion(correct: survivors.count, n: count), attack: attack.title, reading: reading, looked: n,
        survivors: survivors, left: left, passes: passes)
    }
  }

  private func begin(_ attack: any Attack, on network: Network, poll: () throws -> Void) throws -> Start {
    let logits = try logits(at: set.images, on: network)
    if let logit = logits.first(where: { !$0.isFinite }) {
      throw EvaluationError("logits are not finite (\(logit)): the network has diverged")
    }
    try ask(poll)
    let points = try points(of: attack, on: network, poll: poll)
    return Start(
      logits: logits, clean: correctPositions(logits, labels: set.labels), points: points,
      survivors: correctPositions(try self.logits(at: points, on: network), labels: set.labels))
  }

  /// Positions in the probe that are correctly classified under an attack.
  package func survivors(of attack: any Attack, on network: Network, poll: () throws -> Void) throws -> [Int] {
    correctPositions(
      try logits(at: try points(of: attack, on: network, poll: poll), on: network), labels: set.labels)
  }

  // MARK: the deep tier

  /// What one run of AutoAttack found.
  package struct DeepProbe: Sendable, Hashable {
    /// The gap.
    package let reading: GapReading
    /// Total forward and backward passes of one image.
    package let passes: Int
    /// Reasons not to trust the attacks; only checked before a full one.
    package let warnings: [EvaluationWarning]
  }

  /// Standard AutoAttack on the first `deepCount` images, at the weights of a quick check; with `isFull` on all of
  /// them, which can confirm an alarm.
  package func deep(
    after quick: QuickProbe, _ attack: any Attack, on network: Network, isFull: Bool = false,
    observe: Observer = { _, _ in }, poll: () throws -> Void
  ) throws -> DeepProbe {
    let count = isFull ? set.count : deepCount
    let survivors = quick.survivors.filter { $0 < count }
    var warnings = isFull ? try lint(attack, on: network, observe: observe, poll: poll) : []
    let result = try run(.standard, on: survivors, of: attack, network: network, observe: observe, poll: poll)
    if isFull { warnings += result.warnings }
    return DeepProbe(
      reading: GapReading(
        step: quick.step, tier: isFull ? .full : .deep, n: count, survivors: survivors.count,
        broken: survivors.count - result.left.count),
      passes: result.passes, warnings: warnings)
  }

  /// What the evaluation linter finds on the whole probe. docs/algorithms.md §7.4.
  private func lint(
    _ attack: any Attack, on network: Network, observe: Observer, poll: () throws -> Void
  ) throws -> [EvaluationWarning] {
    let suite = AttackSuite(.standard, classes: network.classes)
    let settings = settings(suite, in: attack, compares: true)
    let evaluation = try RobustnessEvaluation(network, set, settings: settings)
    try evaluation.lint(observe: { observe($0, suite) }, poll: poll)
    return evaluation.report().warnings
  }

  /// The expected cost of `deep`, from what survives the quick tier, for `SentinelSchedule.isDeepDue`. With `isFull`,
  /// that of the whole probe.
  package func expectedDeep(after quick: QuickProbe, classes: Int, isFull: Bool = false) -> Int {
    let count = isFull ? set.count : deepCount
    let attacked = quick.survivors.count { $0 < count }
    // Nothing is known of what the quick check did not look at.
    let left =
      quick.left.count { $0 < count } + quick.survivors.count { (quick.looked..<max(quick.looked, count)).contains($0) }
    return SentinelSchedule.expectedDeep(
      left: left, broken: attacked - left, survivorPasses: expectedPasses(1, classes: classes))
  }

  // MARK: parts

  /// The settings of an evaluation in the ball of a training attack.
  func settings(
    _ suite: AttackSuite, in attack: any Attack, individual: Bool = false, compares: Bool = false
  ) -> EvaluationSettings {
    EvaluationSettings(
      norm: attack.norm, epsilon: Double(attack.epsilon), suite: suite, individual: individual, seed: seed,
      compares: compares)
  }

  /// What a suite did to the survivors of the attack as trained.
  struct SuiteResult {
    /// Survivors that it did not break.
    var left: [Int] = []
    /// The points of the survivors, in order.
    var points = Storage(count: 0)
    /// Which attack broke how many.
    var breakers: [GapBreaker] = []
    /// Total forward and backward passes of one image.
    var passes = 0
    var warnings: [EvaluationWarning] = []
  }

  /// Runs a suite on the survivors of `attack`, in its ball. An image that is misclassified without any attack counts
  /// as broken, whatever the attack made of it.
  private func run(
    _ kind: NamedSuite, on survivors: [Int], of attack: any Attack, network: Network, observe: Observer,
    poll: () throws -> Void
  ) throws -> SuiteResult {
    let suite = AttackSuite(kind, classes: network.classes)
    return try shareOut(survivors, poll: poll) { survivors, poll in
      try run(suite, onOwn: survivors, of: attack, network: network, observe: observe, poll: poll)
    }
  }

  private func run(
    _ suite: AttackSuite, onOwn survivors: [Int], of attack: any Attack, network: Network, observe: Observer,
    poll: () throws -> Void
  ) throws -> SuiteResult {
    guard !survivors.isEmpty else { return SuiteResult() }
    let evaluation = try RobustnessEvaluation(network, set.part(survivors), settings: settings(suite, in: attack))
    evaluation.checksModel = false
    try evaluation.run(observe: { observe($0, suite) }, poll: poll)
    let examples = evaluation.record.examples
    let left = examples.indices.filter { examples[$0].isRobust }.map { survivors[$0] }
    let breakers = suite.attacks.enumerated().map { number, attack in
      GapBreaker(attack: Look.name(of: attack.base), broken: examples.count { $0.breaking?.attack == number })
    }
    return SuiteResult(
      left: left, points: evaluation.adversarials, breakers: breakers,
      passes: survivors.count + evaluation.record.passes,
      warnings: evaluation.report().warnings)
  }
}

extension EvaluationRecord {
  /// Forward and backward passes of one image that its attacks made.
  var passes: Int {
    examples.reduce(0) { $0 + $1.outcomes.reduce(0) { $0 + $1.forwards + $1.backwards } }
  }
}
