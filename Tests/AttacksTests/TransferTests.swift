import Attacks
import Evaluation
import Networks
import Tensors
import TestSupport
import Testing

/// Adversarial images of earlier weights, tried on others.
struct TransferTests {
  private let shape = Shape(1, 1, 2)

  /// Class 1 wins where x₀ > threshold. Without `isMasked` the gradient says so, otherwise it is zero.
  private func classifier(threshold: Double, isMasked: Bool = false) -> FunctionClassifier {
    FunctionClassifier(classes: 2, input: shape) { x in
      [0, Double(x[0]) - threshold]
    } gradient: { _, u in
      [isMasked ? 0 : u[1], 0]
    }
  }

  private func evaluation(_ target: FunctionClassifier, epsilon: Double) throws -> RobustnessEvaluation {
    let set = try EvaluationSet(images: [0.5, 0.5, 0.1, 0.5, 0.55, 0.2], shape: shape, labels: [0, 0, 0])
    let settings = EvaluationSettings(
      norm: .linf, epsilon: epsilon,
      suite: AttackSuite(custom: [PGDAttack(iterations: 2, radius: 0.01, start: .clean)]))
    let evaluation = try RobustnessEvaluation(target, set, settings: settings)
    evaluation.checksModel = false
    try evaluation.run()
    return evaluation
  }

  @Test func whatASourceShowsBreaksATargetThatHidesItsGradients() throws {
    let evaluation = try evaluation(classifier(threshold: 0.6, isMasked: true), epsilon: 0.15)
    #expect(evaluation.record.examples.allSatisfy { $0.isRobust })
    let none = AttackSuite(custom: [PGDAttack(iterations: 1, start: .clean)])
    #expect(try evaluation.bestKnown(none).broken.isEmpty)
    // The source's own boundary is elsewhere: only the direction carries over.
    let sources = [0.9, 0.2].map { TransferSource(name: "at \($0)", classifier: classifier(threshold: $0)) }
    let best = try evaluation.bestKnown(none, from: sources)
    #expect(best.broken == [0, 2] && best.robust == 1 && best.n == 3)
    let row = try #require(best.attacks.first)
    #expect(row.name == "transfer" && row.title == "transfer from at 0.9, at 0.2")
    #expect(row.broken == 2 && row.attacked == 3)
    // 51 looks of PGD-50 at each source, then one at a broken image and two at the other.
    #expect(row.forwards == 2 * 3 * 51 + 1 + 1 + 2 && row.backwards == 2 * 3 * 50)
    #expect(best.attacks[1].attacked == 1, "the suite gets what is left")
  }

  @Test func aSourceBeyondTheBallBreaksNothing() throws {
    let evaluation = try evaluation(classifier(threshold: 0.6, isMasked: true), epsilon: 0.04)
    let best = try evaluation.bestKnown(
      AttackSuite(custom: [PGDAttack(iterations: 1, start: .clean)]),
      from: [TransferSource(name: "one", classifier: classifier(threshold: 0.2))])
    #expect(best.broken.isEmpty && best.robust == 3)
  }

  @Test func withNothingLeftNothingIsTried() throws {
    let evaluation = try evaluation(classifier(threshold: 0.0), epsilon: 0.1)
    let best = try evaluation.bestKnown(
      AttackSuite(custom: [PGDAttack()]), from: [TransferSource(name: "one", classifier: classifier(threshold: 0.2))])
    #expect(best.attacks.isEmpty && best.robust == 0)
  }
}
