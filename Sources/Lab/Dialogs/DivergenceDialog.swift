import Events
import Panes
import Plotting
import Readout
import Recipe

/// What can be done after training has diverged: it is paused at the last weights that were finite.
struct DivergenceDialog: ChoiceDialog {
  static let title = "Divergence dialog"
  static let keys: [DialogKey<DivergenceDialog>] =
    choosing + [
      DialogKey(
        [.character("u")], footer: FooterWord("u", "undo"), words(.undo), when: { $0.choices.contains(.undo) }
      ) { $0.answer(.undo) },
      DialogKey(
        [.character("r")], footer: FooterWord("r", "rewind"), words(.rewind), when: { $0.choices.contains(.rewind) }
      ) { $0.answer(.rewind) },
      DialogKey([.character("l")], footer: FooterWord("l", "lower lr"), words(.lower)) { $0.answer(.lower) },
      DialogKey([.escape, .character("c")], footer: FooterWord("esc", "stay"), words(.stay)) { $0.answer(.stay) },
    ]

  /// A way on.
  enum Choice: Sendable, CaseIterable { case undo, rewind, lower, stay }

  let heading = "Training diverged"
  var scroll = ScrolledText()
  private(set) var choices: [Choice] = []
  var selected = 0
  private var reason = ""
  private var undone: SettingChange?
  private var rate = 0.0
  private var step = 0
  private var past = 0

  mutating func follow(_ lab: Lab) -> Bool {
    guard let reason = lab.session.divergence, !lab.session.isOver, let settings = lab.session.settings else {
      return false
    }
    (self.reason, step, undone) = (reason, lab.session.step, lab.session.lastChangeUndone)
    rate = settings[.learningRate]
    // The weights here may be lost already: back to before what was done last, at another step than this.
    past = lab.session.marks.all.last { $0.step < step }?.step ?? max(0, step - 20)
    let folder = lab.session.description?.folder ?? ""
    choices = Choice.allCases.filter { choice in
      switch choice {
      case .undo: undone != nil
      case .rewind: !folder.isEmpty && past < step
      case .lower, .stay: true
      }
    }
    selected = min(selected, choices.count - 1)
    return true
  }

  func answer(_ choice: Choice) -> [DialogRequest] {
    switch choice {
    case .undo: [.close, .undo]
    case .rewind: [.close, .branch(step: past, [], isBeside: false)]
    case .lower:
      [.close, .ask(.set(knob: Knob.learningRate.name, value: .number(rate / 10), cause: .you))]
    case .stay: [.close]
    }
  }

  func words(_ choice: Choice) -> (key: String, text: String) {
    switch choice {
    case .undo: ("u", undone.map { "undo \($0.symbol) \($0.oldText) → \($0.newText)" } ?? Self.words(.undo))
    case .rewind: ("r", "go back to step \(past), as another run")
    case .lower: ("l", "lower lr to \(Knob.learningRate.declaration.format(.number(rate / 10)))")
    case .stay: ("c", Self.words(.stay))
    }
  }

  private static func words(_ choice: Choice) -> String {
    switch choice {
    case .undo: "undo the last change"
    case .rewind: "go back to before the last change, as another run"
    case .lower: "lower lr to a tenth"
    case .stay: "stay paused here; space tries the step again"
    }
  }

  func lines(width: Int) -> [[Span]] {
    wrapped("\(reason); paused at the weights of step \(step)", to: max(1, min(72, width))).map { [Span($0, .alarm)] }
      + [[]] + choiceLines(width: width)
  }
}
