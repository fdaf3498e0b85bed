import Attacks
import Datasets
import Events
import Foundation
import Networks
import Objectives
import Tensors

/// The work of a session done for real: batches, attacks, passes through the network, SGD, measurements, weights on disk.
///
/// All random numbers are functions of (seed, purpose, step, example), so a step that was given up and is run again gives
/// the same bits, and so does a run on another number of threads.
public struct Trainer: SessionWork {
  private let initial: Settings
  private let presetName: String
  private let folder: URL?
  private let pool: ThreadPool
  private var session: Session?

  /// What exists once the data are loaded.
  private struct Session {
    let data: DataSplits
    let network: Network
    var order: EpochOrder
    let steps: Int
    /// Clean and adversarial rows of a batch, [2·batch][C][H][W].
    let images: Storage
    let gradient: Storage
    /// The parameters before the step under way.
    let before: Storage
    var best: (weights: NetworkWeights, step: Int)?
  }

  /// A trainer for `settings`; `folder` is the run's folder, nil to write nothing.
  public init(settings: Settings, presetName: String, threads: Int, folder: URL?) {
    initial = settings
    self.presetName = presetName
    self.folder = folder
    pool = ThreadPool(threads: threads)
  }

  // MARK: start

  /// Loads the data and draws the network's first weights.
  public mutating func prepare() throws -> SessionDescription {
    let data = try loadData(initial), images = data.train.images
    let shape = Shape(images.channels, images.height, images.width)
    var settings = ModelSettings(
      name: initial.text("model"), input: shape, classes: images.classes, width: initial.integer("width"))
    settings.finalNorm = initial.flag("final_norm")
    settings.setNorms(from: initial)
    if let complaint = settings.normComplaint { throw TrainingFailure(complaint) }
    (settings.mean, settings.deviation) = (data.mean, data.deviation)
    guard let network = Network(settings, pool: pool) else {
      throw TrainingFailure("model: '\(settings.name)' is not in the catalogue; 'dualab models list' shows what is")
    }
    let seed = UInt32(truncatingIfNeeded: initial.integer("seed"))
    let batch = min(initial.integer("batch"), data.train.count)
    let needed = network.batchBytes(images: 2 * batch)
    guard needed < Int(clamping: ProcessInfo.processInfo.physicalMemory) / 10 * 9 else {
      throw TrainingFailure(
        "batch \(batch): \(settings.name) of width \(settings.width) would take \(needed >> 20) MiB, more than this "
          + "machine has; lower batch or width")
    }
    network.initialise(seed: seed)
    network.dual = DualSettings(initial)
    let order = EpochOrder(count: data.train.count, batch: batch, seed: seed)
    let steps =
      initial.integer("steps") > 0 ? initial.integer("steps") : initial.integer("epochs") * order.stepsPerEpoch
    session = Session(
      data: data, network: network, order: order, steps: steps,
      images: Storage(count: 2 * batch * shape.planarCount), gradient: Storage(count: 2 * batch * images.classes),
      before: network.makeParameterCopy())
    return SessionDescription(
      preset: presetName, data: data.description, constructed: data.constructed,
      model: "\(settings.name), width \(settings.width), \(network.parameterCount) parameters", steps: steps,
      stepsPerEpoch: order.stepsPerEpoch, threads: pool.threads, folder: folder?.path ?? "", settings: initial)
  }

  private func prepared() throws -> Session {
    guard let session else { throw TrainingFailure("training was asked for before it was prepared") }
    return session
  }

  // MARK: one step

  /// One batch: attack in eval mode, one pass in train mode, loss, gradient, SGD. A step that ends in an error changes
  /// no weight and no running statistic.
  public mutating func step(_ number: Int, settings: Settings, poll: () throws -> Void) throws -> Sample {
    var session = try prepared()
    let clock = ContinuousClock(), start = clock.now
    let network = session.network, pixels = network.settings.input.planarCount
    let examples = session.order.batch(step: number)
    self.session?.order = session.order
    let labels = examples.map { session.data.train.label($0) }
    let objective = makeObjective(settings)

    let clean = session.images.pointer, adversarial = clean + examples.count * pixels
    for (row, example) in examples.enumerated() { session.data.train.copyImage(example, to: clean + row * pixels) }
    Augmenter(settings, data: session.data).apply(
      to: clean, examples: examples.map { session.data.train.indices[$0] }, step: number)
    if objective.rows != .clean {
      let target: AttackTarget =
        objective.innerLoss == .divergence
        ? .cleanLogits(network.evaluate(clean, count: examples.count)) : .labels(labels)
      let batch = AttackBatch(
        images: clean, examples: examples.map { session.data.train.indices[$0] }, target: target,
        seed: UInt32(truncatingIfNeeded: initial.integer("seed")), step: number)
      try makeAttack(settings).perturb(batch, on: network, into: adversarial, poll: poll)
    }
    try poll()

    let rows = objective.rows == .both ? 2 * examples.count : examples.count
    let rate = settings.number("lr") * schedule(settings).factor(step: number - 1, of: session.steps)
    let statistics = network.runningStatistics()
    var loss = LossParts(), correct: (clean: Proportion?, adversarial: Proportion?) = (nil, nil)
    do {
      let logits = try network.forward(
        objective.rows == .adversarial ? adversarial : clean, count: rows, mode: .train,
        domains: objective.rows.domains(images: examples.count), poll: poll)
      session.gradient.clear()
      loss = objective.evaluate(
        ObjectiveBatch(
          rows: objective.rows, logits: logits, gradient: session.gradient.pointer, labels: labels,
          classes: network.classes))
      correct = correctRows(logits, labels, objective.rows, classes: network.classes)
      try network.backward(session.gradient.pointer, wanted: .parameters, poll: poll)
      guard loss.total.isFinite else { throw diverged(number, "the loss is \(loss.total)", rate) }
      guard network.hasFiniteGradients else { throw diverged(number, "a gradient is not finite", rate) }
    } catch {
      network.restore(runningStatistics: statistics)
      throw error
    }
    network.copyParameters(to: session.before)
    SGD(
      learningRate: Float(rate), momentum: Float(settings.number("momentum")),
      weightDecay: Float(settings.number("weight_decay")), nesterov: settings.flag("nesterov")
    ).step(network)
    guard network.isFinite else {
      network.restoreParameters(from: session.before)
      network.restore(runningStatistics: statistics)
      throw diverged(number, "the weights are no longer finite", rate)
    }
    return Sample(
      step: number, epoch: session.order.epoch(ofStep: number), loss: loss.total, cleanLoss: loss.clean,
      adversarialLoss: loss.adversarial,
      kl: loss.divergence, cleanAccuracy: correct.clean, adversarialAccuracy: correct.adversarial, learningRate: rate,
      images: examples.count, seconds: seconds(clock.now - start))
  }

