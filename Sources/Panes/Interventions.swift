import Events
import Plotting

/// The marks that interventions leave on every chart.
struct Interventions: Sendable {
  private(set) var marks: [Chart.Mark] = []
  private var last: (step: Int, knob: String, old: String)?

  /// Keeps the change of a knob. Several changes of one knob at one step make one mark, from the first value to the last.
  mutating func update(_ entry: JournalEntry) {
    guard let name = entry.knob, let old = entry.old, let new = entry.new else { return }
    let symbol = Knob.named(name)?.symbol ?? name
    var from = old
    if let last, last.step == entry.step, last.knob == name {
      from = last.old
      marks.removeLast()
    }
    last = (entry.step, name, from)
    marks.append(Chart.Mark(x: Double(entry.step), label: "\(symbol) \(from)→\(new)"))
  }
}
