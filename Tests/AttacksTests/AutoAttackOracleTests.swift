import Attacks
import Evaluation
import Networks
import Tensors
import TestSupport
import Testing

/// Standard AutoAttack on 512 images against several seeds of the reference implementation.
struct AutoAttackOracleTests {
  private static let stages = ["apgd-ce", "apgd-t", "fab-t", "square"]

  /// Verdicts are pure, so that one run of every attack alone also tells the cascade: after an attack are robust the
  /// images that it and all before it leave. `theCascadeIsTheIntersectionOfItsAttacks` holds this against a cascade.
  @Test(.tags(.slow), arguments: ["nat", "at", "masked"])
  func everyAttackAndTheCascadeGiveTheVerdictsOfTheReference(name: String) throws {
    let oracle = try Oracle("attacks/autoattack_\(name)")
    let evaluation = try oracleEvaluation(name, individual: true)
    try evaluation.run()
    let report = evaluation.report(), n = report.clean.n
    #expect(report.isComplete && n == 512)
    #expect(try report.examples.map(\.cleanCorrect) == oracle.file.bytes("clean_correct").map { $0 == 1 })
    #expect(report.largestPerturbation <= 16 / 255 + 1e-6)

    var isBroken = report.examples.map { !$0.cleanCorrect }
    for (attack, stage) in Self.stages.enumerated() {
      let alone = report.examples.map { $0.outcomes.contains { $0.attack == attack && $0.broken } }
      for image in 0..<n where alone[image] { isBroken[image] = true }
      try expectAgreement(isBroken, oracle, "cascade.\(stage)", strictly: stage == "square")
      let aloneBroken = zip(alone, report.examples).map { $0 || !$1.cleanCorrect }
      try expectAgreement(aloneBroken, oracle, "alone.\(stage)", strictly: false)
    }
    #expect(report.robust.correct == isBroken.count { !$0 })
    let saturated = report.warnings.contains { $0.kind == .saturatedCrossEntropy }
    #expect(saturated == (name == "masked"), "\(report.warnings)")
    #expect(!report.warnings.contains { ![.saturatedCrossEntropy, .zeroGradient].contains($0.kind) })
  }

  /// Robust images within [min − 2, max + 2] of the reference's seeds; `strictly`: on 99 % of the images on which all
  /// seeds agree, the same verdict.
  private func expectAgreement(_ broken: [Bool], _ oracle: Oracle, _ key: String, strictly: Bool) throws {
    let n = broken.count, reference = try oracle.file.bytes("\(key).broken")
    let clean = try oracle.file.bytes("clean_correct")
    let seeds = (0..<reference.count / n).map { seed in
      (0..<n).map { clean[$0] == 0 || reference[seed * n + $0] == 1 }
    }
    let robust = seeds.map { $0.count { !$0 } }, got = broken.count { !$0 }
    let range = (robust.min() ?? 0) - 2...(robust.max() ?? 0) + 2
    #expect(range.contains(got), "\(oracle.name) \(key): \(got) robust, reference \(robust)")
    let always = (0..<n).filter { image in seeds.allSatisfy { $0[image] } }
    let never = (0..<n).filter { image in seeds.allSatisfy { !$0[image] } }
    let same = always.count { broken[$0] } + never.count { !broken[$0] }
    if strictly { #expect(Double(same) >= 0.99 * Double(always.count + never.count), "\(oracle.name) \(key)") }
  }

  @Test func theCascadeIsTheIntersectionOfItsAttacks() throws {
    var suite = AttackSuite(.standard, classes: 10)
    suite.attacks[3] = AnyEvaluationAttack(SquareAttack(iterations: 500))
    let cascade = try oracleEvaluation("nat", suite: suite, images: 128)
    let individual = try oracleEvaluation("nat", suite: suite, images: 128, individual: true)
    try cascade.run()
    try individual.run()
    var robust = individual.report().clean.correct
    for (attack, row) in cascade.report().attacks.enumerated() {
      let left = individual.record.examples.filter { example in
        example.cleanCorrect && !example.outcomes.contains { $0.broken && $0.attack <= attack }
      }
      robust = left.count
      #expect(row.robust.correct == robust)
    }
    #expect(cascade.report().robust == individual.report().robust)
    #expect(robust < cascade.report().clean.correct)
    // What the cascade found first is what stands in both sets of adversarials.
    #expect(Array(cascade.adversarials.buffer) == Array(individual.adversarials.buffer))
  }
}

/// An evaluation of a reference network on the first of the 512 images.
func oracleEvaluation(
  _ name: String, suite: AttackSuite = AttackSuite(.standard, classes: 10), norm: BallNorm = .linf,
  epsilon: Double = 16 / 255, images: Int = 512, individual: Bool = false, threads: Int = 2, seed: UInt32 = 0,
  resuming record: EvaluationRecord? = nil
) throws -> RobustnessEvaluation {
  let network = try oracleNetwork(name, threads: threads)
  return try RobustnessEvaluation(
    network, oracleSet(images),
    settings: EvaluationSettings(
      norm: norm, epsilon: epsilon, suite: suite, individual: individual, seed: seed), resuming: record)
}

/// The first of the 512 images, or those named, in that order.
func oracleSet(_ images: Int = 512, order: [Int]? = nil) throws -> EvaluationSet {
  let file = try Oracle("attacks/evaluation_set").file
  let pixels = try file.bytes("images").map { Float($0) / 255 }, labels = try file.integers("labels")
  let order = order ?? Array(0..<images), size = pixels.count / labels.count
  return try EvaluationSet(
    images: order.flatMap { pixels[$0 * size..<($0 + 1) * size] }, shape: Shape(1, 14, 14),
    labels: order.map { labels[$0] }, indices: order)
}