  private func diverged(_ step: Int, _ what: String, _ rate: Double) -> TrainingFailure {
    TrainingFailure("step \(step): \(what); lower lr (now \(Fraction.decimal(rate))) or β and start again")
  }

  private func schedule(_ settings: Settings) -> Schedule {
    let warmup = settings.number("lr.warmup")
    switch settings.text("schedule") {
    case "one-cycle": return .oneCycle(warmup: warmup)
    case "trapezoid": return .trapezoid(warmup: warmup, flat: settings.number("lr.flat"))
    case "piecewise":
      return .piecewise(
        drops: Fraction.parseList(settings.text("lr.drops")) ?? [])
    default: return .constant
    }
  }

  private func correctRows(
    _ logits: UnsafePointer<Float>, _ labels: [Int], _ rows: BatchRows, classes: Int
  ) -> (clean: Proportion?, adversarial: Proportion?) {
    func count(from start: Int) -> Proportion {
      let right = labels.indices.count {
        predictedClass(logits + (start + $0) * classes, classes: classes) == labels[$0]
      }
      return Proportion(correct: right, n: labels.count)
    }
    switch rows {
    case .clean: return (count(from: 0), nil)
    case .adversarial: return (nil, count(from: 0))
    case .both: return (count(from: 0), count(from: labels.count))
    }
  }

  // MARK: measurements

  /// The current weights on the first `validation.limit` validation images.
  public mutating func validate(
    afterStep step: Int, settings: Settings, poll: () throws -> Void
  ) throws -> Probe {
    try measure(
      prepared().data.validation, limit: initial.integer("validation.limit"), split: "validation", weights: "current",
      step: step, settings, poll)
  }

  /// Copies the current weights.
  public mutating func keepAsBest(step: Int) {
    guard let weights = session?.network.weights() else { return }
    session?.best = (weights, step)
  }

  /// The last or best weights on the first `test.limit` test images; the current weights stay.
  public mutating func test(
    _ weights: KeptWeights, afterStep step: Int, settings: Settings, poll: () throws -> Void
  ) throws -> Probe {
    let session = try prepared(), network = session.network
    let last = network.weights()
    if weights == .best, let best = session.best { network.restore(best.weights) }
    defer { network.restore(last) }
    return try measure(
      session.data.test, limit: initial.integer("test.limit"), split: "test", weights: weights.rawValue,
      step: weights == .best ? session.best?.step ?? step : step, settings, poll)
  }

  /// Clean accuracy and accuracy under the training attack (on CE, from the run's fixed streams); PGD-10 too where the
  /// training attack is a single step.
  private func measure(
    _ images: Split, limit: Int, split: String, weights: String, step: Int, _ settings: Settings,
    _ poll: () throws -> Void
  ) throws -> Probe {
    let network = try prepared().network, clock = ContinuousClock(), start = clock.now
    let count = min(limit, images.count), attack = makeAttack(settings)
    let reference = attack is FGSM ? referencePGD(settings) : nil
    var clean = 0, adversarial = 0, pgd10 = 0
    for first in stride(from: 0, to: count, by: 128) {
      try poll()
      let evaluation = Evaluation(
        images, first..<min(count, first + 128), pixels: network.settings.input.planarCount,
        seed: UInt32(truncatingIfNeeded: initial.integer("seed")))
      clean += evaluation.correct(on: network)
      adversarial += try evaluation.correct(under: attack, on: network, poll: poll)
      if let reference { pgd10 += try evaluation.correct(under: reference, on: network, poll: poll) }
    }
    return Probe(
      step: step, split: split, weights: weights, clean: Proportion(correct: clean, n: count),
      adversarial: Proportion(correct: adversarial, n: count), attack: attack.title,
      pgd10: reference.map { _ in Proportion(correct: pgd10, n: count) }, seconds: seconds(clock.now - start))
  }

  // MARK: weights on disk

  /// Writes `checkpoints/KIND.safetensors`.
  public mutating func save(_ kind: CheckpointKind, step: Int, settings: Settings) throws -> CheckpointNote? {
    guard let folder, let session else { return nil }
    let network = session.network, current = network.weights()
    defer { network.restore(current) }
    var written = step
    if kind == .best {
      guard let best = session.best else { return nil }
      network.restore(best.weights)
      written = best.step
    }
    let url = folder.appendingPathComponent("checkpoints/\(kind.rawValue).safetensors")
    try Checkpoint(network: network, preset: presetName, kind: kind, step: written, settings: settings).write(to: url)
    return CheckpointNote(step: written, kind: kind.rawValue, path: url.path)
  }

  private func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }
}
