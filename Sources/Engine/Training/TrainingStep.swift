import Attacks
import Datasets
import Events
import Networks
import Recipe
import Spelling
import Tensors

/// One training step after the other: load the images, craft the adversarial ones, pass both through the network,
/// update the weights. After the first few, a step allocates nothing.
package final class TrainingStep {
  /// The parts of a step, in their order.
  package enum Part: Sendable, Hashable, CaseIterable {
    /// Copying the batch, and weights and statistics as they are.
    case load
    /// The attack; nothing for objectives without adversarial rows.
    case craft
    /// The passes that are trained on, the loss, and its gradient in the network.
    case descend
    /// SGD, and the check that the weights are finite.
    case update
  }

  /// What is trained.
  package private(set) var network: Network
  /// What the last step's passes left in the network.
  let book: PassBook
  private let data: DataSplits
  private let memory: StepMemory
  private let seed: UInt32
  private var order: EpochOrder
  /// Makes batches ahead of the steps; nil where images are in memory.
  private let ahead: ImagesAhead?
  private var plan: StepPlan
  /// The processes that share the batches; nil where this one trains alone.
  var team: RankTeam?
  /// Where it notes how far a step has come.
  var progress = StepProgress()

  /// Steps on the training images of `data`; a `tracker` only watches.
  init(_ network: Network, data: DataSplits, settings: Settings, tracker: DistanceTracker?) {
    let batch = min(settings[.batch], data.train.count)
    self.network = network
    self.data = data
    seed = settings.runSeed
    order = EpochOrder(count: data.train.count, batch: batch, seed: seed)
    ahead = data.train.images.isDecodedOnDemand ? ImagesAhead(data.train, order: order) : nil
    memory = StepMemory(network, batch: batch)
    book = PassBook(tracker: tracker)
    plan = StepPlan(settings, data: data)
  }

  /// Steps of one epoch.
  var stepsPerEpoch: Int { order.stepsPerEpoch }

  /// Trains another network from the next step on.
  func exchange(_ network: Network) {
    self.network = network
    memory.fit(network)
    book.clear()
  }

  /// Runs step `number`. A step that ends in an error changes no weight and no running statistic. `after` hears when a
  /// part is done.
  package func run(
    _ number: Int, settings: Settings, poll: () throws -> Void, after: (Part) -> Void = { _ in }
  ) throws -> Sample {
    let start = ContinuousClock.now
    let plan = plan(for: settings)
    shareOut(number, settings)
    defer { network.part = nil }
    let batch = try load(number, plan)
    let steps = settings.totalSteps(stepsPerEpoch: stepsPerEpoch)
    let rate = settings[.learningRate] * plan.schedule.factor(step: number - 1, of: steps)
    network.follow(settings)
    memory.keep(network)
    after(.load)
    let result: OuterPass.Result
    do {
      if plan.objective.rows != .clean { try craft(batch, plan, purpose: .attackStart) { try ask(poll) } }
      after(.craft)
      try ask(poll)
      result = try descend(batch, plan) { if team == nil { try poll() } else { try team?.check() } }
      try team?.check()
      guard result.loss.total.isFinite else { throw diverged(number, "the loss is \(result.loss.total)", rate) }
      guard network.hasFiniteGradients else { throw diverged(number, "a gradient is not finite", rate) }
      after(.descend)
      SGD(settings, learningRate: rate).step(network)
      guard network.isFinite else { throw diverged(number, "the weights are no longer finite", rate) }
      after(.update)
    } catch {
      memory.restore(network)
      throw error
    }
    return Sample(
      step: number, epoch: order.epoch(ofStep: number), loss: result.loss.total, cleanLoss: result.loss.clean,
      adversarialLoss: result.loss.adversarial, kl: result.loss.divergence, dbnNLL: result.nll,
      cleanAccuracy: result.cleanAccuracy, adversarialAccuracy: result.adversarialAccuracy, learningRate: rate,
      images: memory.positions.count, seconds: seconds(since: start))
  }

  private func diverged(_ step: Int, _ what: String, _ rate: Double) -> TrainingFailure {
    let rate = Fraction.decimal(rate), event = "step \(step): \(what)"
    return TrainingFailure(
      "\(event); lower lr (now \(rate)) or β and start again", divergence: "\(event) (lr \(rate))")
  }

  /// What the settings make of a step.
  func plan(for settings: Settings) -> StepPlan {
    if plan.settings != settings { plan = StepPlan(settings, data: data) }
    return plan
  }

  // MARK: load

  /// The images of one step, in the session's memory: the adversarial ones right after the clean ones.
  struct Batch {
    let step: Int
    /// Indices in the data set, by which random numbers are keyed.
    let examples: [Int]
    let labels: [Int]
    let clean: UnsafeMutablePointer<Float>
    let adversarial: UnsafeMutablePointer<Float>
    var count: Int { labels.count }
  }

  /// Copies the images of step `number` that this process has into the session's memory, augmented.
  func load(_ number: Int, _ plan: StepPlan) throws -> Batch {
    order.batch(step: number, into: &memory.positions)
    let clean = memory.images.pointer, pixels = network.settings.input.planarCount
    let own = network.part?.images ?? 0..<memory.positions.count
    memory.examples.removeAll(keepingCapacity: true)
    memory.labels.removeAll(keepingCapacity: true)
    for row in own {
      let position = memory.positions[row]
      if ahead == nil { try data.train.copyImage(position, to: clean + (row - own.lowerBound) * pixels) }
      memory.examples.append(data.train.indices[position])
      memory.labels.append(data.train.label(position))
    }
    if let ahead {
      // All images are decoded by every process; the rows move to the front.
      try ahead.take(step: number, plan.augmenter, into: clean)
      clean.update(from: clean + own.lowerBound * pixels, count: own.count * pixels)
    } else {
      plan.augmenter.apply(to: clean, examples: memory.examples, step: number)
    }
    return Batch(
      step: number, examples: memory.examples, labels: memory.labels, clean: clean,
      adversarial: clean + own.count * pixels)
  }

  // MARK: several processes

  /// Gives the network this process's part of the next batch.
  private func shareOut(_ number: Int, _ settings: Settings) {
    let images = order.images(ofStep: number)
    network.part = team.flatMap {
      BatchPart(images: images, cleanRows: settings.cleanRows(of: images), team: $0)
    }
  }

  /// The first process asks whether to go on, and all do what it is told. During the passes that are trained on nobody
  /// asks: they are short, and the others may be waiting.
  private func ask(_ poll: () throws -> Void) throws {
    guard let team else { return try poll() }
    try team.ask(poll)
  }

  // MARK: craft

  /// Writes the adversarial images. With `attack.bn=batch-track` the running statistics move; the caller keeps a copy.
  func craft(_ batch: Batch, _ plan: StepPlan, purpose: RandomPurpose, _ poll: () throws -> Void) throws {
    let target: AttackTarget =
      switch plan.objective.innerLoss {
      case .divergence: .cleanLogits(try cleanLogits(batch, plan.attackMode, poll))
      case .crossEntropy: .labels(batch.labels)
      }
    progress.begin(batch.step, plan.attackTitle)
    defer { progress.end() }
    let attacked = AttackBatch(
      images: batch.clean, examples: batch.examples, target: target, seed: seed, purpose: purpose, step: batch.step,
      mode: plan.attackMode, observer: progress)
    try plan.attack.perturb(attacked, on: network, into: batch.adversarial, poll: poll)
  }

  /// The clean predictions that TRADES moves the adversarial ones away from; computed once, since they do not change.
  private func cleanLogits(_ batch: Batch, _ mode: Mode, _ poll: () throws -> Void) throws -> [Float] {
    let branch = network.branch
    defer { network.branch = branch }
    if network.settings.norm.choosesSet { network.branch = .clean }
    try memory.target.withUnsafeMutableBufferPointer { target in
      guard let base = target.baseAddress else { return }
      try network.logits(
        of: batch.clean, count: batch.count, attackMode: mode, domains: .clean, into: base, poll: poll)
    }
    return memory.target
  }

  // MARK: descend

  /// The outer pass, and before it the one that perturbs the weights (`awp`). Leaves the gradients in the network and
  /// the weights as they were.
  private func descend(_ batch: Batch, _ plan: StepPlan, _ poll: () throws -> Void) throws -> OuterPass.Result {
    var pass = outerPass(batch, plan)
    book.open(
      batch.step, of: plan.settings.totalSteps(stepsPerEpoch: stepsPerEpoch), several: plan.batching != .cat,
      on: network)
    pass.observer = book
    defer { book.close(on: network) }
    guard plan.weightPerturbation > 0 else { return try pass.run(mode: .train, poll: poll) }
    // Batch moments without tracking: only the pass that is trained on moves the running statistics.
    _ = try pass.run(mode: .batch, poll: poll)
    network.perturbWeights(by: plan.weightPerturbation)
    let result = try pass.run(mode: .train, poll: poll)
    network.restoreParameters(from: memory.parameters)
    return result
  }

  /// The passes that the plan asks for, over the images of a batch.
  func outerPass(_ batch: Batch, _ plan: StepPlan) -> OuterPass {
    OuterPass(
      network: network, objective: plan.objective, batching: plan.batching, clean: batch.clean, labels: batch.labels,
      cleanRows: plan.settings.cleanRows(of: network.part?.tree.images ?? batch.count), gradient: memory.gradient)
  }
}
