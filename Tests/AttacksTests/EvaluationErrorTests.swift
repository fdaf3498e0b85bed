import Attacks
import Evaluation
import Networks
import Tensors
import TestSupport
import Testing

/// What cannot be evaluated is said in one line.
struct EvaluationErrorTests {
  private let shape = Shape(1, 1, 2)

  private func evaluate(
    pixels: [Float] = [0.2, 0.3], labels: [Int] = [0], indices: [Int]? = nil, classes: Int = 4, epsilon: Double = 0.1,
    norm: BallNorm = .linf, suite: AttackSuite? = nil, input: Shape? = nil, bias: Double = 0
  ) throws {
    let set = try EvaluationSet(images: pixels, shape: shape, labels: labels, indices: indices)
    let classifier = linearClassifier(
      (0..<classes).map { [Double($0), bias] }, [Double](repeating: 0, count: classes), input: input ?? shape)
    try RobustnessEvaluation(
      classifier, set,
      settings: EvaluationSettings(
        norm: norm, epsilon: epsilon, suite: suite ?? AttackSuite(.standard, classes: classes))
    ).run()
  }

  @Test func imagesOutsideTheBoxAreRefused() {
    expectOneLine("outside [0, 1]") { try evaluate(pixels: [0.2, 1.5]) }
    expectOneLine("outside [0, 1]") { try evaluate(pixels: [-0.01, 0.5]) }
    expectOneLine("outside [0, 1]") { try evaluate(pixels: [.nan, 0.5]) }
    expectOneLine("outside [0, 1]") { try evaluate(pixels: [.infinity, 0.5]) }
    expectOneLine("255") { try evaluate(pixels: [128, 3]) }
  }

  @Test func labelsOutOfRangeAreRefused() {
    expectOneLine("image 1 has label 4; the model knows 0 to 3") {
      try evaluate(pixels: [0.2, 0.3, 0.2, 0.3], labels: [0, 4])
    }
    expectOneLine("label -1") { try evaluate(labels: [-1]) }
  }

  @Test func countsMustFit() {
    expectOneLine("no images") { try evaluate(pixels: [], labels: []) }
    expectOneLine("2 labels and 2 pixels") { try evaluate(labels: [0, 1]) }
    expectOneLine("need 2") { try evaluate(indices: [1, 2]) }
    expectOneLine("the model takes 1×2×2") { try evaluate(input: Shape(1, 2, 2)) }
  }

  @Test func radiiMustMakeSense() {
    for epsilon in [0, -0.1, .nan, .infinity] {
      expectOneLine("not a positive number") { try evaluate(epsilon: epsilon) }
    }
    expectOneLine("8/255") { try evaluate(epsilon: 8) }
    #expect(throws: Never.self) { try evaluate(epsilon: 3, norm: .l2, suite: AttackSuite(custom: [PGDAttack()])) }
  }

  @Test func attacksThatNeedMoreClassesAreRefused() {
    expectOneLine("apgd-dlr needs at least 3 classes, the model has 2; use apgd-ce") {
      try evaluate(classes: 2, suite: AttackSuite(custom: [APGDDLRAttack()]))
    }
    expectOneLine("apgd-t needs at least 4 classes, the model has 3; use apgd-dlr") {
      try evaluate(classes: 3, suite: AttackSuite(custom: [APGDTAttack()]))
    }
    expectOneLine("1 class") { try evaluate(classes: 1, suite: AttackSuite(custom: [PGDAttack()])) }
  }

  @Test func emptyOrSenselessListsAreRefused() {
    expectOneLine("no attack") { try evaluate(suite: AttackSuite(custom: [])) }
    expectOneLine("at least 1") { try evaluate(suite: AttackSuite(custom: [PGDAttack(iterations: 0)])) }
    expectOneLine("at least 1") { try evaluate(suite: AttackSuite(custom: [FABTAttack(targets: 0)])) }
    expectOneLine("radius") { try evaluate(suite: AttackSuite(custom: [PGDAttack(radius: 2)])) }
    expectOneLine("attack 'apgd' is unknown") { _ = try AttackSuite(named: "apgd-ce,apgd", classes: 10) }
    expectOneLine("did you mean 'apgd-ce'?") { _ = try AttackSuite(named: "apgd-cf", classes: 10) }
    expectOneLine(
      "'autoattack' is a suite and can't be combined with other attacks; use it alone, or combine single"
    ) {
      _ = try AttackSuite(named: "autoattack,pgd", classes: 10)
    }
    expectOneLine("attack '' is unknown") { _ = try AttackSuite(named: "", classes: 10) }
    expectOneLine("apgd-t needs at least 4") { _ = try AttackSuite(named: "apgd-ce,apgd-t", classes: 3) }
  }

  @Test func aNetworkWithNaNWeightsIsRefused() throws {
    expectOneLine("not finite") { try evaluate(bias: .nan) }
    let network = try oracleNetwork("at")
    var state = network.stateDictionary()
    var values = try state.floats("fc.weight")
    values[3] = .nan
    state.add("fc.weight", shape: [10, 784], floats: values)
    try network.load(state)
    let evaluation = try RobustnessEvaluation(
      network, oracleSet(8), settings: EvaluationSettings(epsilon: 0.1, suite: AttackSuite(.standard, classes: 10)))
    expectOneLine("the model's logits for image 0 are not finite") { try evaluation.run() }
  }
}

/// Expects an error whose one line contains a text.
func expectOneLine(_ text: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void) {
  do {
    try body()
    Issue.record("nothing was thrown, expected: \(text)", sourceLocation: sourceLocation)
  } catch {
    let line = "\(error)"
    #expect(error is EvaluationError, "\(error)", sourceLocation: sourceLocation)
    #expect(line.contains(text) && !line.contains("\n"), "\(line)", sourceLocation: sourceLocation)
  }
}
