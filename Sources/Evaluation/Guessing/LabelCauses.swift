import Attacks
import Events

/// What may be wrong with labels. Needs no further pass through the network.
extension PossibleCause {
  /// Labels that count from another number, or name the classes in another order.
  package static var ofLabels: [PossibleCause] { [shiftedLabels(by: -1), shiftedLabels(by: 1), otherOrder()] }

  private static func shiftedLabels(by shift: Int) -> PossibleCause {
    PossibleCause(
      "labels one \(shift < 0 ? "lower" : "higher")",
      remedy: shift < 0 ? "subtract 1 from the labels" : "add 1 to the labels"
    ) { sample in
      let classes = sample.classifier.classes, labels = sample.set.labels
      let correct = zip(sample.predicted, labels).count { $0 == ($1 + shift + classes) % classes }
      return Proportion(correct: correct, n: labels.count)
    }
  }

  /// Every class is predicted as another one, always the same. The order is taken from one half of the images and tried
  /// on the other, so that chance does not look like one.
  private static func otherOrder() -> PossibleCause {
    PossibleCause(
      "the classes in another order",
      remedy: "renumber the labels in the order of classes that the network was trained with"
    ) { sample in
      let predicted = sample.predicted, labels = sample.set.labels
      let halves = (0..<2).map { half in labels.indices.filter { $0 % 2 == half } }
      var correct = 0
      for (half, other) in [(halves[0], halves[1]), (halves[1], halves[0])] {
        let order = mostFrequentPrediction(half.map { (labels[$0], predicted[$0]) })
        // One class for several labels is no order.
        guard Set(order.values).count == order.count else { return nil }
        correct += other.count { order[labels[$0]] == predicted[$0] }
      }
      return Proportion(correct: correct, n: labels.count)
    }
  }

  private static func mostFrequentPrediction(_ pairs: [(label: Int, predicted: Int)]) -> [Int: Int] {
    var counts: [Int: [Int: Int]] = [:]
    for pair in pairs { counts[pair.label, default: [:]][pair.predicted, default: 0] += 1 }
    return counts.compactMapValues { row in row.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key }
  }
}
