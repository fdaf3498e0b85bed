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
    let start = ContinuousClock.now
    try announceCheck(.quick(limits), afterStep: step, settings)
    network.follow(settings)
    // Before anything else goes through the network. Costs no pass: it reads what the step left there.
    let drift = training.book.distances(ofStep: step, on: network)
    var pictures: PictureBook.Pictures?
    let (quick, state) = try look(afterStep: step, settings, limits, poll) { state, images in
      pictures = try state.pictures.draw(
        afterStep: step, images, drift: drift, batchRows: training.book.rows, on: network, poll: poll)
    }
    let passes = quick.passes + (pictures?.passes ?? 0)
    let probe = Probe(
      step: step, split: .probe, weights: .current, clean: quick.clean, adversarial: quick.adversarial,
      attack: quick.attack, quick: quick.reading, passes: passes, seconds: seconds(since: start))
    return QuickCheck(
      probe: probe,
      expectedDeep: settings[.sentinelSequential]
        ? state.sentinel.expectedFirstBlock(after: quick, classes: network.classes)
        : state.sentinel.expectedDeep(after: quick, classes: network.classes),
      expectedFull: state.sentinel.expectedDeep(after: quick, classes: network.classes, isFull: true), passes: passes,
      layers: pictures?.layers, scatter: pictures?.scatter)
  }

  /// AutoAttack on part of the probe, at the weights of the last quick check.
  package func checkDeeply(
    afterStep step: Int, settings: Settings, limits: DeepLimits, poll: () throws -> Void
  ) throws -> DeepCheck {
    let start = ContinuousClock.now
    try announceCheck(.deep(limits), afterStep: step, settings)
    let deep = try deepen(afterStep: step, settings, limits, poll)
    return DeepCheck(reading: deep.reading, passes: deep.passes, seconds: seconds(since: start))
  }

  /// What explains the gap of the last quick check.
  package func findCauses(
    afterStep step: Int, settings: Settings, poll: () throws -> Void
  ) throws -> CausesFound {
    try announceCheck(.causes, afterStep: step, settings)
    let evidence = try evidence(afterStep: step, settings, poll)
    return CausesFound(step: step, causes: evidence.causes(), passes: evidence.passes)
  }

  /// Makes the part of a check that belongs to a process that is not the first.
  func takePart(in check: RankCheck, afterStep step: Int, settings: Settings) throws {
    switch check {
    case .quick(let limits): _ = try look(afterStep: step, settings, limits, {}) { _, _ in }
    case .deep(let limits): _ = try deepen(afterStep: step, settings, limits, {})
    case .causes: _ = try evidence(afterStep: step, settings, {})
    }
  }

  /// A copy of the weights and the attack on it.
  package func freeze(_ scope: AttackScope, afterStep step: Int, settings: Settings) throws -> FrozenAttack {
    let sentinel = try sentinelState().sentinel, copy = try network.settings.network(in: ThreadPool(threads: 1))
    copy.restore(network.weights())
    copy.follow(settings)
    return FrozenAttack(
      sentinel, settings.trainingAttack, on: copy, scope: scope, step: step, epsilon: settings[.epsilon])
  }

  // MARK: by all processes

  /// What a check by all processes begins with: the same in each.
  private func begin(_ settings: Settings, _ poll: () throws -> Void) throws -> (SentinelState, Sentinel) {
    let state = try RankTeam.together(training.team, poll) { _ in try sentinelState() }
    network.follow(settings)
    return (state, state.sentinel.shared(by: training.team))
  }

  /// A quick check, of which the first process draws pictures before anybody keeps what was found.
  private func look(
    afterStep step: Int, _ settings: Settings, _ limits: QuickLimits, _ poll: () throws -> Void,
    draw: (inout SentinelState, ProbeImages) throws -> Void
  ) throws -> (Sentinel.QuickProbe, SentinelState) {
    var (state, sentinel) = try begin(settings, poll)
    var (quick, images) = try sentinel.look(
      afterStep: step, settings.trainingAttack, on: network, parts: settings.lookParts, memory: &state.memory,
      until: { !limits.isLast && settings.isClear($0) }, allowance: limits.allowance, insists: limits.isLast, poll: poll
    )
    if limits.isLast { quick = try lookFurther(quick, sentinel, settings, allowance: limits.allowance, poll: poll) }
    state.quick = quick
    try sentinel.ask { try draw(&state, images) }
    self.sentinel = state
    return (quick, state)
  }

  private func deepen(
    afterStep step: Int, _ settings: Settings, _ limits: DeepLimits, _ poll: () throws -> Void
  ) throws -> Sentinel.DeepProbe {
    var (state, sentinel, quick) = try lastCheck(step, settings, poll)
    network.follow(settings)
    guard settings[.sentinelSequential] else {
      return try sentinel.deep(after: quick, settings.trainingAttack, on: network, poll: poll)
    }
    let deep = try sentinel.deepen(
      quick, settings.trainingAttack, on: network,
      until: SequentialTest(threshold: settings[.sentinelWatch], level: limits.level), allowance: limits.allowance,
      memory: &state.memory, poll: poll)
    self.sentinel = state
    return deep
  }

  private func evidence(
    afterStep step: Int, _ settings: Settings, _ poll: () throws -> Void
  ) throws -> GapEvidence {
    let (_, sentinel, quick) = try lastCheck(step, settings, poll)
    network.follow(settings)
    return try sentinel.evidence(after: quick, settings.trainingAttack, on: network, poll: poll)
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
    let range = known..<known + count, team = training.team
    let images = try RankTeam.together(team, poll) { _ in try validationImages(range) }
    let further = Sentinel(images, seed: seed).shared(by: team)
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
  ) throws -> (SentinelState, Sentinel, Sentinel.QuickProbe) {
    var (state, sentinel) = try begin(settings, poll)
    if let quick = state.quick, quick.step == step { return (state, sentinel, quick) }
    let quick = try sentinel.look(
      afterStep: step, settings.trainingAttack, on: network, parts: settings.lookParts, memory: &state.memory,
      until: { _ in false }, poll: poll
    ).probe
    state.quick = quick
    self.sentinel = state
    return (state, sentinel, quick)
  }
}
