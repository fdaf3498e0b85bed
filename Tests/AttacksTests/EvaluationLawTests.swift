import Attacks
import Evaluation
import Networks
import Tensors
import TestSupport
import Testing

/// What holds for every attack and every cascade.
struct EvaluationLawTests {
  /// All attacks, with few iterations.
  static let every: [AnyEvaluationAttack] = evaluationAttacks.compactMap { type in
    type == FABAttack.self
      ? AnyEvaluationAttack(FABAttack(iterations: 12, restarts: 2))
      : try? type.init().with(iterations: type.usesGradients ? 12 : 150)
  }

  @Test(arguments: every, BallNorm.allCases)
  func anAttackStaysInBallAndBoxAndLeavesWrongImagesAlone(attack: AnyEvaluationAttack, norm: BallNorm) throws {
    let epsilon = norm == .linf ? 16 / 255 : 0.75
    let evaluation = try oracleEvaluation(
      "at", suite: AttackSuite(custom: [attack.base]), norm: norm, epsilon: epsilon, images: 96)
    try evaluation.run()
    let set = evaluation.set, size = set.shape.planarCount
    let network = try oracleNetwork("at"), logits = network.evaluate(evaluation.adversarials.pointer, count: set.count)
    #expect(evaluation.record.examples.contains { !$0.cleanCorrect })
    #expect(evaluation.report().attacks[0].broken > 0, "\(attack.name) breaks something")
    for (image, example) in evaluation.record.examples.enumerated() {
      let adversarial = array(evaluation.adversarials.pointer + image * size, size),
        clean = array(set.image(image), size)
      #expect(adversarial.allSatisfy { $0 >= 0 && $0 <= 1 })
      let delta = zip(adversarial, clean).map { Double($0) - Double($1) }
      let distance =
        norm == .linf ? delta.map(abs).max() ?? 0 : delta.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(distance <= epsilon + 1e-6)
      if !example.cleanCorrect { #expect(example.outcomes.isEmpty) }
      if example.isRobust || !example.cleanCorrect {
        #expect(adversarial == clean)
      } else {
        #expect(predictedClass(Array(logits[image * 10..<(image + 1) * 10]), classes: 10) != example.label)
        #expect(abs((example.breaking?.distance ?? -1) - distance) < 1e-8)
      }
    }
  }

  @Test(arguments: BallNorm.allCases)
  func verdictsDependOnNeitherBatchNorOrderNorThreads(norm: BallNorm) throws {
    let epsilon = norm == .linf ? 16 / 255 : 0.75
    let suite = AttackSuite(custom: Self.every.map(\.base))
    let settings = EvaluationSettings(norm: norm, epsilon: epsilon, suite: suite, individual: true)
    let whole = try RobustnessEvaluation(oracleNetwork("at", threads: 2), oracleSet(40), settings: settings)
    try whole.run()
    let expected = Dictionary(uniqueKeysWithValues: whole.record.examples.map { ($0.index, $0) })
    let size = whole.set.shape.planarCount
    let orders = [Array((0..<40).reversed()), [7], [3, 31, 12], Array(stride(from: 0, to: 40, by: 2))]
    for (number, order) in orders.enumerated() {
      let part = try RobustnessEvaluation(
        oracleNetwork("at", threads: 1 + 2 * (number % 2)), oracleSet(order: order), settings: settings)
      try part.run()
      for (row, example) in part.record.examples.enumerated() {
        #expect(example == expected[example.index])
        #expect(
          array(part.adversarials.pointer + row * size, size)
            == array(whole.adversarials.pointer + example.index * size, size))
      }
    }
  }

  @Test(arguments: BallNorm.allCases)
  func leavingEarlyChangesNoVerdict(norm: BallNorm) throws {
    let suite = AttackSuite(custom: Self.every.map(\.base).filter { !($0 is FGSMAttack) })
    let epsilon = norm == .linf ? 16 / 255 : 0.75
    let early = try oracleEvaluation("nat", suite: suite, norm: norm, epsilon: epsilon, images: 40, individual: true)
    let plain = try oracleEvaluation("nat", suite: suite, norm: norm, epsilon: epsilon, images: 40, individual: true)
    plain.leavesEarly = false
    try early.run()
    try plain.run()
    for (first, second) in zip(early.record.examples, plain.record.examples) {
      #expect(first.outcomes.map(\.broken) == second.outcomes.map(\.broken))
    }
    let forwards = [early, plain].map { $0.report().attacks.reduce(0) { $0 + $1.forwards } }
    #expect(forwards[0] < forwards[1])
  }

  @Test(arguments: ["apgd-ce", "apgd-t", "fab-t", "square", "pgd"])
  func moreIterationsNeverRaiseTheAccuracyBeyondNoise(name: String) throws {
    let type = try #require(evaluationAttacks.first { $0.name == name })
    var robust: [Int] = []
    for iterations in name == "square" ? [20, 200, 1000] : [3, 12, 40] {
      let attack = try type.init().with(iterations: iterations)
      let evaluation = try oracleEvaluation("nat", suite: AttackSuite(custom: [attack.base]), images: 128)
      try evaluation.run()
      robust.append(evaluation.report().robust.correct)
    }
    #expect(robust[1] <= robust[0] + 1 && robust[2] <= robust[1] + 1, "\(robust)")
    #expect(robust[2] < robust[0], "\(robust)")
  }

  @Test func anotherSeedDrawsOtherNumbers() throws {
    let suite = AttackSuite(custom: [APGDCEAttack(iterations: 5)])
    let first = try oracleEvaluation("nat", suite: suite, images: 32)
    let second = try oracleEvaluation("nat", suite: suite, images: 32, seed: 1)
    try first.run()
    try second.run()
    #expect(Array(first.adversarials.buffer) != Array(second.adversarials.buffer))
  }

  @Test func plusRandAndQuickRunOnARealNetwork() throws {
    var results: [String: Int] = [:]
    for kind in [NamedSuite.standard, .plus, .rand, .quick] {
      for norm in BallNorm.allCases {
        var suite = AttackSuite(kind, classes: 10)
        try suite.shorten { min($0.iterations, $0.usesGradients ? 20 : 100) }
        let evaluation = try oracleEvaluation(
          "at", suite: suite, norm: norm, epsilon: norm == .linf ? 16 / 255 : 0.75, images: 48)
        try evaluation.run()
        let report = evaluation.report()
        #expect(report.isComplete && report.robust.correct < report.clean.correct, "\(kind.name) \(norm)")
        results["\(kind.name) \(norm)"] = report.robust.correct
      }
    }
    #expect((results["autoattack-plus linf"] ?? 99) <= (results["autoattack linf"] ?? 0) + 1, "\(results)")
    #expect((results["autoattack-plus l2"] ?? 99) <= (results["autoattack l2"] ?? 0) + 1, "\(results)")
  }
}
