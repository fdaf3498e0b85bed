import Events
import Networks
import Recipe

/// Operations on the network between two steps, measured before and after. ALGORITHMS §10.
extension Trainer {
  /// Exchanges the norms, or measures running statistics anew. What it throws leaves the network as it was.
  package mutating func operate(
    _ operation: NetworkOperation, afterStep step: Int, settings: Settings, poll: () throws -> Void
  ) throws -> SurgeryReport {
    let start = ContinuousClock.now, old = try prepared().network
    session?.memory.book.clear()
    let before = try look(at: old, settings, poll)
    let statistics = old.runningStatistics()
    let network: Network, warnings: [SurgeryWarning], after: Look
    do {
      switch operation {
      case .convert: (network, warnings) = try converted(old, settings)
      case .recalibrate(let batches):
        try recalibrate(batches, afterStep: step, settings, poll)
        (network, warnings) = (old, [])
      }
      after = try look(at: network, settings, poll)
    } catch {
      old.restore(runningStatistics: statistics)
      throw error
    }
    if network !== old {
      session?.network = network
      session?.memory.fit(network)
    }
    let name = if case .convert = operation { "convert" } else { "recalibrate" }
    let drift = before.drift(to: after)
    return SurgeryReport(
      step: step, operation: name, from: old.settings.norm.rawValue, to: network.settings.norm.rawValue,
      warnings: warnings.map(\.description), logitDrift: drift.rootMeanSquare, largestLogitDrift: drift.largest,
      cleanBefore: before.clean, cleanAfter: after.clean, adversarialBefore: before.adversarial,
      adversarialAfter: after.adversarial, attack: settings.trainingAttack.title, seconds: seconds(since: start))
  }

  // MARK: norms

  private func converted(_ network: Network, _ settings: Settings) throws -> (Network, [SurgeryWarning]) {
    var model = network.settings
    model.setNorms(from: settings)
    if let complaint = model.normComplaint { throw TrainingFailure(complaint) }
    let (result, warnings) = try network.converted(to: model)
    result.follow(settings)
    return (result, warnings)
  }

  // MARK: running statistics

  /// Puts `network` in the session's place and measures its running statistics anew, as a live session would after `step`.
  mutating func recalibrate(_ network: Network, batches: Int, afterStep step: Int, settings: Settings) throws {
    session?.network = network
    session?.memory.fit(network)
    try recalibrate(batches, afterStep: step, settings) {}
  }

  /// The mean over the moments of `count` batches, the next ones of the run. Norms with two sets see clean and adversarial
  /// rows of all images; the others, in one pass, the rows that the objective has. The adversarial images are crafted as
  /// in training, on the network as it was.
  private mutating func recalibrate(
    _ count: Int, afterStep step: Int, _ settings: Settings, _ poll: () throws -> Void
  ) throws {
    let session = try prepared(), network = session.network, old = network.runningStatistics()
    let objective = session.memory.plan(for: settings).objective, seesBoth = network.settings.norm.hasTwoSets
    try network.recalibrate(batches: count, poll: poll) { number in
      let batch = try loadBatch(step + number + 1, settings), mean = network.runningStatistics()
      if seesBoth || objective.rows != .clean {
        network.restore(runningStatistics: old)
        try attack(batch, for: objective, purpose: .recalibration, settings, poll)
        network.restore(runningStatistics: mean)
      }
      if seesBoth { return (UnsafePointer(batch.clean), 2 * batch.count, .cleanFirst(batch.count)) }
      return try outerPass(batch, objective, settings).rowsTogether
    }
  }

  // MARK: before and after

  /// What a network makes of the validation images.
  private struct Look {
    var logits: [Float] = []
    var clean = Proportion(correct: 0, n: 0)
    var adversarial = Proportion(correct: 0, n: 0)

    /// How far the logits went.
    func drift(to other: Look) -> (rootMeanSquare: Double, largest: Double) {
      var sum = 0.0, largest = 0.0
      for (a, b) in zip(logits, other.logits) {
        let difference = abs(Double(a) - Double(b))
        sum += difference * difference
        largest = max(largest, difference)
      }
      return ((sum / Double(max(1, logits.count))).squareRoot(), largest)
    }
  }

  private func look(at network: Network, _ settings: Settings, _ poll: () throws -> Void) throws -> Look {
    let images = try prepared().data.validation, count = min(initial[.validationLimit], images.count)
    network.follow(settings)
    var look = Look(), clean = 0, adversarial = 0
    for first in stride(from: 0, to: count, by: 128) {
      try poll()
      let evaluation = Evaluation(
        images, first..<min(count, first + 128), pixels: network.settings.input.planarCount, seed: seed)
      look.logits += evaluation.logits(on: network)
      clean += evaluation.correct(on: network)
      adversarial += try evaluation.correct(under: settings.trainingAttack, on: network, poll: poll)
    }
    look.clean = Proportion(correct: clean, n: count)
    look.adversarial = Proportion(correct: adversarial, n: count)
    return look
  }
}
