import Attacks
import Evaluation
import Networks
import Objectives
import Tensors

/// What the traces of PGD-50 and the loss between three points show of the images that survive. docs/algorithms.md
/// §11.4.
package struct TraceEvidence: Sendable, Hashable, Codable {
  /// Images whose trace was looked at: the survivors that are right without attack.
  package var n: Int
  /// Of these: a misclassified iterate, and a returned point that is not (Pintor et al. 2022).
  package var silent: Int
  /// Of these: not broken, and the best loss, rescaled to [0, 1], still rose by more than .05 in the last ten steps
  /// (Pintor et al. 2022).
  package var incomplete: Int
  /// How far the loss is from linear inside the ball: the mean of (L(x_c) − (1−α)L(x_a) − αL(x_b))² over all images of
  /// the probe (Abad Rocamora et al. 2024).
  package var linearityError: Double
  /// Forward and backward passes of one image.
  package var passes: Int

  package init(n: Int, silent: Int, incomplete: Int, linearityError: Double, passes: Int) {
    self.n = n
    self.silent = silent
    self.incomplete = incomplete
    self.linearityError = linearityError
    self.passes = passes
  }
}

extension Sentinel {
  /// Traces of PGD-50 with step ε/4 on the images at `positions`, and the linearity of the loss on the whole probe.
  func traces(
    of positions: [Int], _ attack: any Attack, on network: Network, poll: () throws -> Void
  ) throws -> TraceEvidence {
    let pgd = PGD(norm: attack.norm, epsilon: attack.epsilon, stepSize: attack.epsilon / 4, steps: Trace.steps)
    let logits = try logits(at: set.images, on: network)
    let found = try lists(of: positions, poll: poll) { positions, poll in
      let places = Dictionary(uniqueKeysWithValues: positions.map { ($0, Trace()) })
      let look = Look(
        after: attack, in: set, logits: logits, on: network, seed: seed,
        memory: AttackMemory(count: set.count, pixels: set.shape.planarCount))
      try look.attack(positions, with: "PGD-50", stream: PGDAttack.stream, poll: poll) { image, problem in
        let run = PGDRun(problem, pgd)
        run.observe = { places[image]?.note(iteration: $0, loss: $1, isBroken: $2) }
        return run
      }
      return [
        look.left.filter { places[$0]?.sawBroken ?? false }, look.left.filter { places[$0]?.isIncomplete ?? false },
        [look.passes],
      ]
    }
    let error = try linearityError(attack, on: network, poll: poll)
    return TraceEvidence(
      n: positions.count, silent: found[0].count, incomplete: found[1].count, linearityError: error,
      passes: found[2].reduce(4 * set.count, +))
  }

  /// What one run of PGD went through.
  private final class Trace: @unchecked Sendable {
    static let steps = 50, tail = 10
    private(set) var sawBroken = false
    private var first = 0.0
    private var best = -Double.infinity
    private var bestBeforeTail = 0.0

    func note(iteration: Int, loss: Double, isBroken: Bool) {
      if isBroken { sawBroken = true }
      if iteration == 0 { first = loss }
      best = max(best, loss)
      if iteration == Self.steps - Self.tail { bestBeforeTail = best }
    }

    var isIncomplete: Bool { best > first && (best - bestBeforeTail) / (best - first) > 0.05 }
  }

  /// The mean over the probe of (L(x_c) − (1−α)L(x_a) − αL(x_b))², x_a and x_b uniform in the ball, x_c between them.
  private func linearityError(_ attack: any Attack, on network: Network, poll: () throws -> Void) throws -> Double {
    let pixels = set.shape.planarCount, count = set.count, classes = network.classes
    let points = Storage(count: 3 * count * pixels)
    var shares = [Double](repeating: 0, count: count)
    for image in 0..<count {
      var random = RandomStream(
        seed: seed, purpose: .evaluationStart, step: 1000, example: UInt32(truncatingIfNeeded: set.indices[image]))
      let share = random.uniform(), x = set.image(image)
      shares[image] = Double(share)
      let a = points.pointer + image * pixels, b = a + count * pixels, c = b + count * pixels
      for start in [a, b] {
        PGD(norm: attack.norm, epsilon: attack.epsilon, stepSize: 1, steps: 0, start: .uniform).setStart(
          start, around: x, count: pixels, &random)
      }
      for i in 0..<pixels { c[i] = (1 - share) * a[i] + share * b[i] }
    }
    var losses = [[Double]]()
    for part in 0..<3 {
      try ask(poll)
      let logits = network.evaluate(points.pointer + part * count * pixels, count: count)
      losses.append(
        logits.withUnsafeBufferPointer { logits in
          (0..<count).map { image in
            logits.baseAddress.map {
              RowLosses.crossEntropy($0 + image * classes, classes: classes, label: set.labels[image], addingTo: nil)
            } ?? 0
          }
        })
    }
    let errors = (0..<count).map { image in
      let error = losses[2][image] - (1 - shares[image]) * losses[0][image] - shares[image] * losses[1][image]
      return error * error
    }
    return errors.reduce(0, +) / Double(max(1, count))
  }
}
