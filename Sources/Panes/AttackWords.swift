import Events
import Plotting

/// An attack on frozen weights in words, for the board, the journal and those who listen.
enum AttackWords {
  /// `AutoAttack` or `quick attacks`.
  static func name(_ scope: AttackScope) -> String { scope == .full ? "AutoAttack" : "quick attacks" }

  /// What is known of the accuracy: `.42 [.34, .51]`, `≤ .42`; nil before the clean pass.
  static func accuracy(_ note: AttackProgressNote) -> String? {
    guard let share = note.accuracy else { return nil }
    guard note.phase == .finished else { return "≤ \(NumberText.share(share.value))" }
    let range = share.interval
    return
      "\(NumberText.share(share.value)) [\(NumberText.share(range.lowerBound)), \(NumberText.share(range.upperBound))]"
  }

  /// One line for the end of an attack; nil while it goes on.
  static func ending(_ note: AttackProgressNote) -> String? {
    let result = accuracy(note).map { ": \($0), n \(note.n)" } ?? ""
    switch note.phase {
    case .finished:
      return
        "\(name(note.scope)) on the weights of step \(note.step)\(result), took \(NumberText.duration(note.seconds))"
    case .cancelled: return "\(name(note.scope)) on the weights of step \(note.step) given up\(result)"
    case .failed: return "\(name(note.scope)) on the weights of step \(note.step) failed: \(note.reason ?? "unknown")"
    case .forecast, .running: return nil
    }
  }

  /// The note as a sentence.
  static func sentence(_ note: AttackProgressNote) -> String {
    if let ending = ending(note) { return ending + "." }
    let known = accuracy(note).map { ", accuracy \($0) so far" } ?? ""
    return "\(name(note.scope)) runs on the weights of step \(note.step), \(note.n) images\(known)."
  }
}
