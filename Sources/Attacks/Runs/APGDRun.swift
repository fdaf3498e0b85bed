import Networks
import Tensors

/// Auto-PGD on one image (Croce and Hein 2020), whatever it maximizes. docs/algorithms.md §4, whose letters it uses.
///
///     ℓ∞: w = Π(cur + η·sign g);   ℓ2: w = Π(cur + η·g/‖g‖);   new = Π(cur + a(w − cur) + (1 − a)(cur − prev))
///
/// with Π the ball, then the box; a = 1 in the first step, then 0.75. At checkpoints the step η is halved and the
/// search returns to the best point if too few steps raised the loss, or if nothing improved since the last checkpoint.
package final class APGDRun: AttackRun {
  private let problem: AttackProblem
  private let loss: APGDLoss
  private let iterations: Int
  private let restarts: Int
  private let targets: Int?
  private let attempts: Int
  private let samples: Int
  private let keepsQuirks: Bool

  private let memory: Storage
  private let current, previous, best, gradient, bestGradient, adversarial: UnsafeMutablePointer<Float>
  private var cotangent: [Float]
  private var sample = 0
  private var lossHere = 0.0
  private var lossBefore = 0.0
  private var isBroken = false
  private let freshSchedule: APGDSchedule
  private var schedule: APGDSchedule

  package private(set) var isDone = false
  package private(set) var tally = RunTally()
  /// The highest loss so far.
  package private(set) var bestLoss = 0.0
  /// Called after every iteration, and after the start as iteration 0.
  package var observe: ((_ iteration: Int, _ loss: Double, _ best: Double, _ step: Float) -> Void)?

  /// A run on one image. With `targets`, it makes `restarts` starts for each of the first `targets` rivals. `schedule`:
  /// another one than the usual.
  package init(
    _ problem: AttackProblem, _ loss: APGDLoss, iterations: Int, restarts: Int, targets: Int? = nil,
    gradientSamples: Int, keepsQuirks: Bool, schedule: APGDSchedule? = nil
  ) {
    self.problem = problem
    self.loss = loss
    self.iterations = iterations
    self.restarts = restarts
    self.targets = targets
    attempts = restarts * (targets.map { min($0, problem.rivals.count) } ?? 1)
    samples = gradientSamples
    self.keepsQuirks = keepsQuirks
    let pixels = problem.pixels
    memory = Storage(count: 6 * pixels)
    current = memory.pointer
    previous = current + pixels
    best = previous + pixels
    gradient = best + pixels
    bestGradient = gradient + pixels
    adversarial = bestGradient + pixels
    cotangent = [Float](repeating: 0, count: problem.classes)
    freshSchedule = schedule ?? APGDSchedule(iterations: iterations, step: 2 * problem.epsilon)
    self.schedule = freshSchedule
    begin(0)
  }

  package var point: UnsafePointer<Float> { UnsafePointer(current) }
  package var found: UnsafePointer<Float>? { isBroken ? UnsafePointer(adversarial) : nil }
  /// The point of the highest loss of the current attempt: what `best_loss` mode returns.
  package var bestPoint: UnsafePointer<Float> { UnsafePointer(best) }

  private func begin(_ attempt: Int) {
    tally.attempt = attempt
    tally.iteration = 0
    if targets != nil { tally.target = problem.rivals[attempt / restarts] }
    schedule = freshSchedule
    if let start = problem.start {
      current.update(from: start, count: problem.pixels)
    } else {
      var random = problem.random(attempt)
      problem.setOnSphere(current, radius: problem.epsilon, &random)
    }
    previous.update(from: current, count: problem.pixels)
  }

  // MARK: looking

  package func see(_ logits: UnsafePointer<Float>) -> Int {
    tally.forwards += 1
    sample += 1
    let classes = problem.classes
    for k in 0..<classes { cotangent[k] = 0 }
    let row = APGDLoss.Row(logits: logits, classes: classes, label: problem.label, target: tally.target ?? 0)
    let loss = cotangent.withUnsafeMutableBufferPointer { self.loss.value(row, $0.baseAddress) }
    // Losses are compared in float32, so that the 1e-12 in DLR's denominator does not hide a plateau.
    lossHere = Double(Float(loss))
    // For a randomized model, loss and verdict are those of the last sample, as in the reference.
    if hasSeenEnough && predictedClass(logits, classes: classes) != problem.label {
      isBroken = true
      adversarial.update(from: current, count: problem.pixels)
      if problem.leavesEarly {
        isDone = true
        return 0
      }
    }
    return isAtTheEnd ? 0 : 1
  }

  /// The last iterate needs no gradient.
  private var isAtTheEnd: Bool { tally.iteration == iterations }
  private var hasSeenEnough: Bool { sample == (isAtTheEnd ? 1 : samples) }

  package func setCotangent(_ number: Int, _ cotangent: UnsafeMutablePointer<Float>) {
    cotangent.update(from: self.cotangent, count: problem.classes)
  }

  package func take(_ number: Int, _ gradient: UnsafePointer<Float>) {
    tally.backwards += 1
    let share = 1 / Float(samples)
    if sample == 1 {
      for i in 0..<problem.pixels { self.gradient[i] = share * gradient[i] }
    } else {
      for i in 0..<problem.pixels { self.gradient[i] += share * gradient[i] }
    }
  }

  // MARK: moving

  package func advance() {
    guard !isDone, hasSeenEnough else { return }
    finishIteration()
    if isAtTheEnd {
      if tally.attempt + 1 < attempts && !isBroken { begin(tally.attempt + 1) } else { isDone = true }
    } else {
      step()
      tally.iteration += 1
      tally.iterations += 1
    }
  }

  /// Updates the best point and the schedule from loss and gradient at the current point.
  private func finishIteration() {
    sample = 0
    let pixels = problem.pixels
    let isStart = tally.iteration == 0
    if isStart {
      lossBefore = keepsQuirks ? 0 : lossHere
      schedule.start(lossHere)
      if loss.reportsZeroGradient && (0..<pixels).allSatisfy({ gradient[$0] == 0 }) { tally.zeroGradient = true }
    }
    if isStart || lossHere > bestLoss {
      bestLoss = lossHere
      best.update(from: current, count: pixels)
      bestGradient.update(from: gradient, count: pixels)
    }
    observe?(tally.iteration, lossHere, bestLoss, schedule.step)
    guard !isStart else { return }
    if schedule.reduces(rose: lossHere > lossBefore, best: bestLoss) {
      // `previous` is kept: the next momentum is best − (the point before the last step).
      current.update(from: best, count: pixels)
      gradient.update(from: bestGradient, count: pixels)
    }
    lossBefore = lossHere
  }

  private func step() {
    let momentum: Float = tally.iteration == 0 ? 1 : 0.75
    switch problem.norm {
    case .linf: linfStep(momentum)
    case .l2: l2Step(momentum)
    }
  }

  private func linfStep(_ a: Float) {
    let x = problem.image, epsilon = problem.epsilon, eta = schedule.step
    for i in 0..<problem.pixels {
      let low = max(x[i] - epsilon, 0), high = min(x[i] + epsilon, 1)
      let here = current[i], g = gradient[i]
      let w = min(max(here + (g > 0 ? eta : g < 0 ? -eta : 0), low), high)
      current[i] = min(max(here + a * (w - here) + (1 - a) * (here - previous[i]), low), high)
      previous[i] = here
    }
  }

  private func l2Step(_ a: Float) {
    let x = problem.image, pixels = problem.pixels
    let factor = Float(Double(schedule.step) / (norm2(gradient, pixels) + 1e-12))
    // The candidate w is needed only until it is combined with the current point.
    withUnsafeTemporaryAllocation(of: Float.self, capacity: pixels) { buffer in
      guard let w = buffer.baseAddress else { return }
      for i in 0..<pixels { (w + i).initialize(to: current[i] + factor * gradient[i]) }
      projectL2(w, x)
      for i in 0..<pixels {
        let here = current[i]
        current[i] = here + a * (w[i] - here) + (1 - a) * (here - previous[i])
        previous[i] = here
      }
      projectL2(current, x)
    }
  }

  /// v ← clip01(x + δ·min(ε, ‖δ‖)/(‖δ‖ + 1e-12)), δ = v − x.
  private func projectL2(_ v: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>) {
    let length = problem.distance(v)
    let shrink = Float(min(Double(problem.epsilon), length) / (length + 1e-12))
    for i in 0..<problem.pixels { v[i] = clip01(x[i] + shrink * (v[i] - x[i])) }
  }
}

extension APGDRun {
  /// Forward and backward passes for one image that survives.
  static func passes(attempts: Int, iterations: Int, gradientSamples: Int) -> (forwards: Int, backwards: Int) {
    (attempts * (iterations * gradientSamples + 1), attempts * iterations * gradientSamples)
  }

  /// The setting in words, unless it is the usual one.
  static func details(gradientSamples: Int) -> [String] {
    gradientSamples > 1 ? ["mean of \(gradientSamples) gradients"] : []
  }
}
