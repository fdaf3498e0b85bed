import Networks
import Objectives
import Tensors

/// What a training attack maximizes.
package enum AttackTarget {
  /// Cross-entropy to the labels.
  case labels([Int])
  /// KL(p‖q) to fixed clean logits, at least [count][classes]: TRADES' inner maximization.
  case cleanLogits([Float])
}

/// Hears how far an attack is, for people who watch a slow step.
package protocol AttackObserver: AnyObject {
  /// An iteration begins, from 1; there are `count`.
  func begins(_ iteration: Int, of count: Int)
}

/// The images of one attack, [count][C][H][W] in [0, 1], and where their random numbers come from.
///
/// Random numbers are keyed by `examples`, so that they depend on neither batch nor order.
package struct AttackBatch {
  /// The clean images.
  package let images: UnsafePointer<Float>
  /// Their data set indices.
  package let examples: [Int]
  /// What is maximized.
  package let target: AttackTarget
  /// Seed of the run.
  package let seed: UInt32
  /// Training or evaluation.
  package let purpose: RandomPurpose
  /// The training step, or 0.
  package let step: Int
  /// How normalization layers treat the attack's passes (default: `eval`). docs/algorithms.md §2.4.
  package let mode: Mode
  /// Hears how far the attack is; nil where nobody asks.
  package let observer: (any AttackObserver)?

  package init(
    images: UnsafePointer<Float>, examples: [Int], target: AttackTarget, seed: UInt32,
    purpose: RandomPurpose = .attackStart, step: Int = 0, mode: Mode = .eval,
    observer: (any AttackObserver)? = nil
  ) {
    self.images = images
    self.examples = examples
    self.target = target
    self.seed = seed
    self.purpose = purpose
    self.step = step
    self.mode = mode
    self.observer = observer
  }

  /// How many images.
  package var count: Int { examples.count }

  /// The random numbers of one image.
  func random(_ image: Int, attempt: Int) -> RandomStream {
    RandomStream(
      seed: seed, purpose: purpose, step: UInt32(truncatingIfNeeded: step),
      example: UInt32(truncatingIfNeeded: examples[image]), attempt: UInt32(attempt))
  }

  /// The loss of one image, and its gradient with respect to the logits if asked for.
  func loss(
    _ image: Int, _ logits: UnsafePointer<Float>, classes: Int, gradient: UnsafeMutablePointer<Float>? = nil
  ) -> Double {
    gradient?.update(repeating: 0, count: classes)
    switch target {
    case .labels(let labels):
      return RowLosses.crossEntropy(logits, classes: classes, label: labels[image], addingTo: gradient)
    case .cleanLogits(let clean):
      return clean.withUnsafeBufferPointer { clean in
        guard let base = clean.baseAddress else { return 0 }
        return RowLosses.divergence(
          clean: base + image * classes, adversarial: logits, classes: classes, adversarialGradient: gradient)
      }
    }
  }
}

/// An attack: clean images in, adversarial images out; the network in eval mode unless the batch says otherwise.
package protocol Attack: Sendable, SendableMetatype {
  /// The name in presets and on the command line.
  static var name: String { get }
  /// True if it reads step size, steps and start.
  static var isIterative: Bool { get }
  /// The attack that the settings describe.
  init(_ settings: TrainingAttackSettings)
  /// True if it starts at the image itself, where KL from the clean prediction has no gradient.
  var startsAtImage: Bool { get }
  /// The name with its main setting, as shown: `PGD-10`.
  var title: String { get }
  /// Norm of the ball.
  var norm: BallNorm { get }
  /// Radius of the ball.
  var epsilon: Float { get }
  /// Forward and backward passes per image.
  var passes: Int { get }
  /// Writes the adversarial images [count][C][H][W]. Calls `poll` before every iteration; an error from it ends the
  /// attack.
  func perturb(
    _ batch: AttackBatch, on network: Network, into adversarial: UnsafeMutablePointer<Float>, poll: () throws -> Void
  ) throws
}

