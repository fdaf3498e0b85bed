import Networks
import Tensors

/// The probability margin attack on one image. docs/algorithms.md §7.5, with p the softmax and q the largest p_k of the
/// other classes:
///
///     step 0 ascends z_y; the first half −p_y (even starts) or q (odd starts); the second half q − p_y
///     α_i = ε·(1 + cos(π·i/h)), i restarts at 0 in each half of h steps
///
/// Any misclassified iterate counts.
package final class PMARun: AttackRun {
  private let problem: AttackProblem
  private let iterations: Int
  private let restarts: Int

  private let memory: Storage
  private let current: UnsafeMutablePointer<Float>
  private var cotangent: [Float]
  private var isBroken = false

  package private(set) var isDone = false
  package private(set) var tally = RunTally()

  package init(_ problem: AttackProblem, iterations: Int, restarts: Int) {
    self.problem = problem
    self.iterations = iterations
    self.restarts = restarts
    memory = Storage(count: problem.pixels)
    current = memory.pointer
    cotangent = [Float](repeating: 0, count: problem.classes)
    begin(0)
  }

  package var point: UnsafePointer<Float> { UnsafePointer(current) }
  package var found: UnsafePointer<Float>? { isBroken ? UnsafePointer(current) : nil }

  private func begin(_ attempt: Int) {
    tally.attempt = attempt
    tally.iteration = 0
    var random = problem.random(attempt)
    pgd(step: 0).setStart(current, around: problem.image, count: problem.pixels, &random)
  }

  private func pgd(step: Float) -> PGD {
    PGD(norm: problem.norm, epsilon: problem.epsilon, stepSize: step, steps: iterations, start: .uniform)
  }

  // MARK: looking

  package func see(_ logits: UnsafePointer<Float>) -> Int {
    tally.forwards += 1
    if predictedClass(logits, classes: problem.classes) != problem.label {
      isBroken = true
      isDone = true
      return 0
    }
    if tally.iteration == iterations {
      if tally.attempt + 1 < restarts { begin(tally.attempt + 1) } else { isDone = true }
      return 0
    }
    setLossGradient(logits)
    return 1
  }

  /// The gradient of the present loss with respect to the logits.
  private func setLossGradient(_ logits: UnsafePointer<Float>) {
    let label = problem.label, classes = problem.classes
    for k in 0..<classes { cotangent[k] = 0 }
    guard tally.iteration > 0 else {
      cotangent[label] = 1
      return
    }
    let isSecondHalf = tally.iteration >= half
    if isSecondHalf || tally.attempt % 2 == 0 { add(-1, label, logits) }
    if isSecondHalf || tally.attempt % 2 == 1 {
      let rival = (0..<classes).filter { $0 != label }.max { logits[$0] < logits[$1] }
      if let rival { add(1, rival, logits) }
    }
  }

  /// Adds weight·∂p_c/∂z = weight·p_c·(e_c − p).
  private func add(_ weight: Double, _ c: Int, _ logits: UnsafePointer<Float>) {
    let classes = problem.classes
    let largest = (0..<classes).reduce(-Float.infinity) { max($0, logits[$1]) }
    let powers = (0..<classes).map { exponential(Double(logits[$0] - largest)) }, sum = powers.reduce(0, +)
    let own = powers[c] / sum
    for k in 0..<classes { cotangent[k] += Float(weight * own * ((k == c ? 1 : 0) - powers[k] / sum)) }
  }

  private var half: Int { max(1, iterations / 2) }

  package func setCotangent(_ number: Int, _ cotangent: UnsafeMutablePointer<Float>) {
    cotangent.update(from: self.cotangent, count: problem.classes)
  }

  // MARK: moving

  package func take(_ number: Int, _ gradient: UnsafePointer<Float>) {
    tally.backwards += 1
    let place = Double(tally.iteration % half)
    let step = problem.epsilon * Float(1 + cosine(Double.pi * place / Double(half)))
    pgd(step: step).step(current, around: problem.image, along: gradient, count: problem.pixels)
    tally.iteration += 1
    tally.iterations += 1
  }

  package func advance() {}
}
