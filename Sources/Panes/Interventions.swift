import Events
import Plotting

/// The marks that interventions and alarms leave on every chart.
struct Interventions: Sendable {
  private(set) var marks: [Chart.Mark] = []
  private var last: (step: Int, knob: String, old: String)?

  mutating func update(_ event: Event) {
    switch event {
    case .journal(let entry): update(entry)
    case .alarm(let change) where change.from != change.state: update(change)
    default: break
    }
  }

  /// Adds the change of a knob. Several changes of one knob at one step are one mark, from the first value to the last.
  private mutating func update(_ entry: JournalEntry) {
    guard let change = entry.change else { return }
    var from = change.oldText
    if let last, last.step == entry.step, last.knob == change.knob {
      from = last.old
      marks.removeLast()
    }
    last = (entry.step, change.knob, from)
    marks.append(Chart.Mark(x: Double(entry.step), label: "\(change.symbol) \(from)→\(change.newText)"))
  }

  /// Adds a change of the alarm; `watch` comes and goes too often for a mark.
  private mutating func update(_ change: GapChange) {
    let endsAnAlarm = change.state == .calm && change.from != .watch
    guard [.alarm, .confirmed, .acknowledged].contains(change.state) || endsAnAlarm else { return }
    last = nil
    let role: Theme.Role = [.alarm, .confirmed].contains(change.state) ? .autoattack : .mark
    marks.append(
      Chart.Mark(x: Double(change.step), label: "\(change.state.glyph) \(change.state.rawValue)", role: role))
  }
}
