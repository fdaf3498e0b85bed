import Events
import Panes
import Plotting
import Readout

/// How the run ended, and its final table.
struct ResultsDialog: Dialog {
  static let title = "Results"
  static let opening: DialogOpening? = DialogOpening(
    .view,
    LabKey([.character("r")], footer: FooterWord("r", "results"), "show the final table", when: \.session.isOver) {
      $0.open(ResultsDialog())
    })
  static let keys: [DialogKey<ResultsDialog>] =
    [closing([.escape, .enter])] + scrolling
    + [DialogKey([.character("q")], footer: FooterWord("q", "leave"), "leave dualab") { _ in [.quit] }]

  let heading = "Results"
  var scroll = ScrolledText()
  private var summary: Summary?

  mutating func follow(_ lab: Lab) -> Bool {
    summary = lab.session.summary
    return summary != nil
  }

  func lines(width: Int) -> [[Span]] { summary.map { FinalTable.spans($0, width: width) } ?? [] }
}
