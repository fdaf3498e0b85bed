import Events
import Recipe

extension BestRule {
  /// What the best weights have most of, in a few words.
  package var words: String {
    switch self {
    case .sum: "clean plus PGD accuracy on validation images"
    case .adversarial: "PGD accuracy on validation images"
    case .strongest: "clean plus strongest known accuracy"
    }
  }
}

extension Summary {
  /// What is wrong with the best weights, in one line; nil while nothing is known to be.
  package func bestWarning(_ notation: Notation) -> String? {
    guard let best, best.isUnderAlarm else { return nil }
    var text = "▲ best (step \(best.step)) was chosen under an alarm, by \(best.rule.words)"
    text += " (validation.best \(best.rule.rawValue))"
    if let reading = best.reading {
      text += ": the \(reading.tier.title) at step \(reading.step) left \(notation.share(reading.accuracy.value)), "
      text += "n \(reading.n)"
    }
    return text
  }
}
