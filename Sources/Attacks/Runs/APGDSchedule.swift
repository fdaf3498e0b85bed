/// When APGD halves its step. docs/algorithms.md §4: windows of k iterations, k₀ = max(⌊.22N⌋, 1), each max(⌊.03N⌋, 1)
/// shorter than the one before (MM: ⌊.03N⌋), but at least max(⌊.06N⌋, 1). At the end of a window the step is halved if
/// the loss rose in at most 3/4 of its iterations, or if the step was kept at the last checkpoint and the best loss
/// hasn't grown since.
package struct APGDSchedule {
  /// The current step.
  package private(set) var step: Float
  private var window: Int
  private let shortest: Int
  private let shrink: Int
  private var count = 0
  private var rises = 0
  private var reducedLast = true
  private var bestAtCheckpoint = 0.0

  /// The schedule of a run of `iterations`, from a first step. A window is at least `leastShrink` shorter than the one
  /// before.
  package init(iterations: Int, step: Float, leastShrink: Int = 1) {
    self.step = step
    window = max(22 * iterations / 100, 1)
    shortest = max(6 * iterations / 100, 1)
    shrink = max(3 * iterations / 100, leastShrink)
  }

  /// Takes the loss at the starting point.
  package mutating func start(_ loss: Double) { bestAtCheckpoint = loss }

  /// Counts an iteration. Returns true if it ends a window with a halved step, so that the search returns to the best
  /// point.
  package mutating func reduces(rose: Bool, best: Double) -> Bool {
    count += 1
    if rose { rises += 1 }
    guard count == window else { return false }
    let isStuck = !reducedLast && bestAtCheckpoint >= best
    reducedLast = Double(rises) <= 0.75 * Double(window) || isStuck
    bestAtCheckpoint = best
    if reducedLast { step /= 2 }
    window = max(window - shrink, shortest)
    count = 0
    rises = 0
    return reducedLast
  }

  /// The iterations after which a window ends, in a run of `iterations`.
  package static func checkpoints(iterations: Int) -> [Int] {
    var schedule = APGDSchedule(iterations: iterations, step: 1)
    return (1...iterations).filter { _ in
      _ = schedule.reduces(rose: false, best: 0)
      return schedule.count == 0
    }
  }
}
