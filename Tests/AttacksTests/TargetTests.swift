import Attacks
import Evaluation
import Networks
import Tensors
import TestSupport
import Testing

/// Which classes targeted attacks aim at. docs/algorithms.md §4, §5, §7.1: the nine that follow the label's by their
/// logits at the clean image, or all others where there are fewer.
struct TargetTests {
  /// Logits of `classes` classes in no order, the label's the largest.
  private func shuffled(_ classes: Int, label: Int) -> [Double] {
    (0..<classes).map { (k: Int) -> Double in
      k == label ? 100 : Double((7 * k + 3) % 11) + 0.01 * Double(k)
    }
  }

  @Test(arguments: ["apgd-t", "fab-t"], [4, 5, 9, 10, 11, 12, 40])
  func theTargetsAreTheNineNextByTheirLogits(name: String, classes: Int) {
    let label = 2, logits = shuffled(classes, label: label)
    let classifier = constantClassifier(logits, input: Shape(1, 1, 3))
    let ranked = (0..<classes).sorted { logits[$0] > logits[$1] }
    let expected = ranked[1..<min(10, classes)]
    let given = problem(
      [0.4, 0.5, 0.6], classifier, label: label,
      rivals: AttackProblem.rivals(logits.map { Float($0) }, classes: classes, label: label), norm: .linf, epsilon: 0.1)
    let run: any AttackRun =
      name == "apgd-t" ? APGDTAttack(iterations: 3).makeRun(given) : FABTAttack(iterations: 3).makeRun(given)
    var targets: [Int?] = []
    drive(run, on: classifier) {
      if run.tally.iteration == 0 { targets.append(run.tally.target) }
    }
    #expect(targets == expected.map { Optional($0) })
    #expect(run.tally.iterations == 3 * expected.count && run.found == nil)
  }

  /// In a whole evaluation too: iterations of AutoAttack's two targeted attacks on an image that nothing breaks.
  @Test(arguments: [(2, 0, 1), (3, 0, 2), (4, 3, 3), (10, 9, 9), (12, 9, 9)])
  func autoAttackGoesThroughAllOfThem(classes: Int, apgd: Int, fab: Int) throws {
    let logits = shuffled(classes, label: 1)
    let evaluation = try RobustnessEvaluation(
      constantClassifier(logits, input: Shape(1, 1, 3)),
      EvaluationSet(images: [0.4, 0.5, 0.6], shape: Shape(1, 1, 3), labels: [1]),
      settings: EvaluationSettings(epsilon: 0.1, suite: AttackSuite(.standard, classes: classes)))
    try evaluation.run()
    let example = try #require(evaluation.record.examples.first)
    #expect(example.isRobust)
    func iterations(_ name: String) -> [Int] {
      example.outcomes.filter { evaluation.record.settings.suite.attacks[$0.attack].name == name }.map(\.iterations)
    }
    #expect(iterations("apgd-t") == (apgd > 0 ? [100 * apgd] : []))
    #expect(iterations("fab-t") == [100 * fab])
  }
}
