import Attacks
import Evaluation
import Networks
import Tensors
import TestSupport
import Testing

/// The cheap attacks beside a suite: what they cost, and models that they convict.
struct ComparisonTests {
  private let shape = Shape(1, 2, 2)

  /// Four classes, each told by its own pixel; the label's pixel is 0.12 brighter than the others.
  private func set(_ count: Int, margin: Float = 0.12) throws -> EvaluationSet {
    var random = RandomStream(seed: 2, purpose: .test)
    let labels = (0..<count).map { $0 % 4 }
    let pixels = labels.flatMap { label in
      (0..<4).map { random.uniform(0.44, 0.45) + ($0 == label ? margin : 0) }
    }
    return try EvaluationSet(images: pixels, shape: shape, labels: labels, indices: labels.indices.map { 100 + $0 })
  }

  private func report(
    _ gradient: @escaping ([Float], [Double]) -> [Double], count: Int = 40, margin: Float = 0.12, epsilon: Double = 0.1,
    suite: [any EvaluationAttack] = [FGSMAttack()]
  ) throws -> EvaluationReport {
    let classifier = FunctionClassifier(
      classes: 4, input: shape, logits: { $0.map { 2 * Double($0) } }, gradient: gradient)
    let settings = EvaluationSettings(epsilon: epsilon, suite: AttackSuite(custom: suite), compares: true)
    let evaluation = try RobustnessEvaluation(classifier, set(count, margin: margin), settings: settings)
    try evaluation.run()
    return evaluation.report()
  }

  @Test func anHonestModelPassesAndThePassesAreCounted() throws {
    let report = try report({ _, u in u.map { 2 * $0 } }, margin: 0.3)
    let rows = try #require(report.comparisons)
    #expect(rows.map(\.attack.title) == ["FGSM", "PGD-10", "PGD-100", "PGD-20"])
    #expect(rows.map(\.epsilon) == [0.1, 0.1, 0.1, 0.5])
    #expect(rows.map(\.robust.correct) == [40, 40, 40, 0])
    // PGD reaches a corner of the ball and stays: the rest of its iterations need no passes.
    let skipped = rows.map { $0.skipped ?? 0 }
    #expect(zip(rows, skipped).map { $0.forwards + $1 } == [80, 440, 4040, 840])
    #expect(zip(rows, skipped).map { $0.backwards + $1 } == [40, 400, 4000, 800])
    #expect(skipped[0] == 0 && skipped[2] > 3000)
    #expect(rows[3].broken == Array(100..<140))
    #expect(report.warnings.isEmpty)
  }

  /// A gradient that points the wrong way wherever PGD goes, and the right way at the image itself.
  @Test func aGradientThatMisleadsOnTheWayIsConvictedByItsOwnFGSM() throws {
    let report = try report { x, u in
      let isClean = x.filter { $0 >= 0.44 && $0 <= 0.45 }.count == 3
      return u.map { isClean ? 2 * $0 : -2 * $0 }
    }
    let warning = try #require(report.warnings.first { $0.kind == .moreIterationsWeaker })
    #expect(warning.message.hasPrefix("PGD-10 leaves 100.0 % of the first 40 images, FGSM only 0.0 %"))
    #expect(warning.examples == Array(100..<140))
    #expect(report.warnings.contains { $0.kind == .largeEpsilon && $0.examples == Array(100..<140) })
  }

  /// No gradient for cross-entropy, only for single logits: PGD stands still, FAB does not.
  @Test func aSuiteThatBreaksWhatSurvivesPGDIsReported() throws {
    let report = try report(
      { x, u in
        let isCrossEntropy = u.contains { $0 != 0 && abs($0) != 1 }
        return isCrossEntropy ? x.map { _ in 0 } : u.map { 2 * $0 }
      }, suite: [FABTAttack(iterations: 10, targets: 3)])
    #expect(report.robust.correct == 0)
    let warning = try #require(report.warnings.first { $0.kind == .pgdGap })
    #expect(warning.message.contains("FAB-T-10 breaks ") && warning.message.contains("false robustness"))
    let pgd = try #require(report.comparisons?[1])
    #expect(warning.examples == (100..<140).filter { !pgd.broken.contains($0) } && warning.examples.count > 10)
  }

  @Test func theyAreLeftOutUnlessAskedForAndAreNotRepeated() throws {
    let suite = AttackSuite(custom: [FGSMAttack()])
    let plain = try oracleEvaluation("at", suite: suite, images: 20)
    try plain.run()
    #expect(plain.report().comparisons == nil)

    var settings = plain.record.settings
    settings.compares = true
    let network = try oracleNetwork("at", threads: 2)
    let first = try RobustnessEvaluation(network, oracleSet(20), settings: settings)
    let cost = first.forecast()
    try first.run()
    let rows = try #require(first.record.comparisons)
    #expect(cost.forwards == 20 * 2 + 20 * (2 + 11 + 101 + 21))
    #expect(rows.allSatisfy { $0.robust.n == 20 })
    // The suite's own verdicts are the same with them and without.
    #expect(first.record.examples == plain.record.examples)
    let again = try RobustnessEvaluation(network, oracleSet(20), settings: settings, resuming: first.record)
    try again.run()
    #expect(again.record == first.record)
  }

  /// On the reference's networks: the trained one passes, the masked one does not hide that its losses are saturated.
  @Test(arguments: ["nat", "at", "masked"])
  func theReferencesNetworksAreJudgedByWhatTheyAre(name: String) throws {
    let settings = EvaluationSettings(
      epsilon: 16 / 255, suite: AttackSuite(custom: [APGDTAttack(iterations: 20)]), compares: true)
    let evaluation = try RobustnessEvaluation(
      oracleNetwork(name, threads: 2), oracleSet(128), settings: settings)
    try evaluation.run()
    let report = evaluation.report(), rows = try #require(report.comparisons)
    let kinds = Set(report.warnings.map(\.kind))
    if name == "masked" {
      #expect(kinds.contains(.pgdGap) && kinds.contains(.saturatedCrossEntropy), "\(kinds)")
    } else {
      #expect(kinds.isEmpty, "\(kinds)")
      #expect(rows[3].robust.correct <= 13)
    }
  }
}
