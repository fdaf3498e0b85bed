import Events
import Readout

/// Answers for a person who does not see the Journal.
extension Session {
  /// What came of something that was asked for, in one line; nil for events that answer nothing. Asked before the event
  /// is taken in.
  func answer(to event: Event) -> String? {
    guard onlooker == nil, !isOver else { return nil }
    switch event {
    case .journal(let entry) where entry.cause == .you: return "step \(entry.step): \(entry.text)"
    case .checkpoint(let note) where note.kind == .kept:
      return "checkpoint" + (note.path.isEmpty ? "" : " written to \(note.path)")
    case .alarm(let change) where change.state == .acknowledged && change.from != .acknowledged:
      return "the alarm is acknowledged"
    case .attackProgress(let note):
      if note.phase == .running, !isAttacking {
        return "attacking a copy of the weights of step \(note.step); training goes on"
      }
      return AttackWords.ending(note)
    default: return nil
    }
  }

  /// True when there is an alarm, and something here that a branch may leave.
  var canCure: Bool {
    !isOver && onlooker == nil && !isWatching && place == nil && settings != nil
      && gap?.isAlarm ?? false
  }
}
