import Events
import Recipe

/// Which weights are worth a checkpoint, and which of them are written already.
struct Checkpoints: Sendable, Hashable {
  /// The best weights so far.
  var best: BestWeights
  /// Someone asked to keep the current weights.
  private(set) var isAskedFor = false
  private var writtenStep: Int?
  private var writtenBestStep: Int?

  /// Some time has passed since the last checkpoint that is only for going on.
  var isAutoDue = false
  /// The step of the last one.
  private(set) var autoStep = -1

  /// Nothing to write yet.
  init(_ rule: BestRule) { best = BestWeights(rule) }

  /// Asks for a checkpoint of the current weights that is kept.
  mutating func ask() { isAskedFor = true }

  /// True once, when someone asked to keep the current weights.
  mutating func takeRequest() -> Bool {
    defer { isAskedFor = false }
    return isAskedFor
  }

  /// True when the weights after `step` are in no checkpoint of the run's end.
  func lacksStep(_ step: Int) -> Bool { writtenStep != step }

  /// The step and settings of the best weights while they are in no checkpoint.
  var unwrittenBest: (step: Int, settings: Settings)? {
    guard let measured = best.measured, writtenBestStep != measured.step else { return nil }
    return measured
  }

  /// A checkpoint was written, or cannot be and is not tried again.
  mutating func didWrite(_ kind: CheckpointKind, step: Int) {
    switch kind {
    case .best: writtenBestStep = step
    case .last, .interrupted: writtenStep = step
    case .auto: (autoStep, isAutoDue) = (step, false)
    case .alarm, .kept, .before, .found, .skipped: break
    }
  }
}
