import Events
import Readout
import Recipe

/// What a lab can begin once its run is over, in place of it.
package enum NextRun: Sendable, Hashable {
  /// The same run, trained to this many steps.
  case longer(Int)
  /// The same settings from the start, with these changes, as another run.
  case again([Assignment])
  /// A preset, as a new run.
  case preset(String)
  /// Another run: it goes on where it can, and is played again where it is finished.
  case run(String)
}

/// What is examined after the end.
package enum Examination: Sendable, Hashable {
  /// AutoAttack on the test images.
  case attack(Probe.Weights)
  /// Gap, causes and distances.
  case diagnosis(Probe.Weights)
}

/// What an examination tells.
package enum ExaminationNews: Sendable, Hashable {
  /// How far an attack is, or how it ended.
  case attack(AttackProgressNote)
  /// What was found, as lines under a heading.
  case report(heading: String, [String])
  /// One line: where a file was written, or why it failed.
  case note(String)
  /// Nothing follows.
  case ended
}

/// A preset or a run to choose from.
package struct RunChoice: Sendable, Hashable {
  /// A name for the list: `kl-cure`, `runs/demo`.
  package let name: String
  /// What it is, in a line.
  package let summary: String
  /// The first lines about it.
  package let lines: [String]
  /// What is begun when it is chosen.
  package let next: NextRun

  package init(name: String, summary: String, lines: [String], next: NextRun) {
    (self.name, self.summary, self.lines, self.next) = (name, summary, lines, next)
  }
}

extension Lab {
  /// Offers these presets and runs to be opened.
  package mutating func offer(_ choices: [RunChoice]) { options.choices = choices }

  /// Begins another run in place of this one, which must be over or only looked at.
  mutating func begin(_ next: NextRun) -> [LabAction] {
    guard session.isOver || session.onlooker != nil else {
      show("the run is not over; q ends it, and then another one can be opened", isError: true)
      return []
    }
    if case .longer(let steps) = next, steps <= session.step {
      show("the run has done \(session.step) steps; use a larger number", isError: true)
      return []
    }
    if session.onlooker != nil, case .longer = next { return refuseOnlooker() }
    if session.onlooker != nil, case .again = next { return refuseOnlooker() }
    return [.next(next, theme: options.theme)]
  }

  private mutating func refuseOnlooker() -> [LabAction] {
    show(session.onlooker?.refusal.text ?? "", isError: true)
    return []
  }

  /// Takes in what an examination tells.
  package mutating func take(_ news: ExaminationNews) {
    needsDraw = true
    switch news {
    case .attack(let note): take(note)
    case .report(let heading, let lines): _ = open(ReportDialog(heading: heading, report: lines))
    case .note(let text): show(text, isError: false)
    case .ended:
      session.isExamined = false
      if var open = dialog { dialog = open.follow(self) ? open : nil }
    }
  }

  /// An attack after the end is drawn as one during the run, and its result kept with the weights.
  private mutating func take(_ note: AttackProgressNote) {
    session.note(note)
    for index in panes.indices { panes[index].update(.attackProgress(note)) }
    if var open = dialog { dialog = open.follow(self) ? open : nil }
    if let ending = AttackWords.ending(note), !(dialog is ResultsDialog) {
      show(ending, isError: note.phase == .failed)
    }
  }
}
