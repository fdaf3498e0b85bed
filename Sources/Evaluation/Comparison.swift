import Attacks
import Events
import Tensors

/// A cheap attack that runs next to a suite to check it. docs/algorithms.md §7.4: in a sound evaluation more steps
/// leave fewer images (PGD-100 ≤ PGD-10 ≤ FGSM), every image that can become gray is lost (ε = 0.5), and PGD leaves
/// little more than AutoAttack.
package struct Comparison: Sendable, Hashable, Codable {
  /// The attack.
  package var attack: AnyEvaluationAttack
  /// Its ε.
  package var epsilon: Double
  /// Images it does not break, of those compared on.
  package var robust: Proportion
  /// Data set indices of the correctly classified images it breaks, in order.
  package var broken: [Int]
  /// Forward passes, of one image each.
  package var forwards: Int
  /// Backward passes, of one image each.
  package var backwards: Int
  /// Iterations left out because PGD went around in a circle; nil if none.
  package var skipped: Int?
  /// Seconds spent in it.
  package var seconds: Double

  enum CodingKeys: String, CodingKey {
    case attack, robust, broken, forwards, backwards, skipped, seconds
    case epsilon = "eps"
  }

  package init(
    _ attack: any EvaluationAttack, epsilon: Double, robust: Proportion, broken: [Int], forwards: Int = 0,
    backwards: Int = 0, seconds: Double = 0
  ) {
    self.attack = AnyEvaluationAttack(attack)
    self.epsilon = epsilon
    self.robust = robust
    self.broken = broken
    self.forwards = forwards
    self.backwards = backwards
    self.seconds = seconds
  }

  /// Maximum number of images they use, from the first on: as many as the reference takes in a batch.
  package static let images = 250

  /// The attacks and their ε: FGSM, PGD-10, PGD-100, and PGD where every image can become gray, unless ε is as large.
  static func attacks(
    _ settings: EvaluationSettings, _ shape: Shape
  ) -> [(attack: any EvaluationAttack, epsilon: Double)] {
    let gray = settings.norm == .linf ? 0.5 : 0.5 * Double(shape.planarCount).squareRoot()
    let near: [any EvaluationAttack] = [FGSMAttack(), PGDAttack(), PGDAttack(iterations: 100)]
    let far =
      settings.epsilon < gray ? [(attack: PGDAttack(iterations: 20) as any EvaluationAttack, epsilon: gray)] : []
    return near.map { ($0, settings.epsilon) } + far
  }
}

extension RobustnessEvaluation {
  /// Runs all of them on the first images of all, as far as they are in `set`.
  func compare(
    cleanLogits logits: [Float], observe: (EvaluationProgress) -> Void, poll: () throws -> Void
  ) throws -> [Comparison] {
    let count = comparedCount
    let right = (0..<count).filter { record.examples[$0].cleanCorrect }
    let attacks = Comparison.attacks(record.settings, set.shape)
    meter.begin(-1, pending: attacks.count * right.count)
    return try attacks.map { attack, epsilon in
      var result = Comparison(attack, epsilon: epsilon, robust: Proportion(correct: 0, n: count), broken: [])
      // PGD with 10 and with 100 steps start at the same points.
      let problem = problems(stream: type(of: attack).stream + 65536, epsilon: epsilon, cleanLogits: logits)
      let makeRun = { (image: Int) -> any AttackRun in
        let run = attack.makeRun(problem(image))
        (run as? PGDRun)?.skipsCycles = true
        return run
      }
      try AttackRounds(classifier).attack(right, makeRun) { ended, active in
        for entry in ended {
          let tally = entry.run.tally
          result.forwards += tally.forwards
          result.backwards += tally.backwards
          if tally.skipped > 0 { result.skipped = (result.skipped ?? 0) + tally.skipped }
          if entry.run.found != nil { result.broken.append(set.indices[entry.example]) }
          meter.end(tally, broken: false)
        }
        if meter.isDue() {
          observe(meter.progress(record, of: attack, active: active, classes: classifier.classes))
        }
        try poll()
      }
      result.broken.sort()
      result.robust = Proportion(correct: right.count - result.broken.count, n: count)
      result.seconds = meter.lap()
      return result
    }
  }
}

extension EvaluationRecord {
  /// What the comparisons hold against the evaluation. A shard may have none of the images they are run on.
  func comparisonWarnings(isComplete: Bool, classes: Int) -> [EvaluationWarning] {
    guard let rows = comparisons, rows.contains(where: { $0.robust.n > 0 }) else { return [] }
    let near = rows.filter { $0.epsilon == settings.epsilon }
    var result = zip(near, near.dropFirst()).compactMap(moreIterations)
    if let far = rows.first(where: { $0.epsilon > settings.epsilon }), let warning = largeEpsilon(far, classes) {
      result.append(warning)
    }
    if isComplete, let pgd = near.first(where: { $0.attack == AnyEvaluationAttack(PGDAttack()) }),
      let warning = gap(pgd, classes)
    {
      result.append(warning)
    }
    return result
  }

  /// The weaker attack alone breaks more images than the stronger one alone, by two standard deviations of chance.
  private func moreIterations(_ weaker: Comparison, _ stronger: Comparison) -> EvaluationWarning? {
    let weak = Set(weaker.broken), strong = Set(stronger.broken)
    let onlyWeak = weak.subtracting(strong), onlyStrong = strong.subtracting(weak)
    let noise = 2 * Double(onlyWeak.count + onlyStrong.count).squareRoot()
    guard Double(onlyWeak.count - onlyStrong.count) > noise else { return nil }
    return .moreIterationsWeaker(onlyWeak.sorted(), weaker: weaker, stronger: stronger)
  }

  /// Two standard deviations above chance where every image can become gray.
  private func largeEpsilon(_ row: Comparison, _ classes: Int) -> EvaluationWarning? {
    let n = Double(row.robust.n), chance = 1 / Double(classes)
    guard Double(row.robust.correct) > n * chance + 2 * (n * chance * (1 - chance)).squareRoot() else { return nil }
    let broken = Set(row.broken)
    let left = examples[..<row.robust.n].filter { $0.cleanCorrect && !broken.contains($0.index) }
    return .largeEpsilon(left.map(\.index), row)
  }

  /// PGD's survivors that the suite breaks: the gap of the false-robustness alarm, by the sentinel's thresholds.
  /// docs/algorithms.md §11.4.
  private func gap(_ pgd: Comparison, _ classes: Int) -> EvaluationWarning? {
    let brokenByPGD = Set(pgd.broken), examples = self.examples[..<pgd.robust.n]
    let lost = examples.filter { $0.cleanCorrect && !$0.isRobust && !brokenByPGD.contains($0.index) }
    let reading = GapReading(
      step: 0, tier: .full, n: pgd.robust.n, survivors: pgd.robust.correct, broken: lost.count)
    let thresholds = GapThresholds(), isAlarm = thresholds.isAlarm(reading)
    guard isAlarm || thresholds.isWatch(reading) else { return nil }
    return .pgdGap(
      lost.map(\.index), suite: settings.suite.title(classes: classes), reading, isAlarm: isAlarm)
  }
}
