import Events
import Recipe

/// Where a session stands between two steps: with the weights, their momentum and the best ones, all it takes to go on
/// as if it had never ended.
package struct SessionProgress: Sendable, Hashable, Codable {
  /// Steps done.
  package internal(set) var step = 0
  /// Events told so far; what was told later happens again.
  package internal(set) var told = 0
  /// The first event whose intervention is not in these settings; the one after `told` except before a change.
  package internal(set) var firstOpen = 1
  var validatedStep: Int?
  var settings: SettingsInForce
  var best: BestWeights
  var watch: SentinelWatch
  var tour: RemainingTour
  var changes: InterventionRecord
  /// Operations on the network that were asked for and are not done yet.
  var operations: NetworkOperations
  var policy: PolicyWatch
  /// Somebody ended the run early, and it is on its way out.
  var isFinishing: Bool
  /// What was told about the gap; nil in checkpoints of earlier versions.
  var gap: GapRecord?
}

extension SessionProgress {
  /// The settings that the network's normalization layers were made from.
  package var built: Settings { settings.built }

  /// The settings of the next step.
  package var next: Settings { settings.next }

  /// The step after which the best weights were measured, and the settings they were trained with.
  package var bestWeights: (step: Int, settings: Settings)? { best.measured }

  /// The interventions that are in it.
  package var interventions: [Intervention] { changes.inOrder() }

  /// True when this was asked for, and the session that goes on does it without being told.
  package func awaits(_ act: Intervention.Act) -> Bool {
    if case .recalibrate(let batches) = act { operations.awaits(.recalibrate(batches: batches)) } else { false }
  }

  /// The run goes on although somebody had ended it.
  package mutating func forgetFinish() {
    isFinishing = false
    changes.removeFinishes()
  }
}

// MARK: for the machine

extension SessionMachine {
  /// What a checkpoint of this kind has to keep; nil when it cannot be gone on from.
  package func progress(for kind: CheckpointKind) -> SessionProgress? {
    switch kind {
    case .best, .found, .skipped: nil
    case .before: mark.map(progress(before:)) ?? progress
    case .last, .interrupted, .alarm, .kept, .auto: progress
    }
  }

  var progress: SessionProgress {
    SessionProgress(
      step: step, told: told, firstOpen: told + 1, validatedStep: validatedStep, settings: settingsInForce,
      best: checkpoints.best, watch: watch, tour: tour, changes: changes,
      operations: operations, policy: policy,
      isFinishing: ending == .finish && step < totalSteps, gap: gap)
  }

  /// The session as it stands, with the settings from before the change.
  private func progress(before mark: Mark) -> SessionProgress {
    var result = progress
    result.settings.forget(since: mark.settings)
    (result.tour, result.changes, result.operations) = (mark.tour, mark.changes, mark.operations)
    result.firstOpen = mark.told + 1
    return result
  }

  /// What a change overwrites, as it was before the first change since the last step.
  struct Mark: Sendable, Hashable {
    let settings: SettingsInForce
    let tour: RemainingTour
    let changes: InterventionRecord
    let operations: NetworkOperations
    let told: Int
  }

  /// How it was before the changes since the last step, or how it is.
  var markNow: Mark {
    mark ?? Mark(settings: settingsInForce, tour: tour, changes: changes, operations: operations, told: told)
  }

  /// Goes on from `progress`. `redo` are the interventions that came after it, up to the step `reached`; the tour does
  /// not fire them again.
  package mutating func resume(
    from progress: SessionProgress, redo: [Intervention], reached: Int, told: Int, file: String
  ) {
    var progress = progress
    // What was done since is known up to the last step that was recorded.
    if reached > progress.step || !redo.isEmpty { progress.tour.skip(to: reached, done: redo) }
    step = progress.step
    validatedStep = progress.validatedStep
    settingsInForce = progress.settings
    checkpoints.best = progress.best
    watch = progress.watch
    gap = progress.gap ?? GapRecord()
    tour = progress.tour
    changes = progress.changes
    operations = progress.operations
    if settingsInForce.needsConversion { operations.ask(for: .convert) }
    if progress.isFinishing { ending = .finish }
    policy = progress.policy
    self.redo = redo
    self.told = told
    resumedAt = progress.step
    resumedFrom = file
  }
}
