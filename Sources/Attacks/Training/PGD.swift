import CKernels
import Networks
import Tensors

/// Projected gradient descent. docs/algorithms.md §1; Madry et al. 2018; order of clips as in
/// dual-domain-at/attacks/pgd.py.
///
///     ℓ∞: v ← clip01(Π∞(v + α·sign g));   ℓ2: v ← clip01(Π2(v + α·g/(‖g‖ + 1e-10)))
///
/// On KL in ℓ2 the order is that of the TRADES code, Π2(clip01(·)), with noise where the gradient is 0; that code
/// starts with `noise` and uses α = 2ε/steps.
///
/// Returns the last iterate. With several restarts it returns, per image, the one with the highest loss.
package struct PGD: Attack, Hashable {
  /// `pgd`.
  package static let name = "pgd"
  package static let isIterative = true

  /// Where the iteration starts.
  package enum Start: String, Sendable, Hashable, Codable, CaseIterable {
    /// Uniform in the ball, clipped to the box.
    case uniform
    /// At the image.
    case clean
    /// Image + 0.001·N(0,1), not clipped before the first step: TRADES.
    case noise
  }

  /// Norm of the ball.
  package var norm: BallNorm
  /// ε.
  package var epsilon: Float
  /// α.
  package var stepSize: Float
  /// Iterations.
  package var steps: Int
  /// Where it starts.
  package var start: Start
  /// Number of starts.
  package var restarts: Int

  package init(
    norm: BallNorm = .linf, epsilon: Float, stepSize: Float, steps: Int = 10, start: Start = .uniform, restarts: Int = 1
  ) {
    self.norm = norm
    self.epsilon = epsilon
    self.stepSize = stepSize
    self.steps = steps
    self.start = start
    self.restarts = restarts
  }

  package init(_ settings: TrainingAttackSettings) {
    self.init(
      norm: settings.norm, epsilon: settings.epsilon, stepSize: settings.stepSize, steps: settings.steps,
      start: settings.start)
  }

  package var startsAtImage: Bool { start == .clean }

  /// `PGD-10` for ten steps.
  package var title: String { "PGD-\(steps)" }

  /// A forward and a backward per step. With restarts, one more forward each for the loss at the end.
  package var passes: Int { restarts > 1 ? restarts * (2 * steps + 1) : 2 * steps }

  /// Writes the adversarial images; see `Attack`.
  package func perturb(
    _ batch: AttackBatch, on network: Network, into adversarial: UnsafeMutablePointer<Float>, poll: () throws -> Void
  ) throws {
    let pixels = network.settings.input.planarCount
    guard restarts > 1 else { return try run(batch, 0, on: network, at: adversarial, poll: poll) }
    let candidate = Storage(count: batch.count * pixels)
    var best = [Double](repeating: 0, count: batch.count)
    for attempt in 0..<restarts {
      try run(batch, attempt, on: network, at: candidate.pointer, poll: poll)
      for (image, loss) in try network.losses(batch, at: candidate.pointer, poll: poll).enumerated()
      where attempt == 0 || loss >= best[image] {
        best[image] = loss
        (adversarial + image * pixels).update(from: candidate.pointer + image * pixels, count: pixels)
      }
    }
  }

  /// One run from one start.
  private func run(
    _ batch: AttackBatch, _ attempt: Int, on network: Network, at point: UnsafeMutablePointer<Float>,
    poll: () throws -> Void
  ) throws {
    setStart(of: batch, attempt, at: point, count: network.settings.input.planarCount)
    try iterate(batch, attempt, on: network, at: point, poll: poll)
  }

  /// Where the iterations of all images of a batch start, [count][pixels].
  package func setStart(
    of batch: AttackBatch, _ attempt: Int = 0, at point: UnsafeMutablePointer<Float>, count pixels: Int
  ) {
    for image in 0..<batch.count {
      var random = batch.random(image, attempt: attempt)
      setStart(point + image * pixels, around: batch.images + image * pixels, count: pixels, &random)
    }
  }

  /// The iterations, starting from the points in `point`; `observe` is called after each.
  package func iterate(
    _ batch: AttackBatch, _ attempt: Int = 0, on network: Network, at point: UnsafeMutablePointer<Float>,
    poll: () throws -> Void,
    observe: (_ iteration: Int) -> Void = { _ in }
  ) throws {
    let pixels = network.settings.input.planarCount
    for iteration in 0..<steps {
      try poll()
      batch.observer?.begins(attempt * steps + iteration + 1, of: restarts * steps)
      try network.eachGradient(batch, at: point, poll: poll) { image, _, gradient in
        let place = point + image * pixels, clean = batch.images + image * pixels
        if norm == .l2, case .cleanLogits = batch.target {
          var random = batch.random(image, attempt: PGD.noiseDraws + iteration)
          l2DivergenceStep(place, around: clean, along: gradient, count: pixels, &random)
        } else {
          step(place, around: clean, along: gradient, count: pixels)
        }
      }
      observe(iteration)
    }
  }

  /// One step of one image: along the gradient, into the ball, into the box.
  func step(
    _ point: UnsafeMutablePointer<Float>, around image: UnsafePointer<Float>, along gradient: UnsafePointer<Float>,
    count pixels: Int
  ) {
    switch norm {
    case .linf: dl_linf_step(point, image, gradient, pixels, stepSize, epsilon)
    case .l2: l2Step(point, around: image, along: gradient, count: pixels)
    }
  }

  /// Where one image's iteration starts.
  package func setStart(
    _ point: UnsafeMutablePointer<Float>, around image: UnsafePointer<Float>, count pixels: Int,
    _ random: inout RandomStream
  ) {
    switch (start, norm) {
    case (.clean, _): point.update(from: image, count: pixels)
    case (.noise, _): for i in 0..<pixels { point[i] = image[i] + 0.001 * random.normal() }
    case (.uniform, .linf):
      for i in 0..<pixels { point[i] = clip01(image[i] + random.uniform(-epsilon, epsilon)) }
    case (.uniform, .l2):
      // A uniform direction, and a radius r = U^{1/D} that makes the ball uniform.
      for i in 0..<pixels { point[i] = random.normal() }
      let length = norm2(point, pixels)
      let radius = exponential(logarithm(Double(random.uniform()) + 0x1p-25) / Double(pixels))
      let factor = Float(Double(epsilon) * radius / max(length, 1e-12))
      for i in 0..<pixels { point[i] = clip01(image[i] + factor * point[i]) }
    }
  }

  /// v ← clip01(x + δ·min(1, ε/‖δ‖)), δ = v + α·g/(‖g‖ + 1e-10) − x. Clipping only shortens δ.
  private func l2Step(
    _ point: UnsafeMutablePointer<Float>, around image: UnsafePointer<Float>, along gradient: UnsafePointer<Float>,
    count pixels: Int
  ) {
    let factor = Float(Double(stepSize) / (norm2(gradient, pixels) + 1e-10))
    for i in 0..<pixels { point[i] += factor * gradient[i] - image[i] }
    let shrink = Float(min(1, Double(epsilon) / (norm2(point, pixels) + 1e-12)))
    for i in 0..<pixels { point[i] = clip01(image[i] + shrink * point[i]) }
  }
}

