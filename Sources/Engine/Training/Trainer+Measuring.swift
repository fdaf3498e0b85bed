import Attacks
import Datasets
import Evaluation
import Events
import Networks
import Recipe

/// Accuracies of weights on fixed images.
extension Trainer {
  /// The current weights on the first `validation.limit` validation images.
  package func validate(afterStep step: Int, settings: Settings, poll: () throws -> Void) throws -> Probe {
    // What the step left in the network is gone afterwards; the check that may follow shows it.
    if settings[.sentinelEvery] > 0 { _ = training.book.distances(ofStep: step, on: network) }
    return try measure(
      network, data.validation, limit: initial[.validationLimit], .validation, .current, step: step, settings, poll)
  }

  /// Copies the current weights.
  package func keepAsBest(step: Int) {
    best = KeptNetwork(
      settings: network.settings, weights: network.weights(), branch: network.branch, step: step)
  }

  /// The last or best weights on the first `test.limit` test images; the current weights stay.
  package func test(
    _ weights: KeptWeights, afterStep step: Int, settings: Settings, poll: () throws -> Void
  ) throws -> Probe {
    let limit = initial[.testLimit]
    guard weights == .best, let best else {
      return try measure(network, data.test, limit: limit, .test, weights.measured, step: step, settings, poll)
    }
    return try withNetwork(of: best) { network in
      try measure(
        network, data.test, limit: limit, .test, weights.measured, step: best.step, branch: best.branch, settings, poll)
    }
  }

  /// Runs `body` with kept weights in a network: the current one, which gets its own weights back, or a new one if they
  /// belong to an earlier normalization.
  func withNetwork<Result>(of kept: KeptNetwork, _ body: (Network) throws -> Result) throws -> Result {
    guard kept.settings == network.settings else {
      let network = try kept.settings.network(in: pool)
      network.restore(kept.weights)
      return try body(network)
    }
    let last = network.weights()
    defer { network.restore(last) }
    network.restore(kept.weights)
    return try body(network)
  }

  /// Clean accuracy and accuracy under the training attack (on CE, from the run's fixed streams); PGD-10 too if the
  /// training attack is a single step.
  private func measure(
    _ network: Network, _ images: Split, limit: Int, _ split: Probe.Split, _ weights: Probe.Weights, step: Int,
    branch: Branch? = nil, _ settings: Settings, _ poll: () throws -> Void
  ) throws -> Probe {
    let start = ContinuousClock.now
    network.follow(settings)
    if let branch { network.branch = branch }
    let attack = settings.trainingAttack
    let reference: [any Attack] = settings[.attack].type.isIterative ? [] : [settings.referencePGD]
    let found = try AccuracyMeasurement(images, limit: limit, seed: seed)
      .run(on: network, under: [attack] + reference, poll: poll)
    return Probe(
      step: step, split: split, weights: weights, clean: found.clean, adversarial: found.attacked[0],
      attack: attack.title, pgd10: found.attacked.dropFirst().first, seconds: seconds(since: start))
  }
}
