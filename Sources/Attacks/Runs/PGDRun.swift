import Networks
import Objectives
import Tensors

/// PGD or FGSM on one image, for evaluations. The steps are those of `PGD`; ALGORITHMS §1.
///
/// Broken means misclassified at the returned point: the last iterate, of several restarts the one with the highest
/// loss. With `anyIterate` any point counts.
package final class PGDRun: AttackRun {
  private let problem: AttackProblem
  private let pgd: PGD
  private let anyIterate: Bool

  private let memory: Storage
  private let current, best: UnsafeMutablePointer<Float>
  private var cotangent: [Float]
  private var bestLoss = 0.0
  private var isBroken = false

  package private(set) var isDone = false
  package private(set) var tally = RunTally()

  /// A run of `pgd` or `fgsm` with the settings of `spec`.
  package init(_ problem: AttackProblem, _ spec: AttackSpec) {
    self.problem = problem
    let radius = problem.epsilon * Float(spec.radius)
    pgd =
      spec.name == .fgsm
      ? PGD(norm: problem.norm, epsilon: problem.epsilon, stepSize: problem.epsilon, steps: 1, start: .clean)
      : PGD(
        norm: problem.norm, epsilon: radius, stepSize: problem.epsilon * Float(spec.step), steps: spec.iterations,
        start: spec.start, restarts: spec.restarts)
    anyIterate = spec.anyIterate
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
    var random = problem.random(attempt)
    pgd.setStart(current, problem.image, problem.pixels, &random)
  }

  package func see(_ logits: UnsafePointer<Float>) -> Int {
    tally.forwards += 1
    let isBrokenHere = predictedClass(logits, classes: problem.classes) != problem.label
    for k in 0..<problem.classes { cotangent[k] = 0 }
    let loss = cotangent.withUnsafeMutableBufferPointer {
      RowLosses.crossEntropy(logits, classes: problem.classes, label: problem.label, addingTo: $0.baseAddress)
    }
    if anyIterate && isBrokenHere && isInside {
      keep(broken: true)
      isDone = true
      return 0
    }
    guard tally.iteration == pgd.steps else { return 1 }
    if tally.attempt == 0 || loss >= bestLoss {
      bestLoss = loss
      keep(broken: isBrokenHere)
    }
    if tally.attempt + 1 < pgd.restarts { begin(tally.attempt + 1) } else { isDone = true }
    return 0
  }

  /// TRADES' noisy start is not clipped, so it may stand outside the box.
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
    pgd.step(current, problem.image, gradient, problem.pixels)
    tally.iteration += 1
    tally.iterations += 1
  }

  package func advance() {}
}
