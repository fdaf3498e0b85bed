import Events
import Plotting
import Readout
import Spelling

/// The board of an attack on a copy of the weights: what each attack of the cascade was given, broke and left, what it
/// took, and when it will be over.
package struct AttackPane: Pane {
  package static let id = "attack"
  package static let title = "Attack"
  package static let minimumSize = PaneSize(40, 7)
  package static let comfortableSize = PaneSize(52, 11)
  package static let priority = 18
  package static let keys: [PaneKey<AttackPane>] = []

  /// The attack that is running, or ran last.
  private(set) var board: AttackProgressNote?
  /// Those that are over, the last one first.
  private(set) var ended: [AttackProgressNote] = []
  /// What a full attack would take at most.
  private(set) var forecast: AttackProgressNote?
  /// Attacks that are remembered.
  private static let most = 8

  package init() {}

  package mutating func update(_ event: Event) {
    guard case .attackProgress(let note) = event else { return }
    guard note.phase != .forecast else {
      if note.scope == .full { forecast = note }
      return
    }
    board = note
    if note.phase.isEnd { ended = Array(([note] + ended).prefix(Self.most)) }
  }

  package var note: String {
    guard let board else { return "" }
    let parts = [
      AttackWords.name(board.scope), AttackWords.weights(board), board.epsilon.map { "ε \(Fraction.format($0))" },
    ]
    return parts.compactMap(\.self).joined(separator: " · ")
  }

  /// Images that an attack left, of those it was given.
  static func left(of tally: AttackProgressNote.Tally) -> Int { tally.total - tally.broken }

  package func describe() -> String {
    guard let board else {
      let cost = forecast?.secondsLeft.map { " A full AutoAttack would take at most \(NumberText.duration($0))." } ?? ""
      return "Attack: none was started yet.\(cost)"
    }
    let attacks = board.tallies.map { tally in
      "\(tally.attack) broke \(tally.broken) of \(NumberText.count(tally.attacked, "image"))"
        + (tally.attacked < tally.total ? " (\(tally.total) to attack)" : "")
    }
    let time = board.secondsLeft.map { " At most \(NumberText.duration($0)) left." } ?? ""
    let list = attacks.isEmpty ? "" : " " + attacks.joined(separator: ", ") + "."
    return "Attack: \(AttackWords.sentence(board))\(list)\(time)"
  }
}
