import Attacks
import Events
import Spelling
import Tensors

/// A cheap attack that runs beside a suite, because an honest evaluation puts its accuracy in a known place. ALGORITHMS
/// §7.4: more steps leave less (PGD-100 ≤ PGD-10 ≤ FGSM), an image that may become grey is lost (ε = 0.5), and PGD
/// leaves little more than AutoAttack.
package struct Comparison: Sendable, Hashable, Codable {
  /// The attack.
  package var spec: AttackSpec
  /// Its ε.
  package var epsilon: Double
  /// Images it leaves right, of those compared on.
  package var robust: Proportion
  /// Data set indices of the right images it breaks, in order.
  package var broken: [Int]
  /// Forward passes, of one image each.
  package var forwards: Int
  /// Backward passes, of one image each.
  package var backwards: Int
  /// Seconds spent in it.
  package var seconds: Double

  enum CodingKeys: String, CodingKey {
    case robust, broken, forwards, backwards, seconds
    case spec = "attack"
    case epsilon = "eps"
  }

  package init(
    spec: AttackSpec, epsilon: Double, robust: Proportion, broken: [Int], forwards: Int = 0, backwards: Int = 0,
    seconds: Double = 0
  ) {
    self.spec = spec
    self.epsilon = epsilon
    self.robust = robust
    self.broken = broken
    self.forwards = forwards
    self.backwards = backwards
    self.seconds = seconds
  }

  /// How many images they use at most, the first ones: as many as the reference takes in a batch.
  package static let images = 250

  /// The attacks and their ε: FGSM, PGD-10, PGD-100, and PGD where every image may become grey, unless ε is as large.
  static func attacks(_ settings: EvaluationSettings, _ shape: Shape) -> [(spec: AttackSpec, epsilon: Double)] {
    let grey = settings.norm == .linf ? 0.5 : 0.5 * Double(shape.planarCount).squareRoot()
    let near = [AttackSpec(.fgsm), AttackSpec(.pgd), AttackSpec(.pgd, iterations: 100)].map { ($0, settings.epsilon) }
    return settings.epsilon < grey ? near + [(AttackSpec(.pgd, iterations: 20), grey)] : near
  }
}

extension RobustnessEvaluation {
  /// Runs them all on the first images.
  func compare(
    _ logits: [Float], _ observe: (EvaluationProgress) -> Void, _ poll: () throws -> Void
  ) throws -> [Comparison] {
    let count = min(set.count, Comparison.images)
    let right = (0..<count).filter { record.examples[$0].cleanCorrect }
    let attacks = Comparison.attacks(record.settings, set.shape)
    meter.begin(-1, pending: attacks.count * right.count)
    return try attacks.map { spec, epsilon in
      var result = Comparison(spec: spec, epsilon: epsilon, robust: Proportion(correct: 0, n: count), broken: [])
      // PGD of 10 and of 100 steps start at the same points.
      let problem = problems(spec.name, stream: 65536, epsilon: epsilon, logits)
      try AttackRounds(classifier).attack(right, { spec.makeRun(problem($0)) }) { ended, active in
        for entry in ended {
          let tally = entry.run.tally
          result.forwards += tally.forwards
          result.backwards += tally.backwards
          if entry.run.found != nil { result.broken.append(set.indices[entry.example]) }
          meter.end(tally, broken: false)
        }
        if meter.isDue() {
          observe(meter.progress(record, active: active, spec: spec, classes: classifier.classes))
        }
        try poll()
      }
      result.broken.sort()
      result.robust = Proportion(correct: right.count - result.broken.count, n: count)
      result.seconds = meter.lap()
      return result
    }
  }

  /// What the comparisons say against the evaluation.
  func comparisonWarnings(isComplete: Bool) -> [EvaluationWarning] {
    guard let rows = record.comparisons else { return [] }
    let near = rows.filter { $0.epsilon == record.settings.epsilon }
    var result = zip(near, near.dropFirst()).compactMap(moreIterations)
    if let far = rows.first(where: { $0.epsilon > record.settings.epsilon }), let warning = largeEpsilon(far) {
      result.append(warning)
    }
    if isComplete, let pgd = near.first(where: { $0.spec == AttackSpec(.pgd) }), let warning = gap(pgd) {
      result.append(warning)
    }
    return result
  }

  /// More images broken by the weaker attack alone than by the stronger one alone, by two standard deviations of what
  /// chance would do to them.
  private func moreIterations(_ weaker: Comparison, _ stronger: Comparison) -> EvaluationWarning? {
    let weak = Set(weaker.broken), strong = Set(stronger.broken)
    let onlyWeak = weak.subtracting(strong), onlyStrong = strong.subtracting(weak)
    let noise = 2 * Double(onlyWeak.count + onlyStrong.count).squareRoot()
    guard Double(onlyWeak.count - onlyStrong.count) > noise else { return nil }
    return EvaluationWarning(
      .moreIterationsWeaker,
      "\(stronger.spec.title) leaves \(percent(stronger.robust)) of the first \(weaker.robust.n) images, "
        + "\(weaker.spec.title) only \(percent(weaker.robust)); more iterations must not be weaker, "
        + "gradients mislead and no gradient attack can be believed",
      examples: onlyWeak.sorted())
  }

  /// Two standard deviations above chance where every image may become grey.
  private func largeEpsilon(_ row: Comparison) -> EvaluationWarning? {
    let n = Double(row.robust.n), chance = 1 / Double(classifier.classes)
    guard Double(row.robust.correct) > n * chance + 2 * (n * chance * (1 - chance)).squareRoot() else { return nil }
    let broken = Set(row.broken)
    let left = record.examples[..<row.robust.n].filter { $0.cleanCorrect && !broken.contains($0.index) }
    return EvaluationWarning(
      .largeEpsilon,
      "\(row.spec.title) at ε \(Fraction.decimal(row.epsilon)), where every image may become grey, still leaves "
        + "\(percent(row.robust)); a working attack leaves chance at most, so gradients are masked",
      examples: left.map(\.index))
  }

  /// PGD's survivors that the suite breaks: the gap of the false-robustness alarm, §11.4.
  private func gap(_ pgd: Comparison) -> EvaluationWarning? {
    let brokenByPGD = Set(pgd.broken)
    let lost = record.examples[..<pgd.robust.n].filter {
      $0.cleanCorrect && !$0.isRobust && !brokenByPGD.contains($0.index)
    }
    let gap = Proportion(correct: lost.count, n: pgd.robust.n)
    guard gap.value > 0.15, gap.interval.lowerBound > 0.05 else { return nil }
    let isAlarm = gap.value > 0.25 && gap.interval.lowerBound > 0.15
    let title = record.settings.suite.title(classes: classifier.classes)
    return EvaluationWarning(
      .pgdGap,
      "\(title) breaks \(percent(gap)) of the first \(gap.n) images that survive PGD-10; "
        + (isAlarm
          ? "this is false robustness, PGD's accuracy means nothing here"
          : "look for false robustness before believing PGD's accuracy"),
      examples: lost.map(\.index))
  }

  private func percent(_ proportion: Proportion) -> String {
    "\((1000 * proportion.value).rounded() / 10) %"
  }
}
