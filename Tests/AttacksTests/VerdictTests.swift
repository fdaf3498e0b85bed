import Networks
import Tensors
import TestSupport
import Testing

@testable import Attacks
@testable import Evaluation

/// What counts as broken: a misclassified point in the ball and in the box, and nothing else. docs/algorithms.md §7,
/// §7.4.
///
/// No attack leaves either by itself, so settings that no evaluation accepts are put into one after it has checked
/// them.
struct VerdictTests {
  private let shape = Shape(1, 3, 4)
  private let grey = [Float](repeating: 0.5, count: 12)

  /// Runs PGD with changed settings on images of class 0; `isOther` says where the classifier answers 1. The gradient
  /// points towards larger pixels everywhere, unless it is another.
  private func evaluate(
    _ images: [[Float]], norm: BallNorm, epsilon: Double, gradient: Double = 1,
    change: (inout PGDAttack) -> Void = { _ in }, isOther: @escaping ([Float]) -> Bool
  ) throws -> RobustnessEvaluation {
    let classifier = FunctionClassifier(classes: 2, input: shape) { x in
      isOther(x) ? [0, 1] : [1, 0]
    } gradient: { x, _ in
      x.map { _ in gradient }
    }
    let set = try EvaluationSet(
      images: images.flatMap { $0 }, shape: shape, labels: images.map { _ in 0 },
      indices: images.indices.map { 40 + $0 })
    let evaluation = try RobustnessEvaluation(
      classifier, set,
      settings: EvaluationSettings(
        norm: norm, epsilon: epsilon, suite: AttackSuite(custom: [PGDAttack(step: 1, start: .clean)])))
    var attack = PGDAttack(step: 1, start: .clean)
    change(&attack)
    evaluation.record.settings.suite.attacks[0] = AnyEvaluationAttack(attack)
    evaluation.checksModel = false
    try evaluation.run()
    return evaluation
  }

  /// Expects which images are broken, and that the others were found broken at points that do not count.
  private func expectBroken(
    _ broken: [Bool], _ evaluation: RobustnessEvaluation, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let report = evaluation.report(), examples = report.examples, pixels = shape.planarCount
    #expect(examples.map { !$0.isRobust } == broken, sourceLocation: sourceLocation)
    #expect(examples.map { $0.outcomes.map(\.broken) } == broken.map { [$0] }, sourceLocation: sourceLocation)
    #expect(report.robust.correct == broken.count { !$0 } && report.isComplete, sourceLocation: sourceLocation)
    let audited = report.warnings.filter { $0.kind == .audit }.flatMap(\.examples)
    #expect(audited == examples.indices.filter { !broken[$0] }.map { 40 + $0 }, sourceLocation: sourceLocation)
    for (image, example) in examples.enumerated() where !broken[image] {
      #expect(example.breaking == nil && example.outcomes[0].distance == nil, sourceLocation: sourceLocation)
      let point = array(evaluation.adversarials.pointer + image * pixels, pixels)
      #expect(point == array(evaluation.set.image(image), pixels), "the clean image", sourceLocation: sourceLocation)
    }
  }

  /// Another class from a fifth beyond the radius on. Three times the radius finds it, but that is outside of the ball.
  @Test(arguments: BallNorm.allCases) func aPointOutsideTheBallIsNotABreak(norm: BallNorm) throws {
    let epsilon = 0.1, image = grey
    func isFar(_ x: [Float]) -> Bool {
      let delta = zip(x, image).map { abs(Double($0) - Double($1)) }
      return (norm == .linf ? delta.max() ?? 0 : delta.reduce(0) { $0 + $1 * $1 }.squareRoot()) > 1.2 * epsilon
    }
    let outside = try evaluate([image], norm: norm, epsilon: epsilon, change: { $0.radius = 3 }, isOther: isFar)
    expectBroken([false], outside)
    // The same point, where the ball is as large.
    let inside = try evaluate([image], norm: norm, epsilon: 3 * epsilon, isOther: isFar)
    expectBroken([true], inside)
    #expect(abs((inside.record.examples[0].breaking?.distance ?? 0) - 3 * epsilon) < 1e-6)
  }

  /// Noise that no step follows is clipped by nobody: around 0 it leaves the box, around 0.5 it does not.
  @Test func aPointOutsideTheBoxIsNotABreak() throws {
    let images = [grey.map { _ in 0 }, grey, grey.map { _ in 1 }]
    let evaluation = try evaluate(
      images, norm: .linf, epsilon: 0.1,
      change: {
        $0.iterations = 0
        $0.start = .noise
      }, isOther: { !images.contains($0) })
    expectBroken([false, true, false], evaluation)
  }

  /// A gradient that is not a number makes the point one that is none.
  @Test func aPointThatIsNotANumberIsNotABreak() throws {
    let image = grey
    let evaluation = try evaluate([image], norm: .l2, epsilon: 0.1, gradient: .nan) { $0 != image }
    expectBroken([false], evaluation)
  }
}
