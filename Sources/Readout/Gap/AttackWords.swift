import Events
import Spelling

/// What is said about an attack on a frozen copy of the weights.
package enum AttackWords {
  /// `AutoAttack` or `quick check`.
  package static func name(_ scope: AttackScope) -> String { scope == .full ? "AutoAttack" : "quick check" }

  /// Whose weights it attacks: `step 300`, or `best weights, step 275` of a run that is over.
  package static func weights(_ note: AttackProgressNote) -> String {
    note.weights.map { "\($0.rawValue) weights, step \(note.step)" } ?? "step \(note.step)"
  }

  /// How long it took, or has taken and may take: `0:04, at most 0:07 left`.
  package static func time(_ note: AttackProgressNote) -> String {
    let passed = NumberText.duration(note.seconds)
    guard note.phase == .running else { return "took \(passed)" }
    return passed + (note.secondsLeft.map { ", at most \(NumberText.duration($0)) left" } ?? "")
  }

  /// The accuracy as far as it is known: `.42 ±.08`, or `≤ .42` while it can still drop; nil before the clean pass.
  package static func accuracy(_ note: AttackProgressNote) -> String? {
    note.accuracy.map { accuracy in
      note.phase == .finished ? Notation.screen.accuracy(accuracy) : "≤ \(Notation.screen.share(accuracy.value))"
    }
  }

  /// How the attack ended, in one line; nil while it runs.
  package static func ending(_ note: AttackProgressNote) -> String? {
    let result = accuracy(note).map { ": accuracy \($0), n \(note.n)" } ?? ""
    switch note.phase {
    case .finished:
      return "\(subject(note))\(result), took \(NumberText.duration(note.seconds))"
    case .failed: return "\(subject(note)) failed: \(note.reason ?? "unknown reason")"
    case .cancelled: return "\(subject(note)) cancelled\(result)"
    case .forecast, .running: return nil
    }
  }

  /// What the attack is doing, or how it ended, as a sentence.
  package static func sentence(_ note: AttackProgressNote) -> String {
    if let ending = ending(note) { return ending + "." }
    let known = accuracy(note).map { "; accuracy \($0) so far" } ?? ""
    return "\(subject(note)) is running on \(NumberText.count(note.n, "image"))\(known)."
  }

  private static func subject(_ note: AttackProgressNote) -> String {
    let name = name(note.scope)
    return "\(name.prefix(1).uppercased())\(name.dropFirst()) on the weights of step \(note.step)"
  }
}
