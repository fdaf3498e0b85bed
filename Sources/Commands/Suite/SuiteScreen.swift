import Readout
import Spelling
import Suites
import Synchronization

/// What stderr shows of a suite while it runs: a line for everything that is finished and, where it can be redrawn, one
/// for what is going on.
final class SuiteScreen: Sendable {
  private struct State {
    var isBarShown = false
    var lastDrawn: ContinuousClock.Instant?
    var done = 0
    var active: [String: String] = [:]
  }

  private let output: Output
  private let isQuiet: Bool
  private let plan: SuitePlan
  private let count: Int
  private let state = Mutex(State())

  init(_ plan: SuitePlan, output: Output, isQuiet: Bool) {
    (self.plan, self.output, self.isQuiet) = (plan, output, isQuiet)
    count = plan.runs.count
  }

  /// Says what is going to happen.
  func begin(_ store: SuiteStore) {
    guard !isQuiet else { return }
    let line = SuiteWords.beginning(
      suite: plan.suite.name, scale: plan.scale.rawValue, rows: plan.rows.count, runs: count, images: plan.limit,
      folder: store.folder.relativePath)
    try? output.error(line + "\n")
  }

  /// Takes note of progress, from any thread. A quiet screen only tells of failures and damaged files.
  func show(_ progress: SuiteProgress) {
    state.withLock { state in
      switch progress.stage {
      case .failed(let reason):
        state.active[progress.title] = nil
        note("\(progress.title): failed: \(reason)", &state)
      case .damaged(let text): note("\(progress.title): \(text)", &state)
      case _ where isQuiet: return
      case .known(let text): note("\(progress.title): \(text)", &state)
      case .trained(let steps, let seconds):
        note("\(progress.title): \(SuiteWords.trained(steps: steps, seconds: seconds))", &state)
      case .evaluated(let attack, let robust):
        note("\(progress.title): \(SuiteWords.evaluated(attack, robust))", &state)
      case .measured(let text): note("\(progress.title): \(text)", &state)
      case .measuring(let measure, let done, let all):
        state.active[progress.title] = SuiteWords.measuring(measure.rawValue, step: done, of: all)
      case .training(let step, let steps): state.active[progress.title] = SuiteWords.training(step: step, of: steps)
      case .evaluating(let measure, let robust, let images):
        state.active[progress.title] = SuiteWords.evaluating(measure.rawValue, robust: robust, of: images)
      case .done:
        state.done += 1
        state.active[progress.title] = nil
      }
      if !isQuiet { draw(&state) }
    }
  }

  /// Removes the line that is redrawn.
  func clear() {
    state.withLock { state in
      if state.isBarShown { try? output.clearLine() }
      state.isBarShown = false
    }
  }

  private func note(_ line: String, _ state: inout State) {
    if state.isBarShown { try? output.clearLine() }
    try? output.error(oneLine(line) + "\n")
    state.isBarShown = false
  }

  /// Ten times per second is enough.
  private func draw(_ state: inout State) {
    let now = ContinuousClock.now
    if !output.canRedraw { return }
    if let last = state.lastDrawn, now - last < .milliseconds(100) { return }
    state.lastDrawn = now
    state.isBarShown = true
    // One column stays free: a full line would wrap and could not be redrawn.
    let line = SuiteWords.progress(done: state.done, of: count, active: state.active, columns: output.columns() - 1)
    try? output.redraw(line)
  }
}
