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
    /// What is remembered of the attacks of earlier checks.
    var memory: AttackMemory
  }

  /// Clean accuracy, the training attack, the quick tier, and the pictures of where the images lie.
  package func checkQuickly(
    afterStep step: Int, settings: Settings, limits: QuickLimits, poll: () throws -> Void
  ) throws -> QuickCheck {
    let start = ContinuousClock.now, attack = settings.trainingAttack
    var state = try sentinelState()
    network.follow(settings)
    // Before anything else goes through the network. Costs no pass: it reads what the step left there.
    let drift = training.book.distances(ofStep: step, on: network)
    try poll()
    var (quick, images) = try state.sentinel.look(
      afterStep: step, attack, on: network, parts: settings.lookParts, memory: &state.memory,
      until: { !limits.isLast && settings.isClear($0) }, allowance: limits.allowance, insists: limits.isLast, poll: poll
    )
    if limits.isLast {
      quick = try lookFurther(quick, state.sentinel, settings, allowance: limits.allowance, poll: poll)
    }
    state.quick = quick
    let pictures = try state.pictures.draw(
      afterStep: step, images, drift: drift, batchRows: training.book.rows, on: network, poll: poll)
    sentinel = state
    let passes = quick.passes + pictures.passes
    let probe = Probe(
      step: step, split: .probe, weights: .current, clean: quick.clean, adversarial: quick.adversarial,
      attack: quick.attack, quick: quick.reading, passes: passes, seconds: seconds(since: start))
    return QuickCheck(
      probe: probe,
      expectedDeep: settings[.sentinelSequential]
        ? state.sentinel.expectedFirstBlock(after: quick, classes: network.classes)
        : state.sentinel.expectedDeep(after: quick, classes: network.classes),
      expectedFull: state.sentinel.expectedDeep(after: quick, classes: network.classes, isFull: true), passes: passes,
      layers: pictures.layers, scatter: pictures.scatter)
  }

  /// AutoAttack on part of the probe, at the weights of the last quick check.
  package func checkDeeply(
    afterStep step: Int, settings: Settings, limits: DeepLimits, poll: () throws -> Void
  ) throws -> DeepCheck {
    let start = ContinuousClock.now
    var (state, quick) = try lastCheck(step, settings, poll)
    network.follow(settings)
    guard settings[.sentinelSequential] else {
      let deep = try state.sentinel.deep(after: quick, settings.trainingAttack, on: network, poll: poll)
      return DeepCheck(reading: deep.reading, passes: deep.passes, seconds: seconds(since: start))
    }
    let deep = try state.sentinel.deepen(
      quick, settings.trainingAttack, on: network,
      until: SequentialTest(threshold: settings[.sentinelWatch], level: limits.level), allowance: limits.allowance,
      memory: &state.memory, poll: poll)
    self.sentinel = state
    return DeepCheck(reading: deep.reading, passes: deep.passes, seconds: seconds(since: start))
  }

  /// What explains the gap of the last quick check.
  package func findCauses(
    afterStep step: Int, settings: Settings, poll: () throws -> Void
  ) throws -> CausesFound {
    let (state, quick) = try lastCheck(step, settings, poll)
    network.follow(settings)
    let evidence = try state.sentinel.evidence(after: quick, settings.trainingAttack, on: network, poll: poll)
    return CausesFound(step: step, causes: evidence.causes(), passes: evidence.passes)
  }

  /// A copy of the weights and the attack on it.
  package func freeze(_ scope: AttackScope, afterStep step: Int, settings: Settings) throws -> FrozenAttack {
    let sentinel = try sentinelState().sentinel, copy = try network.settings.network(in: ThreadPool(threads: 1))
    copy.restore(network.weights())
    copy.follow(settings)
    return FrozenAttack(
      sentinel, settings.trainingAttack, on: copy, scope: scope, step: step, epsilon: settings[.epsilon])
  }

  // MARK: parts

  /// The last look of a run at as many further validation images as its budget allows, but no more than the probe has.
  private func lookFurther(
    _ quick: Sentinel.QuickProbe, _ sentinel: Sentinel, _ settings: Settings, allowance: Int, poll: () throws -> Void
  ) throws -> Sentinel.QuickProbe {
    let known = sentinel.set.count, attack = settings.trainingAttack
    let affordable =
      (allowance - quick.passes) / max(1, quick.expectedPassesOfFurtherImage(attack, classes: network.classes))
    let count = min(known, data.validation.count - known, affordable)
    guard count >= Sentinel.leastFurtherImages else { return quick }
    let further = Sentinel(try validationImages(known..<known + count), seed: seed)
    return quick + (try further.quick(afterStep: quick.step, attack, on: network, poll: poll).probe)
  }

  private func validationImages(_ range: Range<Int>) throws -> EvaluationSet {
    let split = data.validation, shape = network.settings.input
    let images = Storage(count: range.count * shape.planarCount)
    for (row, image) in range.enumerated() {
      try split.copyImage(image, to: images.pointer + row * shape.planarCount)
    }
    return try EvaluationSet(
      images: images, shape: shape, labels: range.map { split.label($0) }, indices: range.map { split.indices[$0] })
  }

  /// The sentinel on the first `sentinel.images` validation images; made at the first check.
  func sentinelState() throws -> SentinelState {
    if let sentinel { return sentinel }
    let count = min(initial[.sentinelImages], data.validation.count), pixels = network.settings.input.planarCount
    let set = try validationImages(0..<count)
    var state = SentinelState(
      sentinel: Sentinel(set, deepCount: initial[.sentinelDeepImages], seed: seed),
      memory: AttackMemory(count: count, pixels: pixels))
    state.pictures.first = resumed.reference
    if let look = resumed.look, look.fits(count) { state.quick = look }
    if let memory = resumed.memory, memory.count == count, memory.pixels == pixels { state.memory = memory }
    sentinel = state
    return state
  }

  /// The quick check at these weights; made again where the session was interrupted between the two.
  private func lastCheck(
    _ step: Int, _ settings: Settings, _ poll: () throws -> Void
  ) throws -> (SentinelState, Sentinel.QuickProbe) {
    var state = try sentinelState()
    if let quick = state.quick, quick.step == step { return (state, quick) }
    network.follow(settings)
    let quick = try state.sentinel.look(
      afterStep: step, settings.trainingAttack, on: network, parts: settings.lookParts, memory: &state.memory,
      until: { _ in false }, poll: poll
    ).probe
    state.quick = quick
    sentinel = state
    return (state, quick)
  }
}
