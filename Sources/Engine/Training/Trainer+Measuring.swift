import Attacks
import Datasets
import Evaluation
import Events
import Networks
import Recipe
import Tensors

/// Accuracies of weights on fixed images, which all processes measure together, each one on a part of the images.
extension Trainer {
  /// The current weights on the first `validation.limit` validation images.
  package func validate(afterStep step: Int, settings: Settings, poll: () throws -> Void) throws -> Probe {
    // What the step left in the network is gone afterwards; the check that may follow shows it.
    if settings[.sentinelEvery] > 0 { _ = training.book.distances(ofStep: step, on: network) }
    try announceMeasurement(.validation, of: nil, afterStep: step, settings)
    return try measure(network, .validation, .current, step: step, settings, poll)
  }

  /// Copies the current weights.
  package func keepAsBest(step: Int) {
    best = KeptNetwork(
      description: KeptDescription(settings: network.settings, branch: network.branch, step: step),
      weights: network.weights())
  }

  /// The last or best weights on the first `test.limit` test images; the current weights stay.
  package func test(
    _ weights: KeptWeights, afterStep step: Int, settings: Settings, poll: () throws -> Void
  ) throws -> Probe {
    guard weights == .best, let best else {
      try announceMeasurement(.test, of: nil, afterStep: step, settings)
      return try measure(network, .test, weights.measured, step: step, settings, poll)
    }
    let description = best.description, holder = try self.holder(of: description)
    try announceMeasurement(.test, of: description, afterStep: step, settings)
    return try lend(holder) {
      holder.restore(best.weights)
      if let team = training.team { holder.shareWeights(team) }
      return try measure(
        holder, .test, weights.measured, step: description.step, branch: description.branch, settings, poll)
    }
  }

  /// Measures on the part of the images that belongs to a process that is not the first.
  func takePart(
    inMeasuring split: Probe.Split, of kept: KeptDescription?, afterStep step: Int, settings: Settings
  ) throws {
    guard let kept else { return _ = try measure(network, split, .current, step: step, settings, {}) }
    let holder = try holder(of: kept)
    try lend(holder) {
      if let team = training.team { holder.shareWeights(team) }
      _ = try measure(holder, split, .best, step: kept.step, branch: kept.branch, settings, {})
    }
  }

  /// Runs `body` with kept weights in a network: the current one, which gets its own weights back, or a new one if they
  /// belong to an earlier normalization.
  func withNetwork<Result>(of kept: KeptNetwork, _ body: (Network) throws -> Result) throws -> Result {
    let holder = try holder(of: kept.description)
    return try lend(holder) {
      holder.restore(kept.weights)
      return try body(holder)
    }
  }

  /// A network that kept weights fit into.
  private func holder(of kept: KeptDescription) throws -> Network {
    kept.settings == network.settings ? network : try kept.settings.network(in: pool)
  }

  /// Runs `body`, which may give `holder` other weights. The current network gets its own back.
  private func lend<Result>(_ holder: Network, _ body: () throws -> Result) throws -> Result {
    guard holder === network else { return try body() }
    let last = network.weights()
    defer { network.restore(last) }
    return try body()
  }

  /// Clean accuracy and accuracy under the training attack (on CE, from the run's fixed streams); PGD-10 too if the
  /// training attack is a single step.
  private func measure(
    _ network: Network, _ split: Probe.Split, _ weights: Probe.Weights, step: Int, branch: Branch? = nil,
    _ settings: Settings, _ poll: () throws -> Void
  ) throws -> Probe {
    let start = ContinuousClock.now
    network.follow(settings)
    if let branch { network.branch = branch }
    let attack = settings.trainingAttack
    let reference: [any Attack] = settings[.attack].type.isIterative ? [] : [settings.referencePGD]
    let (images, limit) =
      split == .test ? (data.test, initial[.testLimit]) : (data.validation, initial[.validationLimit])
    let measurement = AccuracyMeasurement(images, limit: limit, seed: seed), progress = training.progress
    progress.beginMeasuring(measurement.count)
    defer { progress.endMeasuring() }
    let found = try measurement.run(
      on: network, under: [attack] + reference, sharedBy: training.team, progress: { progress.measured($0) }, poll: poll
    )
    return Probe(
      step: step, split: split, weights: weights, clean: found.clean, adversarial: found.attacked[0],
      attack: attack.title, pgd10: found.attacked.dropFirst().first, seconds: seconds(since: start))
  }
}
