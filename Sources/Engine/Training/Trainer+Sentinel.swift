import Diagnostics
import Evaluation
import Events
import Recipe
import Tensors

/// The sentinel's checks of the current weights.
extension Trainer {
  /// What the sentinel keeps from check to check.
  struct SentinelState {
    let sentinel: Sentinel
    /// The last quick check, from whose survivors a deep check and the search for causes start.
    var quick: Sentinel.QuickProbe?
    var pictures = PictureBook()
  }

  /// Clean accuracy, the training attack, the quick tier, and the pictures of where the images lie.
  package func checkQuickly(
    afterStep step: Int, settings: Settings, poll: () throws -> Void
  ) throws -> QuickCheck {
    let start = ContinuousClock.now, attack = settings.trainingAttack
    var state = try sentinelState()
    network.follow(settings)
    // Before anything else goes through the network. Costs no pass: it reads what the step left there.
    let drift = training.book.distances(ofStep: step, on: network)
    try poll()
    let (quick, images) = try state.sentinel.quick(afterStep: step, attack, on: network, poll: poll)
    state.quick = quick
    let pictures = try state.pictures.draw(
      afterStep: step, images, drift: drift, batchRows: training.book.rows, on: network, poll: poll)
    sentinel = state
    let passes = quick.passes + pictures.passes
    let probe = Probe(
      step: step, split: .probe, weights: .current, clean: quick.clean, adversarial: quick.adversarial,
      attack: quick.attack, quick: quick.reading, passes: passes, seconds: seconds(since: start))
    return QuickCheck(
      probe: probe, expectedDeep: state.sentinel.expectedDeep(after: quick, classes: network.classes),
      expectedFull: state.sentinel.expectedDeep(after: quick, classes: network.classes, isFull: true), passes: passes,
      layers: pictures.layers, scatter: pictures.scatter)
  }

  /// AutoAttack on part of the probe, at the weights of the last quick check.
  package func checkDeeply(
    afterStep step: Int, settings: Settings, poll: () throws -> Void
  ) throws -> DeepCheck {
    let start = ContinuousClock.now, (sentinel, quick) = try lastCheck(step, settings, poll)
    network.follow(settings)
    let deep = try sentinel.deep(after: quick, settings.trainingAttack, on: network, poll: poll)
    return DeepCheck(reading: deep.reading, passes: deep.passes, seconds: seconds(since: start))
  }

  /// What explains the gap of the last quick check.
  package func findCauses(
    afterStep step: Int, settings: Settings, poll: () throws -> Void
  ) throws -> CausesFound {
    let (sentinel, quick) = try lastCheck(step, settings, poll)
    network.follow(settings)
    let evidence = try sentinel.evidence(after: quick, settings.trainingAttack, on: network, poll: poll)
    return CausesFound(step: step, causes: evidence.causes(), passes: evidence.passes)
  }

  /// A copy of the weights and the attack on it.
  package func freeze(_ scope: AttackScope, afterStep step: Int, settings: Settings) throws -> FrozenAttack {
    let sentinel = try sentinelState().sentinel, copy = try network.settings.network(in: ThreadPool(threads: 1))
    copy.restore(network.weights())
    copy.follow(settings)
    return FrozenAttack(sentinel, settings.trainingAttack, on: copy, scope: scope, step: step)
  }

  // MARK: parts

  /// The sentinel on the first `sentinel.images` validation images; made at the first check.
  private func sentinelState() throws -> SentinelState {
    if let sentinel { return sentinel }
    let split = data.validation, count = min(initial[.sentinelImages], split.count)
    let shape = network.settings.input, images = Storage(count: count * shape.planarCount)
    for image in 0..<count { try split.copyImage(image, to: images.pointer + image * shape.planarCount) }
    let set = try EvaluationSet(
      images: images, shape: shape, labels: (0..<count).map { split.label($0) },
      indices: (0..<count).map { split.indices[$0] })
    var state = SentinelState(sentinel: Sentinel(set, deepCount: initial[.sentinelDeepImages], seed: seed))
    state.pictures.first = resumedReference
    sentinel = state
    return state
  }

  /// The quick check at these weights; made again where the session was interrupted between the two.
  private func lastCheck(
    _ step: Int, _ settings: Settings, _ poll: () throws -> Void
  ) throws -> (Sentinel, Sentinel.QuickProbe) {
    var state = try sentinelState()
    if let quick = state.quick, quick.step == step { return (state.sentinel, quick) }
    network.follow(settings)
    let quick = try state.sentinel.quick(afterStep: step, settings.trainingAttack, on: network, poll: poll).probe
    state.quick = quick
    sentinel = state
    return (state.sentinel, quick)
  }
}
