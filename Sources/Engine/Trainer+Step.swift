import Attacks
import Datasets
import Events
import Networks
import Objectives
import Tensors

/// One training step: load the images, craft the adversarial ones, pass both through the network, update the weights.
extension Trainer {
  /// Runs step `number`. A step that ends in an error changes no weight and no running statistic.
  public mutating func step(_ number: Int, settings: Settings, poll: () throws -> Void) throws -> Sample {
    let start = ContinuousClock.now
    let batch = try loadBatch(number, settings), session = try prepared(), network = session.network
    let rate = settings.number("lr") * Schedule(settings).factor(step: number - 1, of: session.steps)
    let objective = makeObjective(settings)
    network.follow(settings)

    let statistics = network.runningStatistics()
    network.copyParameters(to: session.before)
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
      network.restoreParameters(from: session.before)
      network.restore(runningStatistics: statistics)
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
    let positions = session?.order.batch(step: number) ?? []
    let session = try prepared(), train = session.data.train
    let clean = session.images.pointer, pixels = session.network.settings.input.planarCount
    for (row, position) in positions.enumerated() { train.copyImage(position, to: clean + row * pixels) }
    let examples = positions.map { train.indices[$0] }
    Augmenter(settings, data: session.data).apply(to: clean, examples: examples, step: number)
    return Batch(
      step: number, examples: examples, labels: positions.map { train.label($0) },
      clean: clean, adversarial: clean + positions.count * pixels)
  }

  // MARK: craft

  /// Writes the adversarial images where the objective needs some. With `attack.bn=batch-track` the running statistics
  /// move; whoever calls keeps a copy.
  func craft(
    _ batch: Batch, for objective: any Objective, purpose: RandomPurpose, _ settings: Settings,
    _ poll: () throws -> Void
  ) throws {
    guard objective.rows != .clean else { return }
    let network = try prepared().network, mode = settings.attackMode
    let target: AttackTarget =
      objective.innerLoss == .divergence
      ? .cleanLogits(try cleanLogits(batch, mode, on: network, poll)) : .labels(batch.labels)
    let attacked = AttackBatch(
      images: batch.clean, examples: batch.examples, target: target, seed: seed, purpose: purpose, step: batch.step,
      mode: mode)
    try makeAttack(settings).perturb(attacked, on: network, into: batch.adversarial, poll: poll)
  }

  /// The clean predictions that TRADES drives the adversarial ones away from; computed once, they do not change.
  private func cleanLogits(
    _ batch: Batch, _ mode: Mode, on network: Network, _ poll: () throws -> Void
  ) throws -> [Float] {
    let branch = network.branch
    defer { network.branch = branch }
    if network.settings.norm == .split { network.branch = .clean }
    return try network.logits(of: batch.clean, count: batch.count, attackMode: mode, domains: .clean, poll: poll)
  }

  // MARK: descend

  /// The outer pass, and before it the one that perturbs the weights (`awp`). Leaves the gradients in the network and the
  /// weights as they were.
  private mutating func descend(
    _ batch: Batch, _ objective: any Objective, _ settings: Settings, _ poll: () throws -> Void
  ) throws -> OuterPass.Result {
    var pass = try outerPass(batch, objective, settings)
    let session = try prepared(), network = session.network
    let tracker = tracker.flatMap { $0.isDue(batch.step, of: session.steps) ? $0 : nil }
    // One pass leaves the running statistics as they are; of several each is to be compared with its own.
    let keepsStatistics = pass.batching != .cat
    var passes = LastPasses(step: batch.step)
    pass.track = { clean, adversarial, slot in
      tracker?.note(batch.step, network, cleanRows: clean, adversarialRows: adversarial, slot: slot)
      passes.passes.append(
        LastPasses.Pass(
          clean: clean, adversarial: adversarial, slot: slot,
          statistics: keepsStatistics ? network.runningStatistics() : nil))
    }
    defer { self.session?.lastPasses = passes }
    let gamma = settings.number("awp")
    guard gamma > 0 else { return try pass.run(mode: .train, poll: poll) }
    // Batch moments without tracking: only the pass that is trained on moves the running statistics.
    _ = try pass.run(mode: .batch, poll: poll)
    session.network.perturbWeights(by: gamma)
    let result = try pass.run(mode: .train, poll: poll)
    session.network.restoreParameters(from: session.before)
    return result
  }

  /// The passes that the settings ask for, over the images of a batch.
  func outerPass(
    _ batch: Batch, _ objective: any Objective, _ settings: Settings, batching: Batching? = nil, goesBack: Bool = true
  ) throws -> OuterPass {
    let session = try prepared()
    return OuterPass(
      network: session.network, objective: objective,
      batching: batching ?? Batching(rawValue: settings.text("batching")) ?? .cat, clean: batch.clean,
      labels: batch.labels,
      cleanRows: Int((settings.number("clean.rows") * Double(batch.count)).rounded()), gradient: session.gradient,
      goesBack: goesBack)
  }
}
