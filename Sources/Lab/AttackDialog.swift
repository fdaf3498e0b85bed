import Events
import Plotting

/// Asks what to run against a frozen copy of the weights, or whether to give up what runs. The highlight is what enter
/// does.
struct AttackDialog: Sendable {
  /// What can be done.
  enum Choice: Sendable, Hashable { case run(AttackScope), giveUp, close }

  /// What can be chosen, in order.
  let choices: [Choice]
  private(set) var selected = 0
  private var text = ScrolledText()

  /// While an attack runs, it can only be given up; the highlight then starts on leaving it alone.
  init(isRunning: Bool) {
    choices = isRunning ? [.close, .giveUp] : [.run(.full), .run(.quick), .close]
  }

  var choice: Choice { choices[selected] }

  mutating func move(by count: Int) { selected = (selected + count + choices.count) % choices.count }

  mutating func draw(into buffer: inout CellBuffer, in area: Rect, session: Session, theme: Theme) {
    let width = max(1, area.width - 6)
    var lines: [[Span]] = introduction(session).flatMap { line in
      wrapped(line, to: min(64, width)).map { [Span($0, .dialog)] }
    }
    lines.append([])
    for (index, choice) in choices.enumerated() {
      let isSelected = index == selected
      let line = "\(isSelected ? "▸" : " ") \(words(choice, session)) "
      lines.append([Span(clipped(padded(line, to: min(width, 58)), to: width), isSelected ? .selected : .dialog)])
    }
    text.draw(into: &buffer, in: area, title: "Attack the weights of step \(session.step)?", theme: theme) { _ in lines
    }
  }

  private func introduction(_ session: Session) -> [String] {
    if let running = session.attack, running.phase == .running {
      return ["An attack on the weights of step \(running.step) is under way on \(running.n) images."]
    }
    return [
      "On a copy of the weights, on the probe's images: training is not changed by it, and goes on or stays paused."
    ]
  }

  private func words(_ choice: Choice, _ session: Session) -> String {
    switch choice {
    case .run(.full):
      "f  full AutoAttack"
        + (session.forecast?.secondsLeft.map {
          ", at most \(NumberText.duration($0)) on \(session.forecast?.n ?? 0) images"
        }
          ?? "")
    case .run(.quick): "k  the sentinel's quick attacks"
    case .giveUp: "g  give it up; what it found stays an upper bound"
    case .close: session.attack?.phase == .running ? "c  let it run" : "c  run nothing"
    }
  }
}
