import Events
import Readout
import Spelling

extension GapPane {
  /// What helps against an alarm, in a line; nil while there is none, and where nothing here trains.
  var cureText: String? {
    guard let state, state.isAlarm, !isWatched,
      let settings = trail.settings(at: .max)
    else { return nil }
    let cures = Cure.all(against: causes, settings: settings).prefix(2).map(\.title)
    return cures.isEmpty ? nil : "what helps: \(cures.joined(separator: "; or ")) (b: on a branch)"
  }

  package func describe() -> String {
    guard let state, let meaning else { return "Gap: nothing measured yet." }
    let notation = Notation.screen
    var sentences = ["Gap: \(state.word.lowercased()) since step \(since); \(meaning)."]
    sentences += GapTier.allCases.compactMap { readings[$0] }.map { sentence($0, notation) }
    sentences += proofSentences
    if let disagreement {
      sentences.append("At step \(disagreement.harsher.step), \(disagreement.line(notation)).")
    }
    sentences += causes.map { sentence($0, notation) }
    if let cureText { sentences.append(cureText.prefix(1).uppercased() + cureText.dropFirst() + ".") }
    if let board { sentences.append(AttackWords.sentence(board)) }
    return sentences.joined(separator: " ")
  }

  private func sentence(_ reading: GapReading, _ notation: Notation) -> String {
    let images = NumberText.count(reading.n, "image")
    let strength = epsilon(at: reading.step).map { " at ε \($0)" } ?? ""
    return "On \(images) at step \(reading.step), accuracy is \(notation.accuracy(reading.pgd)) under "
      + "\(attack(of: reading.tier))\(strength) and \(notation.accuracy(reading.accuracy)) under the "
      + "\(reading.tier.title): a gap of \(notation.gap(reading))\(before(outdated(reading)))."
  }

  private func sentence(_ cause: GapCause, _ notation: Notation) -> String {
    "Cause at step \(causesStep): \(cause.title), \(cause.numbers(notation)) on \(NumberText.count(cause.n, "image"))"
      + "\(before(outdatedCauses)). \(cause.sentence)"
  }

  private func before(_ step: Int?) -> String { step.map { ", before the change at step \($0)" } ?? "" }
}
