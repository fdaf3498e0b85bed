import Evaluation
import Events
import Networks
import Recipe

/// Operations on the network between two steps, measured before and after. docs/algorithms.md §10.
extension Trainer {
  /// Replaces the normalization layers, or recomputes the running statistics. An error leaves the network as it was.
  package func operate(
    _ operation: NetworkOperation, afterStep step: Int, settings: Settings, poll: () throws -> Void
  ) throws -> SurgeryReport {
    let start = ContinuousClock.now, old = network, statistics = old.runningStatistics()
    training.book.clear()
    let before = try accuracies(of: old, settings, poll)
    let new: Network, warnings: [SurgeryWarning], after: Accuracies
    do {
      switch operation {
      case .convert: (new, warnings) = try converted(old, settings)
      case .recalibrate(let batches):
        try recalibrate(batches, afterStep: step, settings, poll)
        (new, warnings) = (old, [])
      }
      after = try accuracies(of: new, settings, poll)
    } catch {
      old.restore(runningStatistics: statistics)
      throw error
    }
    if new !== old { training.exchange(new) }
    do { try announceNetwork(settings) } catch {
      // An operation that failed has changed nothing.
      if new !== old { training.exchange(old) }
      old.restore(runningStatistics: statistics)
      throw error
    }
    let drift = after.drift(from: before)
    var report = SurgeryReport(
      step: step, operation: operation.kind, from: old.settings.norm, to: new.settings.norm,
      warnings: warnings.map(\.description), logitDrift: drift.rms, largestLogitDrift: drift.largest,
      cleanBefore: before.clean, cleanAfter: after.clean, adversarialBefore: before.attacked[0],
      adversarialAfter: after.attacked[0], attack: settings.trainingAttack.title, seconds: seconds(since: start))
    if case .recalibrate(let batches) = operation { report.batches = batches }
    return report
  }

  private func accuracies(
    of network: Network, _ settings: Settings, _ poll: () throws -> Void
  ) throws -> Accuracies {
    network.follow(settings)
    return try AccuracyMeasurement(data.validation, limit: initial[.validationLimit], seed: seed)
      .run(on: network, under: [settings.trainingAttack], poll: poll)
  }

  private func converted(_ network: Network, _ settings: Settings) throws -> (Network, [SurgeryWarning]) {
    var model = network.settings
    model.setNorms(from: settings)
    if let complaint = model.normComplaint { throw TrainingFailure(complaint) }
    let (result, warnings) = try network.converted(to: model)
    result.follow(settings)
    return (result, warnings)
  }

  // MARK: running statistics

  /// Trains `network` from now on, with running statistics recomputed as a live session would after `step`.
  func recalibrate(_ network: Network, batches: Int, afterStep step: Int, settings: Settings) throws {
    training.exchange(network)
    try recalibrate(batches, afterStep: step, settings) {}
  }

  /// The mean over the moments of `count` batches, the next ones of the run. Layers with two sets of statistics see
  /// clean and adversarial rows of all images; the others, in one pass, the rows that the objective has. The
  /// adversarial images are crafted as in training, on the network as it was.
  private func recalibrate(
    _ count: Int, afterStep step: Int, _ settings: Settings, _ poll: () throws -> Void
  ) throws {
    let network = network, old = network.runningStatistics()
    let plan = training.plan(for: settings), seesBoth = network.settings.norm.hasTwoSets
    try network.recalibrate(batches: count, poll: poll) { number in
      let batch = try training.load(step + number + 1, plan), mean = network.runningStatistics()
      if seesBoth || plan.objective.rows != .clean {
        network.restore(runningStatistics: old)
        try training.craft(batch, plan, purpose: .recalibration, poll)
        network.restore(runningStatistics: mean)
      }
      if seesBoth { return (UnsafePointer(batch.clean), 2 * batch.count, .cleanFirst(batch.count)) }
      return training.outerPass(batch, plan).rowsTogether
    }
  }
}
