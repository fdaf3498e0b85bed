import Attacks

extension EvaluationRecord {
  /// Says in one line why it does not continue an evaluation. It may come from a file that somebody wrote by hand.
  func check(continues settings: EvaluationSettings, _ set: EvaluationSet) throws(EvaluationError) {
    guard self.settings == settings else {
      throw EvaluationError(
        "the record to continue has other settings (norm, eps, attacks, seed); start anew without it")
    }
    guard examples.isEmpty || (examples.map(\.index) == set.indices && examples.map(\.label) == set.labels) else {
      throw EvaluationError("the record to continue is of other images; start anew without it")
    }
    let attacks = settings.suite.attacks.indices
    guard seconds.count == attacks.count,
      examples.allSatisfy({ $0.outcomes.allSatisfy { attacks.contains($0.attack) } })
    else {
      throw EvaluationError("the record to continue names attacks that its settings do not have; start anew without it")
    }
    guard seconds.allSatisfy({ $0 >= 0 && $0.isFinite }), examples.allSatisfy(\.isSound),
      comparisons.map({ areSound($0, set) }) ?? true
    else {
      throw EvaluationError("the record to continue holds impossible numbers; start anew without it")
    }
  }

  /// The attacks and images of the evaluation, and possible counts.
  private func areSound(_ comparisons: [Comparison], _ set: EvaluationSet) -> Bool {
    let images = min(set.count, Comparison.images), expected = Comparison.attacks(settings, set.shape)
    return !examples.isEmpty && comparisons.map(\.spec) == expected.map(\.spec)
      && zip(comparisons, expected).allSatisfy { row, attack in
        row.epsilon == attack.epsilon && row.robust.n == images && (0...images).contains(row.robust.correct)
          && possibleCounts.contains(row.forwards) && possibleCounts.contains(row.backwards) && row.seconds >= 0
      }
  }
}

extension ExampleVerdict {
  /// One outcome an attack, and possible counts.
  fileprivate var isSound: Bool {
    Set(outcomes.map(\.attack)).count == outcomes.count
      && outcomes.allSatisfy { outcome in
        [outcome.iterations, outcome.forwards, outcome.backwards].allSatisfy(possibleCounts.contains)
          && outcome.distance ?? 0 >= 0
      }
  }
}

/// Sums of so many over all images and attacks stay far from overflowing.
private let possibleCounts = 0...1 << 40
