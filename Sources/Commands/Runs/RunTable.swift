import Events
import Readout
import Runs

/// Runs as rows of a table.
enum RunTable {
  /// A heading and a row for each run.
  static func rows(_ cards: [RunCard]) -> [[String]] {
    let head = ["run", "state", "step", "last: clean", "last: under attack", "gap", "began"]
    return [head]
      + cards.map { card in
        let result = card.results.first { $0.weights == .last }
        return [
          card.name, card.state.word, steps(card), result.map { share($0.clean) } ?? "–",
          result.map { "\(share($0.adversarial)) \(attack($0, card))" } ?? "–", gap(card), began(card),
        ]
      }
  }

  /// `PGD-10, ε 16/255`: the attack of a result, and the radius it was measured with.
  static func attack(_ result: Probe, _ card: RunCard) -> String {
    "\(result.attack), ε \(card.settings.formatted(.epsilon))"
  }

  /// `200/400`, or the steps alone when the run has all of them.
  static func steps(_ card: RunCard) -> String {
    guard let total = card.totalSteps, total != card.step else { return "\(card.step)" }
    return "\(card.step)/\(total)"
  }

  /// The state of the gap and the strongest reading: `alarm 62.5 % [53.5, 70.9] (quick, n 128, step 125)`.
  static func gap(_ card: RunCard) -> String {
    guard let state = card.gap else { return "not measured" }
    guard let reading = card.strongest else { return state.rawValue }
    return "\(state.rawValue) \(Notation.table.gap(reading)) (\(reading.tier.rawValue), n \(reading.n), step "
      + "\(reading.step))"
  }

  private static func share(_ accuracy: Proportion) -> String { Notation.table.share(accuracy.value) }

  private static func began(_ card: RunCard) -> String {
    card.sessions.first.map { String($0.began.prefix(16)).replacing("T", with: " ") } ?? "–"
  }
}
