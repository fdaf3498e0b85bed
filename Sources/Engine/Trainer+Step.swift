import Attacks
import Events
import Networks
import Objectives
import Recipe
import Spelling
import Tensors

/// One training step: load the images, craft the adversarial ones, pass both through the network, update the weights.
extension Trainer {
  /// Runs step `number`. A step that ends in an error changes no weight and no running statistic.
  package mutating func step(_ number: Int, settings: Settings, poll: () throws -> Void) throws -> Sample {
    let start = ContinuousClock.now
    let batch = try loadBatch(number, settings), session = try prepared(), network = session.network
    let plan = session.memory.plan(for: settings), objective = plan.objective
    let rate = settings[.learningRate] * plan.schedule.factor(step: number - 1, of: session.steps)
    network.follow(settings)

    session.memory.keep(network)
    let result: OuterPass.Result
    do {
      try craft(batch, for: objective, purpose: .attackStart, settings, poll)
      try poll()
      result = try descend(batch, objective, settings, poll)
      guard result.loss.total.isFinite else { throw diverged(number, "the loss is \(result.loss.total)", rate) }
      guard network.hasFiniteGradients else { throw diverged(number, "a gradient is not finite", rate) }
      SGD(settings, learningRate: rate).step(network)
      guard network.isFinite else { throw diverged(number, "the weights are no longer finite", rate) }
    } catch {
      session.memory.restore(network)
      throw error
    }
    return Sample(
      step: number, epoch: session.order.epoch(ofStep: number), loss: result.loss.total, cleanLoss: result.loss.clean,
      adversarialLoss: result.loss.adversarial, kl: result.loss.divergence, dbnNLL: result.nll,
      cleanAccuracy: result.cleanAccuracy, adversarialAccuracy: result.adversarialAccuracy, learningRate: rate,
      images: batch.count, seconds: seconds(since: start))
  }

  private func diverged(_ step: Int, _ what: String, _ rate: Double) -> TrainingFailure {
    TrainingFailure("step \(step): \(what); lower lr (now \(Fraction.decimal(rate))) or β and start again")
  }

  // MARK: load

  /// The images of one step. Their pixels stand in the session's memory, the adversarial ones right behind them.
  struct Batch {
    let step: Int
    /// Indices in the data set: what random numbers are keyed by.
    let examples: [Int]
    let labels: [Int]
    let clean: UnsafeMutablePointer<Float>
    let adversarial: UnsafeMutablePointer<Float>
    var count: Int { labels.count }
  }

  /// Copies the images of step `number` into the session's memory, augmented.
  mutating func loadBatch(_ number: Int, _ settings: Settings) throws -> Batch {
    let memory = try prepared().memory
    session?.order.batch(step: number, into: &memory.positions)
    let session = try prepared(), train = session.data.train
    let clean = memory.images.pointer, pixels = session.network.settings.input.planarCount
    memory.examples.removeAll(keepingCapacity: true)
    memory.labels.removeAll(keepingCapacity: true)
    for (row, position) in memory.positions.enumerated() {
      train.copyImage(position, to: clean + row * pixels)
      memory.examples.append(train.indices[position])
      memory.labels.append(train.label(position))
    }
    memory.augment(clean, of: session.data, step: number, settings)
    return Batch(
      step: number, examples: memory.examples, labels: memory.labels, clean: clean,
      adversarial: clean + memory.positions.count * pixels)
  }

  // MARK: craft

  /// Writes the adversarial images where the objective needs some.
  private func craft(
    _ batch: Batch, for objective: any Objective, purpose: RandomPurpose, _ settings: Settings,
    _ poll: () throws -> Void
  ) throws {
    guard objective.rows != .clean else { return }
    try attack(batch, for: objective, purpose: purpose, settings, poll)
  }

  /// Writes the adversarial images, crafted as `objective` has it. With `attack.bn=batch-track` the running statistics
  /// move; whoever calls keeps a copy.
  func attack(
    _ batch: Batch, for objective: any Objective, purpose: RandomPurpose, _ settings: Settings,
    _ poll: () throws -> Void
  ) throws {
    let session = try prepared(), network = session.network, mode = settings.attackMode
    let target: AttackTarget =
      objective.innerLoss == .divergence
      ? .cleanLogits(try cleanLogits(batch, mode, session, poll)) : .labels(batch.labels)
    let attacked = AttackBatch(
      images: batch.clean, examples: batch.examples, target: target, seed: seed, purpose: purpose, step: batch.step,
      mode: mode)
    try session.memory.plan(for: settings).attack.perturb(attacked, on: network, into: batch.adversarial, poll: poll)
  }

  /// The clean predictions that TRADES drives the adversarial ones away from; computed once, they do not change.
  private func cleanLogits(
    _ batch: Batch, _ mode: Mode, _ session: Session, _ poll: () throws -> Void
  ) throws -> [Float] {
    let network = session.network, memory = session.memory, branch = network.branch
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

  /// The outer pass, and before it the one that perturbs the weights (`awp`). Leaves the gradients in the network and the
  /// weights as they were.
  private func descend(
    _ batch: Batch, _ objective: any Objective, _ settings: Settings, _ poll: () throws -> Void
  ) throws -> OuterPass.Result {
    var pass = try outerPass(batch, objective, settings)
    let session = try prepared(), book = session.memory.book
    book.open(batch.step, of: session.steps, several: pass.batching != .cat, on: session.network)
    pass.observer = book
    defer { book.close(on: session.network) }
    let gamma = settings[.awp]
    guard gamma > 0 else { return try pass.run(mode: .train, poll: poll) }
    // Batch moments without tracking: only the pass that is trained on moves the running statistics.
    _ = try pass.run(mode: .batch, poll: poll)
    session.network.perturbWeights(by: gamma)
    let result = try pass.run(mode: .train, poll: poll)
    session.network.restoreParameters(from: session.memory.parameters)
    return result
  }

  /// The passes that the settings ask for, over the images of a batch.
  func outerPass(
    _ batch: Batch, _ objective: any Objective, _ settings: Settings
  ) throws -> OuterPass {
    let session = try prepared()
    return OuterPass(
      network: session.network, objective: objective,
      batching: settings[.batching], clean: batch.clean, labels: batch.labels,
      cleanRows: settings.cleanRows(of: batch.count),
      gradient: session.memory.gradient)
  }
}
