import Attacks
import Events

/// What other attacks break of what an evaluation left: the best known accuracy. It stands next to the reported one,
/// never instead of it. docs/algorithms.md §7.5.
package struct BestKnown: Sendable, Hashable, Codable {
  /// One attack.
  package struct Row: Sendable, Hashable, Codable {
    package var name: String
    package var title: String
    package var broken: Int
    package var attacked: Int
    package var seconds: Double
    package var forwards: Int
    package var backwards: Int
  }

  /// The suite, as shown.
  package var title: String
  /// All images of the evaluation.
  package var n: Int
  /// Images that nothing broke.
  package var robust: Int
  package var accuracy: Double
  /// 95 % Wilson interval of the accuracy.
  package var interval: [Double]
  package var attacks: [Row]
  /// Data set indices of the images that only these attacks broke.
  package var broken: [Int]
}

extension RobustnessEvaluation {
  /// Tries adversarial images of `sources` on what this finished evaluation left, then runs a suite on the rest.
  /// `observe` and `poll` as in `run`.
  package func bestKnown(
    _ suite: AttackSuite, from sources: [TransferSource] = [], observe: (EvaluationProgress) -> Void = { _ in },
    poll: () throws -> Void = {}
  ) throws -> BestKnown {
    let all = record.examples.indices.filter { record.examples[$0].isRobust }
    var left = all, rows: [BestKnown.Row] = [], broken: [Int] = []
    if !all.isEmpty, !sources.isEmpty {
      var transfer = Transfer(self, from: sources, on: all)
      let found = try transfer.run(poll: poll)
      rows.append(found.row)
      broken = found.broken.map { record.examples[$0].index }
      left.removeAll { found.broken.contains($0) }
    }
    if !left.isEmpty {
      let settings = EvaluationSettings(
        norm: record.settings.norm, epsilon: record.settings.epsilon, suite: suite, seed: record.settings.seed)
      let evaluation = try RobustnessEvaluation(classifier, set.part(left), settings: settings)
      evaluation.checksModel = false
      try evaluation.run(observe: observe, poll: poll)
      rows += evaluation.report().attacks.map { row in
        BestKnown.Row(
          name: row.attack.name, title: row.attack.title, broken: row.broken, attacked: row.attacked,
          seconds: row.seconds, forwards: row.forwards, backwards: row.backwards)
      }
      broken += evaluation.record.examples.filter { !$0.isRobust }.map(\.index)
    }
    let accuracy = Proportion(correct: all.count - broken.count, n: set.count), interval = accuracy.interval
    return BestKnown(
      title: suite.title(classes: classifier.classes), n: set.count, robust: accuracy.correct, accuracy: accuracy.value,
      interval: [interval.lowerBound, interval.upperBound], attacks: rows, broken: broken)
  }
}
