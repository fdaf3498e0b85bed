import Events

extension GapChange {
  /// The change in one line: `gap watch → alarm: .40 [.31, .49] (quick check, n 128)`.
  package func line(_ notation: Notation) -> String {
    // Causes are measured and reported after the change itself.
    guard from != state || reading != nil || disagreement != nil else {
      return causes.isEmpty ? "no cause of the gap found" : "causes of the gap"
    }
    var parts = [from == state ? "gap \(state.rawValue)" : "gap \(from.rawValue) → \(state.rawValue)"]
    if let reading {
      let origin = reading.origin.map { ", \($0)" } ?? ""
      parts.append("\(notation.gap(reading)) (\(reading.tier.title), n \(reading.n)\(origin))")
    }
    if let disagreement { parts.append(disagreement.line(notation)) }
    return parts.joined(separator: ": ")
  }
}

extension GapReading {
  /// `gap from FGSM`, where it is not measured from the attack that the probe shows.
  package var origin: String? { attack.map { "gap from \($0)" } }
}

extension TierDisagreement {
  /// The disagreement in one line: `the quick check finds a gap of .40, the deep check .66; trust the larger gap`.
  package func line(_ notation: Notation) -> String {
    "the \(kinder.tier.title) finds a gap of \(notation.share(kinder.gap)), the \(harsher.tier.title) "
      + "\(notation.share(harsher.gap)); trust the larger gap"
  }
}
