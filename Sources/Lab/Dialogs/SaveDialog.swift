import Panes
import Plotting

/// Asks what the screen is to be saved as. What was open before comes back, and is in the picture.
struct SaveDialog: ChoiceDialog {
  static let title = "Save dialog"
  static let keys: [DialogKey<SaveDialog>] =
    choosing + [
      DialogKey([.character("t")], "save the screen as text") { $0.answer(.txt) },
      DialogKey([.character("s")], "save the screen as an SVG picture") { $0.answer(.svg) },
      DialogKey([.character("h")], "save the screen as an HTML page") { $0.answer(.html) },
      DialogKey([.escape], footer: FooterWord("esc", "cancel"), "save nothing") { _ in [.save(nil)] },
    ]

  let heading = "Save the screen"
  var scroll = ScrolledText()
  var selected = 0
  let choices = FrameFormat.allCases
  /// The dialog that was open.
  let covered: (any Dialog)?

  init(over covered: (any Dialog)?) { self.covered = covered }

  func words(_ choice: FrameFormat) -> (key: String, text: String) {
    switch choice {
    case .txt: ("t", "as text")
    case .svg: ("s", "as a picture (SVG), in its colors")
    case .html: ("h", "as a page (HTML), in its colors")
    }
  }

  func answer(_ choice: FrameFormat) -> [DialogRequest] { [.save(choice)] }

  func lines(width: Int) -> [[Span]] { choiceLines(width: min(60, width)) }
}
