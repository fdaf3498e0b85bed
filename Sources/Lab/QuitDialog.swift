import Plotting

/// Asks how to end. The highlight is what enter does, and it starts on the choice that changes nothing.
struct QuitDialog: Sendable {
  /// A way out.
  enum Choice: String, Sendable, CaseIterable { case finish, stop, cancel }

  /// What can be chosen, in order.
  let choices: [Choice]
  private(set) var selected: Int
  private var text = ScrolledText()

  /// `canFinish` is false when the final test runs already.
  init(canFinish: Bool) {
    choices = Choice.allCases.filter { canFinish || $0 != .finish }
    selected = choices.count - 1
  }

  var choice: Choice { choices[selected] }

  mutating func move(by count: Int) { selected = (selected + count + choices.count) % choices.count }

  mutating func draw(into buffer: inout CellBuffer, in area: Rect, session: Session, theme: Theme) {
    let steps = session.description.map { " of \($0.steps)" } ?? ""
    let width = max(1, area.width - 6)
    var lines: [[Span]] = [[Span("step \(session.step)\(steps), \(session.stateText)", .dialog)], []]
    for (index, choice) in choices.enumerated() {
      let isSelected = index == selected
      let line =
        "\(isSelected ? "▸" : " ") \(choice.rawValue.prefix(1))  \(padded(choice.rawValue, to: 7)) \(words(choice)) "
      lines.append([Span(clipped(padded(line, to: min(width, 50)), to: width), isSelected ? .selected : .dialog)])
    }
    text.draw(into: &buffer, in: area, title: "Quit?", theme: theme) { _ in lines }
  }

  /// The dialog after the session went into its final test or out of it: the highlight is on cancel again.
  func offering(finish canFinish: Bool) -> QuitDialog { QuitDialog(canFinish: canFinish) }

  private func words(_ choice: Choice) -> String {
    switch choice {
    case .finish: "end training here, test, keep weights"
    case .stop: "write a checkpoint and leave"
    case .cancel: "go on"
    }
  }
}
