import Attacks
import Events
import Testing

@testable import Evaluation

/// One set of thresholds, with Clopper–Pearson intervals, for sentinel and full evaluations.
struct GapThresholdsTests {
  private func reading(_ broken: Int, of n: Int) -> GapReading {
    GapReading(step: 0, tier: .full, n: n, survivors: n, broken: broken)
  }

  @Test func aGapMustBeLargeAndCertain() {
    let thresholds = GapThresholds()
    // 4 of 25: a gap of .16, but [.045, .361]; 40 of 250 is certain enough.
    #expect(!thresholds.isWatch(reading(4, of: 25)) && thresholds.isWatch(reading(40, of: 250)))
    #expect(!thresholds.isAlarm(reading(40, of: 250)) && thresholds.isAlarm(reading(75, of: 250)))
    #expect(!thresholds.isAlarm(reading(7, of: 25)) && thresholds.isCalm(reading(3, of: 25)))
  }

  /// An evaluation of `n` images of which PGD-10 breaks none and the suite breaks some.
  private func warnings(_ broken: Int, of n: Int) throws -> [EvaluationWarning] {
    let small = try SmallNetwork(count: n), set = try small.set()
    let settings = EvaluationSettings(epsilon: 0.1, suite: AttackSuite(.standard, classes: 4), compares: true)
    var record = EvaluationRecord(settings: settings)
    record.examples = (0..<n).map { image in
      let isBroken = image < broken
      let outcomes = (0..<(isBroken ? 1 : 4)).map { attack in
        AttackOutcome(
          attack: attack, broken: isBroken, iterations: 1, forwards: 1, backwards: 1, zeroGradient: false,
          distance: isBroken ? 0.1 : nil)
      }
      return ExampleVerdict(
        index: image, label: small.labels[image], predicted: small.labels[image], outcomes: outcomes)
    }
    let all = Proportion(correct: n, n: n)
    let near: [any EvaluationAttack] = [FGSMAttack(), PGDAttack(), PGDAttack(iterations: 100)]
    record.comparisons = near.map { Comparison($0, epsilon: 0.1, robust: all, broken: []) }
    record.comparisons?.append(
      Comparison(
        PGDAttack(iterations: 20), epsilon: 0.5, robust: Proportion(correct: 0, n: n), broken: Array(0..<n)))
    return try RobustnessEvaluation(small.network, set, settings: settings, resuming: record).report().warnings
  }

  @Test func theEvaluationWarnsByTheSameThresholds() throws {
    // Wilson's interval of 4 of 25 would begin at .064, which is above the threshold of .05.
    #expect(Proportion(correct: 4, n: 25).interval.lowerBound > GapThresholds().watchLower)
    #expect(try warnings(4, of: 25).isEmpty)
    let watch = try warnings(40, of: 200), alarm = try warnings(80, of: 200)
    #expect(watch.map(\.kind) == [.pgdGap] && alarm.map(\.kind) == [.pgdGap])
    #expect(watch[0].message.hasPrefix("AutoAttack breaks 20.0 % of the first 200 images although they survive PGD-10"))
    #expect(watch[0].message.contains("check for") && alarm[0].message.contains("this is false robustness"))
    #expect(watch[0].examples == Array(0..<40))
  }
}
