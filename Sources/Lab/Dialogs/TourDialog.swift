import Events
import Panes
import Plotting
import Readout
import Recipe
import Spelling

/// Asks before a change of a setting ends the tour. The lab opens it when such a change is asked for.
struct TourDialog: Dialog {
  static let title = "Tour dialog"
  static let keys: [DialogKey<TourDialog>] =
    [
      DialogKey(
        [.enter, .character("y")], footer: FooterWord("enter", "take over"), "end the tour and make the change"
      ) { [.close, .send(.takeOver), .send($0.command)] },
      DialogKey([.escape, .character("n")], footer: FooterWord("esc", "stay on the tour"), "stay on the tour") { _ in
        [.close]
      },
    ] + scrolling

  let heading = "End the tour?"
  var scroll = ScrolledText()
  private let command: Command
  private var asked = ""
  private var left = 0

  /// Asks about this command.
  init(_ command: Command) { self.command = command }

  mutating func follow(_ lab: Lab) -> Bool {
    guard let tour = lab.session.tour, tour.next != nil, !lab.session.isOver else { return false }
    left = tour.count - tour.done
    if case .set(let name, let value, _) = command, let knob = AnyKnob.named(name) {
      let now = lab.session.settings.map { "\($0.formatted(knob)) → " } ?? ""
      asked = "\(knob.symbol)  \(now)\(knob.format(value))"
    } else {
      asked = "recompute the running statistics"
    }
    return true
  }

  func lines(width: Int) -> [[Span]] {
    let width = min(60, width)
    let text = "The change ends the tour: \(NumberText.count(left, "stop")) will be skipped."
    return [[Span(asked, .key)], []] + wrapped(text, to: max(1, width)).map { [Span($0, .dialog)] }
  }
}

extension Command {
  /// True for what makes another run of it than the tour has planned.
  var endsTour: Bool {
    switch self {
    case .set, .recalibrate: true
    default: false
    }
  }
}
