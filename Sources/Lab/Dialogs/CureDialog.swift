import Events
import Panes
import Plotting
import Readout
import Recipe

/// What helps against the alarm, on a branch that trains next to the run, so that both curves are on one chart.
struct CureDialog: ChoiceDialog {
  static let title = "Cure dialog"
  static let opening: DialogOpening? = DialogOpening(
    .session,
    LabKey(
      [.character("b")], footer: FooterWord("b", "cure"), "what helps against the alarm, tried on a branch",
      when: { $0.session.canCure }
    ) { $0.open(CureDialog()) })
  static let keys: [DialogKey<CureDialog>] =
    choosing + [
      DialogKey(
        [.character("h")], footer: FooterWord("h", "in this run"), "change this run instead of a branch",
        when: { $0.chosen != nil }
      ) { $0.changeHere() },
      DialogKey([.escape, .character("c")], footer: FooterWord("esc", "not now"), "change nothing") { _ in [.close] },
    ]

  enum Choice: Sendable, Hashable { case cure(Int), other }

  let heading = "What helps"
  var scroll = ScrolledText()
  private(set) var choices: [Choice] = []
  var selected = 0
  private var cures: [Cure] = []
  private var step = 0

  mutating func follow(_ lab: Lab) -> Bool {
    guard lab.session.canCure, let settings = lab.session.settings else { return false }
    cures = Cure.all(against: lab.session.causes, settings: settings)
    step = lab.session.step
    choices = cures.indices.map { .cure($0) } + [.other]
    selected = min(selected, choices.count - 1)
    return true
  }

  private var chosen: Cure? {
    if case .cure(let index) = choices[selected] { cures[index] } else { nil }
  }

  func answer(_ choice: Choice) -> [DialogRequest] {
    switch choice {
    case .cure(let index): [.close, .branch(step: step, cures[index].changes, isBeside: true)]
    case .other: [.close, .line("branch \(step) ")]
    }
  }

  /// Sends the changes to the run itself.
  private func changeHere() -> [DialogRequest] {
    let commands = (chosen?.changes ?? []).compactMap { try? LineCommand.change($0.name, $0.value) }
    return [.close] + commands.map { .send($0) }
  }

  func words(_ choice: Choice) -> (key: String, text: String) {
    switch choice {
    case .cure(let index): ("\(index + 1)", cures[index].title)
    case .other: ("…", "another change")
    }
  }

  func lines(width: Int) -> [[Span]] {
    let width = min(72, width)
    let text =
      "Enter trains a branch from step \(step) with this change next to the run: both curves stay on one chart."
    let reason = chosen.map { wrapped($0.reason, to: width).map { [Span($0, .dialog)] } } ?? []
    return wrapped(text, to: width).map { [Span($0, .dialog)] } + [[]] + choiceLines(width: width)
      + (reason.isEmpty ? [] : [[]]) + reason
  }
}
