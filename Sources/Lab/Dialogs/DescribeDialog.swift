import Panes
import Plotting
import Readout

/// The focused pane in words: what is new since the last time, and on request everything.
struct DescribeDialog: Dialog {
  static let title = "Description"
  static let opening: DialogOpening? = DialogOpening(
    .view,
    LabKey([.character("v")], "describe this pane in words: what is new", when: { !$0.layout.places.isEmpty }) {
      $0.openDescription()
    })
  static let keys: [DialogKey<DescribeDialog>] =
    [
      closing([.escape, .enter]),
      DialogKey(
        [.character("v")], footer: FooterWord("v", "everything"), "everything, not only what is new",
        when: { $0.news != nil }
      ) {
        $0.news = nil
        return []
      },
    ] + scrolling

  var scroll = ScrolledText()
  private(set) var heading = ""
  /// What is new; nil where everything is shown.
  private var news: String?
  private var words = ""

  init(news: String?) { self.news = news }

  var note: String { news == nil ? "" : "new since the last time" }

  mutating func follow(_ lab: Lab) -> Bool {
    let pane = lab.panes[lab.focus]
    heading = "\(Swift.type(of: pane).title) in words"
    words = pane.describe()
    return true
  }

  func lines(width: Int) -> [[Span]] {
    let text = news.map { $0.isEmpty ? "Nothing is new." : $0 } ?? words
    return wrapped(text, to: min(76, width)).map { [Span($0, .dialog)] }
  }
}
