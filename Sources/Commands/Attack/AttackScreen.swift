import Evaluation
import Readout

/// What stderr shows while attacks run.
struct AttackScreen {
  private var progress: AttackProgress
  private let output: Output
  private let isQuiet: Bool
  private var isBarShown = false

  init(_ suite: AttackSuite, output: Output, isQuiet: Bool) {
    progress = AttackProgress(suite)
    self.output = output
    self.isQuiet = isQuiet
  }

  mutating func show(_ now: EvaluationProgress) {
    guard !isQuiet else { return }
    let note = progress.note(now)
    if output.canRedraw {
      isBarShown = true
      // One column stays free: a full line would wrap, and could not be redrawn.
      try? output.redraw(progress.line(now, columns: output.columns() - 1))
    } else if let note {
      try? output.error(note + "\n")
    }
  }

  mutating func clear() {
    if isBarShown { try? output.clearLine() }
    isBarShown = false
  }
}