extension Network {
  /// For every image of the batch, currently at `points`: loss and gradient with respect to its pixels.
  ///
  /// `body(image, loss, gradient)` runs on the thread that computed them; `gradient` has C·H·W floats.
  func eachGradient(
    _ batch: AttackBatch, at points: UnsafePointer<Float>, poll: () throws -> Void,
    _ body: (_ image: Int, _ loss: Double, _ gradient: UnsafePointer<Float>) -> Void
  ) throws {
    guard batch.mode == .eval else { return try eachGradientTogether(batch, at: points, poll: poll, body) }
    let pixels = settings.input.planarCount, classes = classes
    eachLane(count: batch.count) { lane, images in
      let logits = lane.forward(points + images.lowerBound * pixels, count: images.count)
      let cotangent = lane.cotangent
      withUnsafeTemporaryAllocation(of: Double.self, capacity: images.count) { losses in
        for (row, image) in images.enumerated() {
          let loss = batch.loss(
            image, logits + row * classes, classes: classes, gradient: cotangent + row * classes)
          losses.initializeElement(at: row, to: loss)
        }
        let gradient = lane.backward()
        for (row, image) in images.enumerated() { body(image, losses[row], gradient + row * pixels) }
      }
    }
  }

  /// The same for the whole batch, whose images share their moments: the gradient of an image is that of the sum of all
  /// losses. With `batch.mode == .train` every call updates the running statistics.
  private func eachGradientTogether(
    _ batch: AttackBatch, at points: UnsafePointer<Float>, poll: () throws -> Void,
    _ body: (_ image: Int, _ loss: Double, _ gradient: UnsafePointer<Float>) -> Void
  ) throws {
    let pixels = settings.input.planarCount, classes = classes, count = batch.count
    let logits = try forward(points, count: count, mode: batch.mode, domains: .adversarial, poll: poll)
    let cotangent = cotangent()
    for image in 0..<count {
      let place = image * classes
      _ = batch.loss(image, logits + place, classes: classes, gradient: cotangent + place)
    }
    let gradient = try backward(wanted: .input, poll: poll)
    // A loss is a sum over an image's logits. It is recomputed, because keeping it would allocate memory in a step.
    for image in 0..<count {
      body(image, batch.loss(image, logits + image * classes, classes: classes), gradient + image * pixels)
    }
  }

  /// The logits [count][classes] of images of one domain, as an attack in this mode sees them. Updates no statistics.
  package func logits(
    of images: UnsafePointer<Float>, count: Int, attackMode mode: Mode, domains: Domains, poll: () throws -> Void
  ) throws -> [Float] {
    var result = [Float](repeating: 0, count: count * classes)
    try result.withUnsafeMutableBufferPointer { result in
      guard let base = result.baseAddress else { return }
      try logits(of: images, count: count, attackMode: mode, domains: domains, into: base, poll: poll)
    }
    return result
  }

  /// The same, written to existing memory.
  package func logits(
    of images: UnsafePointer<Float>, count: Int, attackMode mode: Mode, domains: Domains,
    into result: UnsafeMutablePointer<Float>, poll: () throws -> Void
  ) throws {
    guard mode != .eval else { return evaluate(images, count: count, into: result) }
    let logits = try forward(images, count: count, mode: .batch, domains: domains, poll: poll)
    result.update(from: logits, count: count * classes)
  }

  /// The loss of every image of the batch at `points`.
  func losses(_ batch: AttackBatch, at points: UnsafePointer<Float>, poll: () throws -> Void) throws -> [Double] {
    let logits = try logits(of: points, count: batch.count, attackMode: batch.mode, domains: .adversarial, poll: poll)
    return logits.withUnsafeBufferPointer { logits in
      guard let base = logits.baseAddress else { return [] }
      return (0..<batch.count).map { batch.loss($0, base + $0 * classes, classes: classes) }
    }
  }
}
