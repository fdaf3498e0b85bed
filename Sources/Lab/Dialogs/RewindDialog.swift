import Panes
import Plotting
import Readout

/// Offers to go back to a mark of the run. The crosshair opens it; the highlight starts on the choice that changes
/// nothing.
struct RewindDialog: ChoiceDialog {
  enum Choice: Sendable { case rewind, cancel }

  static let title = "Rewind dialog"
  static let keys: [DialogKey<RewindDialog>] =
    choosing + [
      DialogKey([.character("r")], "go back to the mark") { $0.answer(.rewind) },
      DialogKey([.escape, .character("c")], footer: FooterWord("esc", "cancel"), "stay here") { $0.answer(.cancel) },
    ]

  let mark: Marks.Mark
  var scroll = ScrolledText()
  var selected = 1
  let choices = [Choice.rewind, .cancel]

  init(_ mark: Marks.Mark) { self.mark = mark }

  var heading: String { "Go back to \(mark.name)?" }

  mutating func follow(_ lab: Lab) -> Bool { !lab.session.isOver || lab.session.marks.at(mark.step) != nil }

  func words(_ choice: Choice) -> (key: String, text: String) {
    switch choice {
    case .rewind: ("r", "continue from step \(mark.step) as another run")
    case .cancel: ("c", "stay here")
    }
  }

  func answer(_ choice: Choice) -> [DialogRequest] {
    choice == .rewind ? [.close, .branch(step: mark.step, [], isBeside: false)] : [.close]
  }

  func lines(width: Int) -> [[Span]] {
    let width = min(64, width)
    let words = "\(mark.name), step \(mark.step): \(mark.text). The run as it is stays on the disk."
    return wrapped(words, to: width).map { [Span($0, .dialog)] } + [[]] + choiceLines(width: width)
  }
}
