import Diagnostics
import Evaluation
import Events
import Networks
import Recipe
import Tensors

/// The sentinel's looks at the current weights.
extension Trainer {
  /// What the sentinel keeps from look to look.
  struct SentinelState {
    let sentinel: Sentinel
    /// The last quick look, whose survivors a deep look and the search for causes start from.
    var quick: Sentinel.QuickProbe?
    var pictures = PictureBook()
  }

  /// Clean, attack as trained, the quick tier, and the pictures of where they lie.
  package mutating func look(
    afterStep step: Int, settings: Settings, poll: () throws -> Void
  ) throws -> SentinelLook {
    let start = ContinuousClock.now
    var state = try sentinelState()
    let network = try prepared().network, attack = settings.trainingAttack
    network.follow(settings)
    // Before anything else goes through the network. No pass: it reads what the step left there.
    let book = try prepared().memory.book, drift = book.distances(ofStep: step, on: network)
    try poll()
    let (quick, images) = try state.sentinel.quick(afterStep: step, attack, on: network, poll: poll)
    state.quick = quick
    let pictures = try state.pictures.draw(
      afterStep: step, images, drift: drift, batchRows: book.rows,
      on: network, poll: poll)
    session?.sentinel = state
    let passes = quick.passes + pictures.passes
    let probe = Probe(
      step: step, split: "probe", weights: "current", clean: quick.clean, adversarial: quick.adversarial,
      attack: quick.attack, quick: quick.reading, passes: passes, seconds: seconds(since: start))
    return SentinelLook(
      probe: probe, expectedDeep: state.sentinel.expectedDeep(after: quick, classes: network.classes),
      expectedFull: state.sentinel.expectedDeep(after: quick, classes: network.classes, isFull: true), passes: passes,
      layers: pictures.layers, scatter: pictures.scatter)
  }

  /// AutoAttack on part of the probe, at the weights of the last quick look.
  package mutating func lookDeeper(
    afterStep step: Int, settings: Settings, poll: () throws -> Void
  ) throws -> DeepLook {
    let start = ContinuousClock.now, (sentinel, quick, network) = try lastLook(step)
    network.follow(settings)
    let deep = try sentinel.deep(after: quick, settings.trainingAttack, on: network, poll: poll)
    return DeepLook(reading: deep.reading, passes: deep.passes, seconds: seconds(since: start))
  }

  /// What shows why the gap of the last quick look is there.
  package mutating func findCauses(
    afterStep step: Int, settings: Settings, poll: () throws -> Void
  ) throws -> CausesFound {
    let (sentinel, quick, network) = try lastLook(step)
    network.follow(settings)
    let evidence = try sentinel.evidence(after: quick, settings.trainingAttack, on: network, poll: poll)
    return CausesFound(step: step, causes: evidence.causes(), passes: evidence.passes)
  }

  /// A copy of the weights and the attack on it.
  package mutating func freeze(_ scope: AttackScope, afterStep step: Int, settings: Settings) throws -> FrozenAttack {
    let network = try prepared().network, sentinel = try sentinelState().sentinel
    guard let copy = Network(network.settings, pool: ThreadPool(threads: 1)) else {
      throw TrainingFailure("model: '\(network.settings.name)' is not in the catalogue")
    }
    copy.restore(network.weights())
    copy.follow(settings)
    return FrozenAttack(sentinel, settings.trainingAttack, on: copy, scope: scope, step: step)
  }

  // MARK: parts

  /// The sentinel on the first `sentinel.images` validation images; made at the first look.
  private mutating func sentinelState() throws -> SentinelState {
    let session = try prepared()
    if let state = session.sentinel { return state }
    let split = session.data.validation, count = min(initial[.sentinelImages], split.count)
    let shape = session.network.settings.input, images = Storage(count: count * shape.planarCount)
    for image in 0..<count { split.copyImage(image, to: images.pointer + image * shape.planarCount) }
    let set = try EvaluationSet(
      images: images, shape: shape, labels: (0..<count).map { split.label($0) },
      indices: (0..<count).map { split.indices[$0] })
    let state = SentinelState(sentinel: Sentinel(set, deepCount: initial[.sentinelDeepImages], seed: seed))
    self.session?.sentinel = state
    return state
  }

  private mutating func lastLook(_ step: Int) throws -> (Sentinel, Sentinel.QuickProbe, Network) {
    let state = try sentinelState(), network = try prepared().network
    guard let quick = state.quick, quick.step == step else {
      throw TrainingFailure("a deeper look was asked for without a quick one at step \(step)")
    }
    return (state.sentinel, quick, network)
  }
}
