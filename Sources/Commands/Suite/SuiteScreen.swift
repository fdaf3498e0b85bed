import Foundation
import Suites
import Synchronization

/// What stderr shows of a suite while it runs: a line for all that is finished, and, where it can be redrawn, one for
/// what goes on.
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
    try? output.error(
      "\(plan.suite.name), \(plan.scale.rawValue) scale: \(plan.rows.count) rows, \(count) runs, \(plan.limit) test "
        + "images; results in \(store.folder.relativePath)\n")
  }

  /// Takes note of progress; from any thread. The quiet hear of failures and damaged files alone.
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
        note("\(progress.title): trained, \(steps) steps, " + String(format: "%.1f s", seconds), &state)
      case .evaluated(let attack, let robust):
        note("\(progress.title): \(attack) \(Progress.percent(robust)) of \(robust.n)", &state)
      case .measured(let text): note("\(progress.title): \(text)", &state)
      case .measuring(let measure, let done, let all):
        state.active[progress.title] = "\(measure.rawValue), step \(done)/\(all)"
      case .training(let step, let steps): state.active[progress.title] = "step \(step)/\(steps)"
      case .evaluating(let measure, let robust, let images):
        state.active[progress.title] = "\(measure.rawValue), \(robust)/\(images) robust"
      case .done:
        state.done += 1
        state.active[progress.title] = nil
      }
      if !isQuiet { draw(&state) }
    }
  }

  /// Takes the line that is redrawn away.
  func clear() {
    state.withLock { state in
      if state.isBarShown { try? output.error("\r\u{1b}[K") }
      state.isBarShown = false
    }
  }

  private func note(_ line: String, _ state: inout State) {
    try? output.error((state.isBarShown ? "\r\u{1b}[K" : "") + line + "\n")
    state.isBarShown = false
  }

  /// Ten times a second are enough.
  private func draw(_ state: inout State) {
    let now = ContinuousClock.now
    if !output.canRedraw { return }
    if let last = state.lastDrawn, now - last < .milliseconds(100) { return }
    state.lastDrawn = now
    state.isBarShown = true
    let parts = ["\(state.done)/\(count) runs"] + state.active.sorted { $0.key < $1.key }.map { "\($0): \($1)" }
    // One column stays free: a full line would wrap and could not be redrawn.
    let line = parts.joined(separator: " · ").prefix(max(0, output.columns() - 1))
    try? output.error("\r" + line + "\u{1b}[K")
  }
}
