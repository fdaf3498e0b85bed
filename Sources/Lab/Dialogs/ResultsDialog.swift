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
    + [
      DialogKey([.character("q")], footer: FooterWord("q", "leave"), "leave dualab") { _ in [.quit] },
      DialogKey(
        [.character("l")], footer: FooterWord("l/b", "AutoAttack"),
        "leave the lab and run AutoAttack on the last weights, in the terminal", when: { $0.has(.last) }
      ) { _ in [.attack(.last)] },
      DialogKey([.character("b")], "the same on the best weights", when: { $0.has(.best) }) { _ in [.attack(.best)] },
    ]

  let heading = "Results"
  var scroll = ScrolledText()
  private var summary: Summary?
  /// The run's folder; empty where its weights cannot be attacked from here.
  private var folder = ""

  mutating func follow(_ lab: Lab) -> Bool {
    summary = lab.session.summary
    folder = lab.session.onlooker == nil && !lab.session.isWatching ? lab.session.description?.folder ?? "" : ""
    return summary != nil
  }

  /// True when these weights are on the disk.
  private func has(_ weights: Probe.Weights) -> Bool {
    !folder.isEmpty && summary?.results.contains { $0.weights == weights } == true
  }

  func lines(width: Int) -> [[Span]] {
    guard let summary else { return [] }
    let offer =
      has(.last)
      ? "AutoAttack on the test images: l for the last weights, b for the best, or 'dualab attack --checkpoint FILE'"
      : ""
    return FinalTable.spans(summary, width: width) + (offer.isEmpty ? [] : [[]])
      + (offer.isEmpty ? [] : wrapped(offer, to: max(1, width)).map { [Span($0, .faint)] })
  }
}
