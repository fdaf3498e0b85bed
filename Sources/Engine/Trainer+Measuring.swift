import Attacks
import Datasets
import Events
import Networks
import Recipe

/// Accuracies of weights on fixed images.
extension Trainer {
  /// The current weights on the first `validation.limit` validation images.
  package mutating func validate(
    afterStep step: Int, settings: Settings, poll: () throws -> Void
  ) throws -> Probe {
    let session = try prepared()
    // What the step left in the network is gone afterwards; the look that may follow shows it.
    if settings[.sentinelEvery] > 0 {
      _ = session.memory.book.distances(ofStep: step, on: session.network)
    }
    return try measure(
      session.network, session.data.validation, limit: initial[.validationLimit], split: "validation",
      weights: "current",
      step: step, settings, poll)
  }

  /// Copies the current weights.
  package mutating func keepAsBest(step: Int) {
    guard let network = session?.network else { return }
    session?.best = KeptNetwork(
      settings: network.settings, weights: network.weights(), branch: network.branch, step: step)
  }

  /// The last or best weights on the first `test.limit` test images; the current weights stay.
  package mutating func test(
    _ weights: KeptWeights, afterStep step: Int, settings: Settings, poll: () throws -> Void
  ) throws -> Probe {
    let session = try prepared(), limit = initial[.testLimit]
    guard weights == .best, let best = session.best else {
      return try measure(
        session.network, session.data.test, limit: limit, split: "test", weights: weights.rawValue, step: step,
        settings,
        poll)
    }
    return try withNetwork(of: best) { network in
      try measure(
        network, session.data.test, limit: limit, split: "test", weights: weights.rawValue, step: best.step,
        branch: best.branch, settings, poll)
    }
  }

  /// Runs `body` with kept weights in a network: the one at hand, which gets its own weights back, or, when they are
  /// those of an earlier norm, one of their own.
  func withNetwork<Result>(of kept: KeptNetwork, _ body: (Network) throws -> Result) throws -> Result {
    let current = try prepared().network
    guard kept.settings == current.settings else {
      guard let network = Network(kept.settings, pool: pool) else {
        throw TrainingFailure("model: '\(kept.settings.name)' is not in the catalogue")
      }
      network.restore(kept.weights)
      return try body(network)
    }
    let last = current.weights()
    defer { current.restore(last) }
    current.restore(kept.weights)
    return try body(current)
  }

  /// Clean accuracy and accuracy under the training attack (on CE, from the run's fixed streams); PGD-10 too where the
  /// training attack is a single step.
  func measure(
    _ network: Network, _ images: Split, limit: Int, split: String, weights: String, step: Int, branch: Branch? = nil,
    _ settings: Settings,
    _ poll: () throws -> Void
  ) throws -> Probe {
    let start = ContinuousClock.now
    network.follow(settings)
    if let branch { network.branch = branch }
    let count = min(limit, images.count), attack = settings.trainingAttack
    let reference = attack is FGSM ? settings.referencePGD : nil
    var clean = 0, adversarial = 0, pgd10 = 0
    for first in stride(from: 0, to: count, by: 128) {
      try poll()
      let evaluation = Evaluation(
        images, first..<min(count, first + 128), pixels: network.settings.input.planarCount,
        seed: seed)
      clean += evaluation.correct(on: network)
      adversarial += try evaluation.correct(under: attack, on: network, poll: poll)
      if let reference { pgd10 += try evaluation.correct(under: reference, on: network, poll: poll) }
    }
    return Probe(
      step: step, split: split, weights: weights, clean: Proportion(correct: clean, n: count),
      adversarial: Proportion(correct: adversarial, n: count), attack: attack.title,
      pgd10: reference.map { _ in Proportion(correct: pgd10, n: count) }, seconds: seconds(since: start))
  }
}
