import Attacks
import Evaluation
import Networks
import Tensors
import TestSupport
import Testing

/// Models that must not be believed, and the warnings they cause.
struct WarningTests {
  private let shape = Shape(1, 1, 4)
  private let weights: [[Double]] = [[2, 0, 0, 0], [0, 2, 0, 0], [0, 0, 2, 0], [0, 0, 0, 2]]

  private func logits(_ x: [Float]) -> [Double] { x.map { 2 * Double($0) } }

  private func warnings(
    _ classifier: FunctionClassifier, _ suite: [any EvaluationAttack] = [APGDCEAttack(iterations: 5)]
  ) throws -> [EvaluationWarning.Kind] {
    try report(classifier, AttackSuite(custom: suite)).warnings.map(\.kind)
  }

  private func report(_ classifier: FunctionClassifier, _ suite: AttackSuite) throws -> EvaluationReport {
    var random = RandomStream(seed: 2, purpose: .test)
    let labels = (0..<24).map { $0 % 4 }
    let pixels = labels.flatMap { label in (0..<4).map { random.uniform(0.2, 0.3) + ($0 == label ? 0.4 : 0) } }
    let set = try EvaluationSet(images: pixels, shape: shape, labels: labels)
    let evaluation = try RobustnessEvaluation(
      classifier, set, settings: EvaluationSettings(epsilon: 0.1, suite: suite))
    try evaluation.run()
    return evaluation.report()
  }

  @Test func aPlainModelCausesNone() throws {
    let classifier = linearClassifier(weights, [0, 0, 0, 0], input: shape)
    #expect(try warnings(classifier, AttackSuite(.quick, classes: 4).attacks.map(\.base)).isEmpty)
  }

  @Test func aSoftmaxOutputIsNoticed() throws {
    let classifier = FunctionClassifier(classes: 4, input: shape) { x in
      probabilities(logits(x))
    } gradient: { x, u in
      let p = probabilities(logits(x)), mean = zip(p, u).reduce(0) { $0 + $1.0 * $1.1 }
      return zip(p, u).map { 2 * $0 * ($1 - mean) }
    }
    #expect(try warnings(classifier) == [.softmaxOutput])
    let found = try report(classifier, AttackSuite(custom: [FGSMAttack()])).warnings
    #expect(found.map(\.examples) == [Array(0..<24)])
    #expect(found[0].line.hasSuffix("so remove the softmax (images 0, 1, 2, 3, 4, … 24 in total)"))
  }

  @Test func aRandomisedModelIsNoticedButNotByTheSuiteForIt() throws {
    var draws: UInt32 = 0
    let classifier = FunctionClassifier(classes: 4, input: shape) { x in
      draws += 1
      var random = RandomStream(seed: draws, purpose: .test)
      return logits(x).map { $0 + 0.1 * Double(random.normal()) }
    } gradient: { _, u in
      u.map { 2 * $0 }
    }
    #expect(try warnings(classifier).contains(.randomized))
    let rand = try report(classifier, AttackSuite(.rand, classes: 4))
    #expect(!rand.warnings.contains { $0.kind == .randomized })
    #expect(rand.isComplete)
  }

  @Test(arguments: ["apgd-dlr", "apgd-t", "fab", "fab-t"])
  func aModelWithoutGradientsIsFlagged(name: String) throws {
    let attack = try #require(evaluationAttacks.first { $0.name == name }).init().with(iterations: 5).base
    let classifier = FunctionClassifier(classes: 4, input: shape) {
      logits($0)
    } gradient: { x, _ in
      x.map { _ in 0 }
    }
    let kinds = try warnings(classifier, [attack])
    #expect(kinds.contains(.zeroGradient))
    #expect(kinds.contains(.saturatedCrossEntropy))
  }

  @Test func squareBreakingAMaskedModelIsReported() throws {
    let classifier = FunctionClassifier(classes: 4, input: shape) { x in
      x.map { 3 * Double($0) * Double($0) }
    } gradient: { x, _ in
      x.map { _ in 0 }
    }
    var suite = AttackSuite(.standard, classes: 4)
    suite.attacks[3] = AnyEvaluationAttack(SquareAttack(iterations: 300))
    var random = RandomStream(seed: 2, purpose: .test)
    let labels = (0..<24).map { $0 % 4 }
    let pixels = labels.flatMap { label in (0..<4).map { random.uniform(0.4, 0.45) + ($0 == label ? 0.12 : 0) } }
    let evaluation = try RobustnessEvaluation(
      classifier, EvaluationSet(images: pixels, shape: shape, labels: labels),
      settings: EvaluationSettings(epsilon: 0.1, suite: suite, individual: true))
    try evaluation.run()
    let report = evaluation.report()
    let square = try #require(report.attacks.last)
    #expect(square.broken > report.attacks[1].broken)
    let found = try #require(report.warnings.first { $0.kind == .squareEffective })
    let onlySquare = report.examples.filter { $0.outcomes.filter(\.broken).map(\.attack) == [3] }.map(\.index)
    #expect(found.examples == onlySquare && !onlySquare.isEmpty)
  }

