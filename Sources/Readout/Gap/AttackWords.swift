import Events
import Spelling

/// What is said about an attack on a frozen copy of the weights.
package enum AttackWords {
  /// `AutoAttack` or `quick check`.
  package static func name(_ scope: AttackScope) -> String { scope == .full ? "AutoAttack" : "quick check" }

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