extension PGD {
  /// The draws of `l2DivergenceStep` come after those of the starts.
  private static let noiseDraws = 1 << 16

  /// v ← Π2(clip01(v + α·g/‖g‖)), with N(0,1) for g/‖g‖ where g is 0: the box first, then the ball. TRADES/trades.py.
  func l2DivergenceStep(
    _ point: UnsafeMutablePointer<Float>, around image: UnsafePointer<Float>, along gradient: UnsafePointer<Float>,
    count pixels: Int, _ random: inout RandomStream
  ) {
    let length = norm2(gradient, pixels)
    for i in 0..<pixels {
      let direction = length == 0 ? random.normal() : Float(Double(gradient[i]) / length)
      point[i] = clip01(point[i] + stepSize * direction) - image[i]
    }
    let shrink = Float(min(1, Double(epsilon) / (norm2(point, pixels) + 1e-12)))
    for i in 0..<pixels { point[i] = clip01(image[i] + shrink * point[i]) }
  }
}

/// The value clipped to [0, 1].
func clip01(_ value: Float) -> Float { min(max(value, 0), 1) }

/// ‖v‖₂, summed in double.
package func norm2(_ vector: UnsafePointer<Float>, _ count: Int) -> Double {
  var sum = 0.0
  for i in 0..<count { sum += Double(vector[i]) * Double(vector[i]) }
  return sum.squareRoot()
}
