import Panes
import Plotting

/// What an examination found, as the command of the same name prints it. The lab opens it.
struct ReportDialog: Dialog {
  static let title = "Report"
  static let keys: [DialogKey<ReportDialog>] =
    [
      closing([.escape, .enter]),
      DialogKey([.character("r")], footer: FooterWord("r", "results"), "go back to the final table") { _ in
        [.results]
      },
    ] + scrolling

  let heading: String
  let report: [String]
  var scroll = ScrolledText()

  init(heading: String, report: [String]) { (self.heading, self.report) = (heading, report) }

  func lines(width: Int) -> [[Span]] {
    report.flatMap { line in
      line.isEmpty
        ? [[]]
        : displayWidth(line) <= width ? [[Span(line, .dialog)]] : wrapped(line, to: width).map { [Span($0, .dialog)] }
    }
  }
}
