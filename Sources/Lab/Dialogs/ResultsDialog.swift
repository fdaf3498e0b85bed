import Events
import Panes
import Plotting
import Readout
import Spelling

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
        [.character("l")], footer: FooterWord("l/b", "AutoAttack"), "run AutoAttack on the last weights",
        when: { $0.has(.last) && !$0.isAttacking }
      ) { _ in [.examine(.attack(.last))] },
      DialogKey([.character("b")], "run AutoAttack on the best weights", when: { $0.has(.best) && !$0.isAttacking }) {
        _ in
        [.examine(.attack(.best))]
      },
      DialogKey([.character("x")], footer: FooterWord("x", "cancel it"), "cancel that attack", when: \.isAttacking) {
        _ in
        [.cancelExamination]
      },
      DialogKey(
        [.character("d")], footer: FooterWord("d", "diagnose"), "diagnose the last weights",
        when: { $0.has(.last) && !$0.isAttacking }
      ) { _ in [.examine(.diagnosis(.last))] },
      DialogKey(
        [.character("m")], footer: FooterWord("m", "more steps"), "train this run longer", when: { !$0.folder.isEmpty }
      ) { [.close, .line("longer \($0.steps + max(1, $0.steps / 2))")] },
      DialogKey(
        [.character("a")], footer: FooterWord("a", "again"), "begin again with a change", when: { !$0.folder.isEmpty }
      ) { _ in [.close, .line("restart ")] },
      DialogKey([.character("O")], footer: FooterWord("O", "open"), "open another preset or run") { _ in
        [.close, .press(.character("O"))]
      },
    ]

  let heading = "Results"
  var scroll = ScrolledText()
  private var summary: Summary?
  /// The run's folder; empty where its weights cannot be attacked from here.
  private var folder = ""

  private var steps = 0
  private var isAttacking = false
  /// What AutoAttack left of each of the weights.
  private var examinations: [Probe.Weights: AttackProgressNote] = [:]

  mutating func follow(_ lab: Lab) -> Bool {
    summary = lab.session.summary
    steps = lab.session.step
    (isAttacking, examinations) = (lab.session.isAttacking, lab.session.examinations)
    folder = lab.session.onlooker == nil && !lab.session.isWatching ? lab.session.description?.folder ?? "" : ""
    return summary != nil
  }

  /// True when these weights are on the disk.
  private func has(_ weights: Probe.Weights) -> Bool {
    !folder.isEmpty && summary?.results.contains { $0.weights == weights } == true
  }

  func lines(width: Int) -> [[Span]] {
    guard let summary else { return [] }
    let text = { (text: String, role: Theme.Role) in wrapped(text, to: max(1, width)).map { [Span($0, role)] } }
    let found = [Probe.Weights.last, .best].flatMap { weights in
      examinations[weights].map { text(line(weights, $0, summary), role(weights, $0, summary)) } ?? []
    }
    let offer = has(.last) ? text("AutoAttack on the test images: l for the last weights, b for the best", .faint) : []
    return FinalTable.spans(summary, width: width) + (found.isEmpty ? [] : [[]] + found)
      + (offer.isEmpty ? [] : [[]] + offer)
  }

  /// `last weights: AutoAttack …; PGD-10 left .55: false robustness`.
  private func line(_ weights: Probe.Weights, _ note: AttackProgressNote, _ summary: Summary) -> String {
    let loss = drop(weights, note, summary).map { ", \(NumberText.fixed(100 * $0, digits: 1)) points below PGD" } ?? ""
    return "\(weights.rawValue) weights: \(AttackWords.sentence(note).dropLast())\(loss)"
  }

  /// How far AutoAttack is below the training attack; nil before its end.
  private func drop(_ weights: Probe.Weights, _ note: AttackProgressNote, _ summary: Summary) -> Double? {
    guard note.phase == .finished, let accuracy = note.accuracy,
      let result = summary.results.first(where: { $0.weights == weights })
    else { return nil }
    return result.adversarial.value - accuracy.value
  }

  private func role(_ weights: Probe.Weights, _ note: AttackProgressNote, _ summary: Summary) -> Theme.Role {
    guard let drop = drop(weights, note, summary) else { return note.phase == .failed ? .alarm : .dialog }
    return drop > 0.25 ? .alarm : drop > 0.15 ? .watch : .good
  }
}
