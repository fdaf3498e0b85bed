import Events
import Panes
import Plotting
import Readout
import Spelling

/// Asks what to run against a frozen copy of the weights, or whether to cancel what is running.
struct AttackDialog: ChoiceDialog {
  static let title = "Attack dialog"
  static let opening: DialogOpening? = DialogOpening(
    .session,
    LabKey(
      [.character("A")], footer: FooterWord("A", "AutoAttack"),
      "attack a frozen copy of the weights, or cancel that attack", when: \.session.canAttack
    ) { $0.open(AttackDialog()) })
  static let keys: [DialogKey<AttackDialog>] =
    choosing + [
      DialogKey([.character("f")], "run full AutoAttack", when: { !$0.isRunning }) { $0.answer(.run(.full)) },
      DialogKey([.character("k")], "run the quick check", when: { !$0.isRunning }) { $0.answer(.run(.quick)) },
      DialogKey([.character("x")], "cancel the attack", when: \.isRunning) { $0.answer(.cancel) },
      DialogKey([.escape, .character("c")], footer: FooterWord("esc", "close"), "close") { $0.answer(.close) },
    ]

  /// What can be done.
  enum Choice: Sendable, Hashable { case run(AttackScope), cancel, close }

  var scroll = ScrolledText()
  var selected = 0
  private var step = 0
  private var running: AttackProgressNote?
  private var forecast: AttackProgressNote?
  private var isOpen = false

  private var isRunning: Bool { running != nil }

  var heading: String { "Attack the weights of step \(step)?" }

  /// A running attack can only be cancelled; the highlight then starts on leaving it alone.
  var choices: [Choice] { isRunning ? [.close, .cancel] : [.run(.full), .run(.quick), .close] }

  /// Closes when an attack starts or ends meanwhile: other choices would be under the same key.
  mutating func follow(_ lab: Lab) -> Bool {
    let session = lab.session
    guard session.canAttack, !isOpen || session.isAttacking == isRunning else { return false }
    isOpen = true
    step = session.step
    running = session.isAttacking ? session.attack : nil
    forecast = session.forecast
    return true
  }

  func answer(_ choice: Choice) -> [DialogRequest] {
    switch choice {
    case .run(let scope): [.close, .send(.attack(scope))]
    case .cancel: [.close, .send(.cancelAttack)]
    case .close: [.close]
    }
  }

  func words(_ choice: Choice) -> (key: String, text: String) {
    switch choice {
    case .run(.full): ("f", "full AutoAttack" + (forecast.flatMap(AttackDialog.cost) ?? ""))
    case .run(.quick): ("k", "the sentinel's quick check")
    case .cancel: ("x", "cancel it (the result so far remains an upper bound)")
    case .close: ("c", isRunning ? "let it run" : "close")
    }
  }

  private static func cost(_ forecast: AttackProgressNote) -> String? {
    forecast.secondsLeft.map {
      ", at most \(NumberText.duration($0)) on \(NumberText.count(forecast.n, "image"))"
    }
  }

  func lines(width: Int) -> [[Span]] {
    let introduction =
      running.map { AttackWords.sentence($0) }
      ?? "Attacks a copy of the weights on the sentinel's images. This does not affect training."
    return wrapped(introduction, to: min(64, width)).map { [Span($0, .dialog)] } + [[]] + choiceLines(width: width)
  }
}
