import Panes
import Plotting

/// Asks how to end the run. The highlight starts on the choice that changes nothing.
struct QuitDialog: ChoiceDialog {
  static let title = "Quit dialog"
  static let opening: DialogOpening? = DialogOpening(
    .view,
    LabKey([.character("q")], footer: FooterWord("q", "quit"), "ask how to end; leave when the run is over") {
      $0.quit()
    })
  static let keys: [DialogKey<QuitDialog>] =
    choosing + [
      DialogKey(
        [.character("f")], footer: FooterWord("f", "finish"), words(.finish), when: { $0.choices.contains(.finish) }
      ) { $0.answer(.finish) },
      DialogKey([.character("s")], footer: FooterWord("s", "stop"), words(.stop)) { $0.answer(.stop) },
      DialogKey([.escape, .character("c")], footer: FooterWord("esc", "cancel"), words(.cancel)) {
        $0.answer(.cancel)
      },
    ]

  /// A way out.
  enum Choice: String, Sendable, CaseIterable { case finish, stop, cancel }

  let heading = "Quit?"
  var scroll = ScrolledText()
  private(set) var choices: [Choice] = []
  var selected = 0
  private var position = ""

  /// The final test cannot be finished early: the choice goes, and the highlight returns to cancel.
  mutating func follow(_ lab: Lab) -> Bool {
    let session = lab.session, offered = Choice.allCases.filter { $0 != .finish || session.state != .testing }
    if offered != choices {
      choices = offered
      selected = offered.count - 1
    }
    let steps = session.description.map { " of \($0.steps)" } ?? ""
    let other = session.place.map { ", run \($0); the other one stays open" } ?? ""
    position = "step \(session.step)\(steps), \(session.stateText)\(other)"
    return true
  }

  func answer(_ choice: Choice) -> [DialogRequest] {
    switch choice {
    case .finish: [.close, .send(.finish)]
    case .stop: [.close, .stop]
    case .cancel: [.close]
    }
  }

  func words(_ choice: Choice) -> (key: String, text: String) {
    let name = choice.rawValue
    return (String(name.prefix(1)), "\(padded(name, to: 7)) \(QuitDialog.words(choice))")
  }

  private static func words(_ choice: Choice) -> String {
    switch choice {
    case .finish: "end training now, run the final test, keep the weights"
    case .stop: "write a checkpoint and leave"
    case .cancel: "go back to the run"
    }
  }

  func lines(width: Int) -> [[Span]] {
    wrapped(position, to: width).map { [Span($0, .dialog)] } + [[]] + choiceLines(width: width)
  }
}