  @Test func vanishingCrossEntropyIsNoticed() throws {
    let classifier = linearClassifier(weights.map { $0.map { 400 * $0 } }, [0, 0, 0, 0], input: shape)
    #expect(try warnings(classifier) == [.saturatedCrossEntropy])
  }

  @Test func theChecksRunAloneAndFindTheSame() throws {
    let classifier = linearClassifier(weights.map { $0.map { 400 * $0 } }, [0, 0, 0, 0], input: shape)
    let set = try EvaluationSet(
      images: (0..<8).flatMap { label in (0..<4).map { $0 == label % 4 ? Float(0.65) : 0.25 } }, shape: shape,
      labels: (0..<8).map { $0 % 4 })
    let settings = EvaluationSettings(epsilon: 0.1, suite: AttackSuite(custom: [FGSMAttack()]), compares: true)
    let evaluation = try RobustnessEvaluation(classifier, set, settings: settings)
    try evaluation.lint()
    #expect(evaluation.record.comparisons != nil && evaluation.record.examples.allSatisfy { $0.outcomes.isEmpty })
    let alone = evaluation.report().warnings.filter { $0.kind == .saturatedCrossEntropy }
    #expect(alone.map(\.examples) == [Array(0..<8)])
    // What was checked is not checked again.
    try evaluation.run()
    #expect(evaluation.report().warnings.filter { $0.kind == .saturatedCrossEntropy } == alone)
  }

  @Test func aModelThatMixesItsBatchIsNoticed() throws {
    let classifier = MixingClassifier(classes: 4, input: shape)
    let set = try EvaluationSet(
      images: (0..<32).map { Float($0) / 40 }, shape: shape, labels: [3, 3, 3, 3, 3, 3, 3, 3])
    let evaluation = try RobustnessEvaluation(
      classifier, set,
      settings: EvaluationSettings(epsilon: 0.01, suite: AttackSuite(custom: [FGSMAttack()])))
    try evaluation.run()
    let kinds = evaluation.report().warnings.map(\.kind)
    #expect(kinds.contains(.batchDependent) && kinds.contains(.stateChanged))
    let named = Dictionary(uniqueKeysWithValues: evaluation.report().warnings.map { ($0.kind, $0.examples) })
    #expect(named[.batchDependent] == [0, 1, 2] && named[.stateChanged] == Array(0..<8))
    #expect(!kinds.contains(.randomized), "the reference's check does not see it")
  }

  @Test func aFoundPointThatIsNotConfirmedLeavesTheImageRobust() throws {
    // Wrong at the first look at a point, right at the second: a break that does not last.
    var seen: Set<[Float]> = []
    let classifier = FunctionClassifier(classes: 4, input: shape) { x in
      let isClean = x.count { $0 < 0.3 } == 3 && x.contains { $0 >= 0.6 && $0 < 0.7 }
      return isClean || !seen.insert(x).inserted ? logits(x) : logits(x).map { -$0 }
    } gradient: { _, u in
      u.map { 2 * $0 }
    }
    let start = PGDAttack(iterations: 1, step: 4, start: .clean)
    let report = try report(classifier, AttackSuite(custom: [start]))
    #expect(report.attacks[0].finished == 24)
    #expect(report.robust.correct == 24 && report.attacks[0].broken == 0)
    #expect(report.examples.allSatisfy { $0.outcomes[0].forwards == 3 })
  }

  private func probabilities(_ z: [Double]) -> [Double] {
    let e = z.map { exponential($0) }, sum = e.reduce(0, +)
    return e.map { $0 / sum }
  }
}

/// Logits less their mean over the batch, as batch normalization in training mode has it, and a state that counts
/// passes.
private final class MixingClassifier: Classifier {
  let classes: Int
  let input: Shape
  let laneCount = 1
  private let lane: MixingLane

  init(classes: Int, input: Shape) {
    (self.classes, self.input, lane) = (classes, input, MixingLane(classes))
  }

  var stateDigest: UInt64 { lane.passes }

  func eachSeat(_ seats: Int, _ body: (any ClassifierLane, Int) -> Void) {
    for seat in 0..<seats { body(lane, seat) }
  }

  private final class MixingLane: ClassifierLane {
    private let classes: Int
    private let logits = Storage(count: 1024), cotangents = Storage(count: 1024)
    var passes: UInt64 = 0

    init(_ classes: Int) { self.classes = classes }

    var cotangent: UnsafeMutablePointer<Float> { cotangents.pointer }

    func forward(_ images: UnsafePointer<Float>, count: Int) -> UnsafePointer<Float> {
      passes += 1
      for k in 0..<classes {
        let mean = (0..<count).reduce(0) { $0 + images[$1 * classes + k] } / Float(count)
        for row in 0..<count { logits.pointer[row * classes + k] = images[row * classes + k] - mean + Float(k) }
      }
      return UnsafePointer(logits.pointer)
    }

    func backward() -> UnsafePointer<Float> { UnsafePointer(cotangents.pointer) }
  }
}
