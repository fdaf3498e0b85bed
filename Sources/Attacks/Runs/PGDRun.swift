import Networks
import Objectives
import Tensors

/// PGD or FGSM on one image, for evaluations. The steps are those of `PGD`; docs/algorithms.md §1.
///
/// Broken means misclassified at the returned point: the last iterate, or with several restarts the one with the
/// highest loss. With `anyIterate` any iterate counts.
package final class PGDRun: AttackRun {
  private let problem: AttackProblem
  private let pgd: PGD
  private let anyIterate: Bool
  private let rescales: Bool

  private let memory: Storage
  private let current, best: UnsafeMutablePointer<Float>
  private var cotangent: [Float]
  private var bestLoss = 0.0
  private var isBroken = false

  /// End where an iterate comes again: with constant steps the rest is a repetition, of which only as many steps are
  /// made as lead to the point that the last one would have reached. Never changes a verdict.
  package var skipsCycles = false
  /// The iteration at which each iterate was first seen, by its digest.
  private var seen: [UInt64: Int] = [:]
  /// The iteration whose point is returned.
  private var end = 0

  /// Called at every point that is looked at: iteration, loss, whether it is misclassified.
  package var observe: ((_ iteration: Int, _ loss: Double, _ isBroken: Bool) -> Void)?
  package private(set) var isDone = false
  package private(set) var tally = RunTally()

  /// A run on one image with these steps, restarts and ball. `rescales`: where the softmax saturates, follow the
  /// cross-entropy of the logits divided by the difference of the two largest, whose gradient does not vanish.
  package init(_ problem: AttackProblem, _ pgd: PGD, anyIterate: Bool = false, rescales: Bool = false) {
    self.problem = problem
    self.pgd = pgd
    self.anyIterate = anyIterate
    self.rescales = rescales
    let pixels = problem.pixels
    memory = Storage(count: 2 * pixels)
    current = memory.pointer
    best = current + pixels
    cotangent = [Float](repeating: 0, count: problem.classes)
    begin(0)
  }

  package var point: UnsafePointer<Float> { UnsafePointer(current) }
  package var found: UnsafePointer<Float>? { isDone && isBroken ? UnsafePointer(best) : nil }

  private func begin(_ attempt: Int) {
    tally.attempt = attempt
    tally.iteration = 0
    end = pgd.steps
    seen = [:]
    var random = problem.random(attempt)
    pgd.setStart(current, around: problem.image, count: problem.pixels, &random)
  }

  package func see(_ logits: UnsafePointer<Float>) -> Int {
    tally.forwards += 1
    let isBrokenHere = predictedClass(logits, classes: problem.classes) != problem.label
    let loss = setCrossEntropy(of: logits)
    observe?(tally.iteration, loss, isBrokenHere)
    if anyIterate && isBrokenHere && isInside {
      keep(broken: true)
      isDone = true
      return 0
    }
    if skipsCycles { shorten() }
    guard tally.iteration == end else { return 1 }
    if tally.attempt == 0 || loss >= bestLoss {
      bestLoss = loss
      keep(broken: isBrokenHere)
    }
    if tally.attempt + 1 < pgd.restarts { begin(tally.attempt + 1) } else { isDone = true }
    return 0
  }

  /// Leaves out whole rounds of a cycle that ends here.
  private func shorten() {
    guard end == pgd.steps, tally.iteration < end else { return }
    var digest = Digest()
    digest.add(UnsafeBufferPointer(start: current, count: problem.pixels))
    guard let first = seen.updateValue(tally.iteration, forKey: digest.value) else { return }
    let left = end - tally.iteration, rest = left % (tally.iteration - first)
    tally.skipped += left - rest
    end = tally.iteration + rest
  }

  /// The loss; writes its gradient to `cotangent`.
  private func setCrossEntropy(of logits: UnsafePointer<Float>) -> Double {
    func loss(_ logits: UnsafePointer<Float>) -> Double {
      for k in 0..<problem.classes { cotangent[k] = 0 }
      return cotangent.withUnsafeMutableBufferPointer {
        RowLosses.crossEntropy(logits, classes: problem.classes, label: problem.label, addingTo: $0.baseAddress)
      }
    }
    let usual = loss(logits)
    // −log p_y below this is a p_y that float32 cannot tell from 1.
    guard rescales, usual < 6e-8 else { return usual }
    let others = (0..<problem.classes).filter { $0 != problem.label }.map { logits[$0] }
    let lead = logits[problem.label] - (others.max() ?? 0)
    guard lead > 0, lead.isFinite else { return usual }
    let scaled = (0..<problem.classes).map { logits[$0] / lead }
    return scaled.withUnsafeBufferPointer { $0.baseAddress.map(loss) ?? usual }
  }

  /// TRADES' noisy start is not clipped, so it may lie outside the box.
  private var isInside: Bool { tally.iteration > 0 || pgd.start != .noise }

  private func keep(broken: Bool) {
    isBroken = broken
    best.update(from: current, count: problem.pixels)
  }

  package func setCotangent(_ number: Int, _ cotangent: UnsafeMutablePointer<Float>) {
    cotangent.update(from: self.cotangent, count: problem.classes)
  }

  package func take(_ number: Int, _ gradient: UnsafePointer<Float>) {
    tally.backwards += 1
    pgd.step(current, around: problem.image, along: gradient, count: problem.pixels)
    tally.iteration += 1
    tally.iterations += 1
  }

  package func advance() {}
}
