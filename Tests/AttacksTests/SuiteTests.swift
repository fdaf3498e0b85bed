import Attacks
import Evaluation
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

/// Which attacks a suite has, for which number of classes, and how models with two and three classes fare.
struct SuiteTests {
  private func names(_ kind: NamedSuite, _ classes: Int) -> [String] {
    AttackSuite(kind, classes: classes).attacks.map {
      $0.name + (($0.base as? any TargetedAttack).map { "(\($0.targets))" } ?? "")
        + ($0.restarts > 1 ? "×\($0.restarts)" : "")
    }
  }

  @Test func theSuitesAreTheReferences() {
    #expect(names(.standard, 10) == ["apgd-ce", "apgd-t(9)", "fab-t(9)", "square"])
    #expect(
      names(.plus, 10) == ["apgd-ce×5", "apgd-dlr×5", "fab×5", "square", "apgd-t(9)", "fab-t(9)"])
    #expect(names(.rand, 10) == ["apgd-ce", "apgd-dlr"])
    #expect(
      AttackSuite(.rand, classes: 10).attacks.map(\.details) == [["mean of 20 gradients"], ["mean of 20 gradients"]])
    #expect(AttackSuite(.standard, classes: 10).attacks.map(\.iterations) == [100, 100, 100, 5000])
    #expect(names(.quick, 10) == ["apgd-t(3)", "pgd", "pgd"])
  }

  @Test func fewClassesMakeAnotherSuite() {
    #expect(names(.standard, 2) == ["apgd-ce", "fab-t(1)", "square"])
    #expect(names(.standard, 3) == ["apgd-ce", "apgd-dlr", "fab-t(2)", "square"])
    #expect(names(.standard, 4) == ["apgd-ce", "apgd-t(3)", "fab-t(3)", "square"])
    #expect(names(.standard, 100) == names(.standard, 10))
    #expect(names(.plus, 2) == ["apgd-ce×5", "fab×5", "square", "fab-t(1)"])
    #expect(names(.plus, 3) == ["apgd-ce×5", "apgd-dlr×5", "fab×5", "square", "fab-t(2)"])
    #expect(names(.rand, 2) == ["apgd-ce"])
    #expect(names(.quick, 2) == ["apgd-ce", "pgd", "pgd"] && names(.quick, 3) == ["apgd-dlr", "pgd", "pgd"])
    #expect(AttackSuite(.quick, classes: 2).attacks[0].iterations == 20)
    #expect(AttackSuite(.standard, classes: 3).title(classes: 3) == "AA (K=3)")
    #expect(AttackSuite(.standard, classes: 10).title(classes: 10) == "AutoAttack")
  }

  @Test func namesBecomeSuites() throws {
    #expect(try AttackSuite(named: "autoattack", classes: 10) == AttackSuite(.standard, classes: 10))
    #expect(try AttackSuite(named: "quick", classes: 3) == AttackSuite(.quick, classes: 3))
    let list = try AttackSuite(named: "apgd-ce,square,fab-t", classes: 5)
    #expect(list.attacks.map(\.name) == ["apgd-ce", "square", "fab-t"])
    #expect(
      list.attacks.map(\.restarts) == [5, 1, 1] && list.attacks[2] == AnyEvaluationAttack(FABTAttack(targets: 4)))
    #expect(list.title(classes: 5) == "APGD-CE → Square → FAB-T")
    for type in evaluationAttacks { #expect(try AttackSuite(named: type.name, classes: 10).attacks.count == 1) }
  }

  @Test(arguments: [2, 3, 4, 5], BallNorm.allCases)
  func aModelOfFewClassesIsBrokenExactlyWhereItsMarginSays(classes: Int, norm: BallNorm) throws {
    // Rows of a linear model whose differences all have the same dual norm, images far from the walls: an image breaks
    // if and only if its smallest margin is below ε times that norm.
    let shape = Shape(1, 1, 8), scale = 1.0
    let a = (0..<classes).map { k in (0..<8).map { $0 == k ? scale : 0 } }
    let classifier = linearClassifier(a, [Double](repeating: 0, count: classes), input: shape)
    let epsilon = 0.1, reach = epsilon * (norm == .linf ? 2 : 2.0.squareRoot())
    var pixels: [Float] = [], labels: [Int] = [], fragile: [Bool] = []
    for number in 0..<12 {
      let label = number % classes, margin = reach * (number % 2 == 0 ? 0.9 : 1.1)
      pixels += (0..<8).map { $0 == label ? Float(0.45 + margin) : 0.45 }
      labels.append(label)
      fragile.append(number % 2 == 0)
    }
    let set = try EvaluationSet(images: pixels, shape: shape, labels: labels)
    for kind in [NamedSuite.standard, .plus] {
      var suite = AttackSuite(kind, classes: classes)
      try suite.shorten { $0.usesGradients ? $0.iterations : 100 }
      let evaluation = try RobustnessEvaluation(
        classifier, set, settings: EvaluationSettings(norm: norm, epsilon: epsilon, suite: suite, individual: true))
      try evaluation.run()
      #expect(evaluation.record.examples.map { !$0.isRobust } == fragile, "\(kind.name)")
      // Square knows no gradients, and cross-entropy pulls towards all rivals at once, which wastes an ℓ2 ball; every
      // other attack finds the break alone.
      for row in evaluation.report().attacks where row.attack.usesGradients {
        if row.attack.name == "apgd-ce" && norm == .l2 && classes > 2 { continue }
        #expect(row.broken == 6, "\(kind.name) \(row.attack.name): \(row.broken)")
      }
      #expect(evaluation.report().warnings.contains { $0.kind == .fewClasses } == (classes < 4))
    }
  }

  @Test func settingsAndRecordsSurviveJSON() throws {
    let evaluation = try oracleEvaluation(
      "at", suite: AttackSuite(custom: [APGDTAttack(iterations: 8)]), images: 24)
    try evaluation.run()
    let report = evaluation.report()
    let back = try JSONDecoder().decode(EvaluationReport.self, from: JSONEncoder().encode(report))
    #expect(back == report)
    let breaking = try #require(report.examples.compactMap(\.breaking).first)
    #expect(breaking.target != nil && breaking.iterations > 0 && breaking.distance != nil)
  }
}
