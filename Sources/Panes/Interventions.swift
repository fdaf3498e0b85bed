import Events
import Plotting
import Readout

/// The marks of a run as every chart shows them: the number at the step, the words in a line below.
struct Interventions: Sendable {
  private var known = Marks()
  private(set) var marks: [Chart.Mark] = []

  mutating func update(_ event: Event) {
    switch event {
    // An aborted step moves marks without making one.
    case .journal, .alarm, .surgery, .checkpoint: known.take(event)
    default: return
    }
    marks = known.all.map { mark in
      Chart.Mark(
        x: Double(mark.step), label: mark.name, text: mark.text, role: mark.isAlarm ? .autoattack : .mark,
        isKept: mark.isKept)
    }
  }
}
