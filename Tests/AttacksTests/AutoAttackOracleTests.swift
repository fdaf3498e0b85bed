import Attacks
import Networks
import Tensors
import TestSupport
import Testing

/// The standard cascade on 512 images against several seeds of the reference implementation.
struct AutoAttackOracleTests {
  @Test(arguments: ["nat", "at", "masked"])
  func theCascadeGivesTheVerdictsOfTheReference(name: String) throws {
    let oracle = try Oracle("attacks/autoattack_\(name)")
    let evaluation = try oracleEvaluation(name)
    try evaluation.run()
    let report = evaluation.report()
    print(
      name,
      report.attacks.map {
        "\($0.spec.title) \($0.robust.correct) \($0.broken) \($0.seconds)s \($0.forwards) \($0.backwards)"
      })
    print(report.warnings, report.clean)
    for (row, stage) in zip(report.attacks, ["apgd-ce", "apgd-t", "fab-t", "square"]) {
      let broken = try oracle.file.bytes("cascade.\(stage).broken")
      let n = 512
      let robust = (0..<broken.count / n).map { s in broken[s * n..<(s + 1) * n].count { $0 == 0 } }
      print(stage, robust, row.robust.correct)
    }
  }
}

/// An evaluation of a reference network on the 512 images.
func oracleEvaluation(
  _ name: String, suite: AttackSuite = AttackSuite(.standard, classes: 10), individual: Bool = false, threads: Int = 2
) throws -> RobustnessEvaluation {
  let file = try Oracle("attacks/evaluation_set").file
  let network = try oracleNetwork(name, threads: threads)
  let set = try EvaluationSet(
    images: file.bytes("images").map { Float($0) / 255 }, shape: network.settings.input,
    labels: file.integers("labels"))
  return try RobustnessEvaluation(
    network, set, settings: EvaluationSettings(epsilon: 16 / 255, suite: suite, individual: individual))
}
