import Plotting

/// The focused pane in words.
struct DescribeDialog: Dialog {
  static let title = "Description"
  static let opening: DialogOpening? = DialogOpening(
    .view,
    LabKey([.character("v")], "describe this pane in words", when: { !$0.layout.places.isEmpty }) {
      $0.open(DescribeDialog())
    })
  static let keys: [DialogKey<DescribeDialog>] = [closing([.escape, .enter, .character("v")])] + scrolling

  var scroll = ScrolledText()
  private(set) var heading = ""
  private var words = ""

  mutating func follow(_ lab: Lab) -> Bool {
    let pane = lab.panes[lab.focus]
    heading = "\(Swift.type(of: pane).title) in words"
    words = pane.describe()
    return true
  }

  func lines(width: Int) -> [[Span]] { wrapped(words, to: min(76, width)).map { [Span($0, .dialog)] } }
}
