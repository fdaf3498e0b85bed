import Attacks
import Tensors

extension EvaluationRecord {
  /// Throws one line when it can't continue an evaluation. It may come from a file that was edited manually.
  /// `compared` is the number of images that the cheap attacks are run on.
  func check(
    continues settings: EvaluationSettings, _ set: EvaluationSet, compared: Int
  ) throws(EvaluationError) {
    guard self.settings == settings else {
      throw EvaluationError(
        "the record to continue has different settings (norm, eps, attacks or seed); start again without it")
    }
    guard examples.isEmpty || (examples.map(\.index) == set.indices && examples.map(\.label) == set.labels) else {
      throw EvaluationError("the record to continue is of different images; start again without it")
    }
    let attacks = settings.suite.attacks.indices
    guard seconds.count == attacks.count,
      examples.allSatisfy({ $0.outcomes.allSatisfy { attacks.contains($0.attack) } })
    else {
      throw EvaluationError(
        "the record to continue names attacks that its settings do not have; start again without it")
    }
    guard isPossible, comparisons.map({ areSound($0, set.shape, compared) }) ?? true else {
      throw EvaluationError("the record to continue holds impossible numbers; start again without it")
    }
  }

  /// Whether counts and times are possible, so that their sums are numbers too.
  var isPossible: Bool {
    seconds.allSatisfy(possibleSeconds.contains) && examples.allSatisfy(\.isSound)
  }

  /// The attacks and images of the evaluation, and possible counts.
  func areSound(_ comparisons: [Comparison], _ shape: Shape, _ images: Int) -> Bool {
    let expected = Comparison.attacks(settings, shape)
    return !examples.isEmpty && comparisons.map(\.attack) == expected.map { AnyEvaluationAttack($0.attack) }
      && zip(comparisons, expected).allSatisfy { row, attack in
        row.epsilon == attack.epsilon && row.robust.n == images && (0...images).contains(row.robust.correct)
          && possibleCounts.contains(row.forwards) && possibleCounts.contains(row.backwards)
          && possibleSeconds.contains(row.seconds)
      }
  }
}

extension ExampleVerdict {
  /// At most one outcome per attack, and possible counts.
  fileprivate var isSound: Bool {
    Set(outcomes.map(\.attack)).count == outcomes.count
      && outcomes.allSatisfy { outcome in
        [outcome.iterations, outcome.forwards, outcome.backwards].allSatisfy(possibleCounts.contains)
          && outcome.distance ?? 0 >= 0
      }
  }
}

/// Sums of such counts over all images and attacks stay far from overflow.
private let possibleCounts = 0...1 << 40
/// The same for times.
private let possibleSeconds = 0...1e12
