import Events
import Panes
import Plotting
import Readout
import Recipe
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
        when: { $0.has(.last) && !$0.isExamined }
      ) { _ in [.examine(.attack(.last))] },
      DialogKey(
        [.character("b")], "run AutoAttack on the best weights", when: { $0.has(.best) && !$0.isExamined }
      ) { _ in [.examine(.attack(.best))] },
      DialogKey(
        [.character("x")], footer: FooterWord("x", "cancel it"), "cancel the running examination", when: \.isExamined
      ) { _ in [.cancelExamination] },
      DialogKey(
        [.character("d")], footer: FooterWord("d", "diagnose"), "diagnose the last weights",
        when: { $0.has(.last) && !$0.isExamined }
      ) { _ in [.examine(.diagnosis(.last))] },
      DialogKey(
        [.character("m")], footer: FooterWord("m", "more steps"), "train this run longer", when: { !$0.folder.isEmpty }
      ) { [.close, .line("longer \($0.steps + max(1, $0.steps / 2))")] },
      DialogKey(
        [.character("a")], footer: FooterWord("a", "again"), "restart with changes", when: { !$0.folder.isEmpty }
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
  private var isExamined = false
  /// Under which ε PGD was measured, and from which gap on there is reason to watch and to alarm.
  private var settings = Settings()
  /// What AutoAttack left of each of the weights.
  private var examinations: [Probe.Weights: AttackProgressNote] = [:]

  mutating func follow(_ lab: Lab) -> Bool {
    summary = lab.session.summary
    steps = lab.session.step
    (isExamined, examinations) = (lab.session.isExamined, lab.session.examinations)
    settings = lab.session.settings ?? settings
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
    let sentence = "AutoAttack on up to 500 test images: l for the last weights, b for the best"
    let offer = has(.last) ? text(sentence, .faint) : []
    return FinalTable.spans(summary, width: width) + (found.isEmpty ? [] : [[]] + found)
      + (offer.isEmpty ? [] : [[]] + offer)
  }

  /// `last weights: AutoAttack on the weights of step 400: …, n 500, took 0:02, 51.0 points below PGD-10 (n 1000)`.
  private func line(_ weights: Probe.Weights, _ note: AttackProgressNote, _ summary: Summary) -> String {
    let strength = note.epsilon.map { " with ε \(Knob.epsilon.declaration.format(.number($0)))" } ?? ""
    let loss = drop(weights, note, summary).flatMap { drop in
      summary.results.first { $0.weights == weights }.map {
        ", \(NumberText.fixed(100 * drop, digits: 1)) points below \($0.attack) (n \($0.adversarial.n))"
      }
    }
    return "\(weights.rawValue) weights\(strength): \(AttackWords.sentence(note).dropLast())\(loss ?? "")"
  }

  /// How far AutoAttack is below the training attack; nil before its end, and where the two had different radii.
  private func drop(_ weights: Probe.Weights, _ note: AttackProgressNote, _ summary: Summary) -> Double? {
    guard note.phase == .finished, let accuracy = note.accuracy,
      note.epsilon ?? settings[.epsilon] == settings[.epsilon],
      let result = summary.results.first(where: { $0.weights == weights })
    else { return nil }
    return result.adversarial.value - accuracy.value
  }

  private func role(_ weights: Probe.Weights, _ note: AttackProgressNote, _ summary: Summary) -> Theme.Role {
    guard let drop = drop(weights, note, summary) else { return note.phase == .failed ? .alarm : .dialog }
    return drop > settings[.sentinelAlarm] ? .alarm : drop > settings[.sentinelWatch] ? .watch : .good
  }
}
