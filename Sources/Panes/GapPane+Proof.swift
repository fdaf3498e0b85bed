import Events
import Readout
import Spelling

/// What stands behind a gap: which attacks broke how many images and since when, how sure it is, and what it cost.
extension GapPane {
  /// `bank 9, MM-3 8 since 50, Square 6`, of the last quick check; nil if nothing is broken or it was not kept.
  var breakersText: String? {
    guard let reading = readings[.quick], let breakers = reading.breakers else { return nil }
    let parts = breakers.filter { $0.broken > 0 }.map { breaker in
      let since = breakingSince[breaker.attack] ?? reading.step
      return "\(breaker.attack) \(breaker.broken)" + (since < reading.step ? " since \(since)" : "")
    }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  /// `1 in 340 by chance · .35 of PGD-10's accuracy is real · 61 % of the budget spent`.
  var sureness: [String] {
    guard let newest else { return [] }
    let attack = attack(of: newest.tier)
    let real = newest.broken > 0 ? newest.realWords(.screen, attack: attack) : nil
    let budget = budgetSpent.map { "\(NumberText.percent($0, digits: 0)) of the budget spent" }
    return [newest.odds.map { "\($0) by chance" }, real, budget].compactMap(\.self)
  }

  /// The same in sentences.
  var proofSentences: [String] {
    var sentences: [String] = []
    if let breakersText, let step = readings[.quick]?.step {
      sentences.append("Images broken at step \(step), attack by attack: \(breakersText).")
    }
    if let newest, let odds = newest.odds {
      sentences.append("The chance that a network with a gap below the watch threshold shows this much is \(odds).")
    }
    if let newest, newest.broken > 0, let words = newest.realWords(.screen, attack: attack(of: newest.tier)) {
      sentences.append("\(words.prefix(1).uppercased())\(words.dropFirst()).")
    }
    if let budgetSpent {
      sentences.append("The checks have spent \(NumberText.percent(budgetSpent, digits: 0)) of their budget.")
    }
    return sentences
  }
}
