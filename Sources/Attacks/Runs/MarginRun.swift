import Tensors

/// Auto-PGD towards the classes whose linearized boundaries are nearest: a look at the image finds them, then one after
/// another is aimed at.
package final class MarginRun: AttackRun {
  /// The largest number of classes whose boundaries are looked at: those with the largest logits.
  package static let candidates = 15

  private let problem: AttackProblem
  private let loss: APGDLoss
  private let targets: Int
  private let iterations: Int
  private let keepsQuirks: Bool
  private let schedule: APGDSchedule
  private let candidates: [Int]
  /// z_y − z_t at the image, of every candidate.
  private var margins: [Double] = []
  /// (z_y − z_t)/‖∇x(z_y − z_t)‖, of every candidate.
  private var distances: [Double]
  private var apgd: APGDRun?
  private var first = RunTally()

  /// A run on one image with this many targets.
  package init(
    _ problem: AttackProblem, _ loss: APGDLoss, targets: Int, iterations: Int, keepsQuirks: Bool,
    schedule: APGDSchedule
  ) {
    self.problem = problem
    self.loss = loss
    self.targets = targets
    self.iterations = iterations
    self.keepsQuirks = keepsQuirks
    self.schedule = schedule
    candidates = Array(problem.rivals.prefix(Self.candidates))
    distances = Array(repeating: .infinity, count: candidates.count)
  }

  package var point: UnsafePointer<Float> { apgd?.point ?? problem.image }
  package var found: UnsafePointer<Float>? { apgd?.found }
  package var isDone: Bool { apgd?.isDone ?? false }

  package var tally: RunTally {
    guard var tally = apgd?.tally else { return first }
    tally.forwards += first.forwards
    tally.backwards += first.backwards
    return tally
  }

  /// The order in which the classes are attacked.
  package var order: [Int] {
    candidates.indices.sorted { distances[$0] == distances[$1] ? $0 < $1 : distances[$0] < distances[$1] }
      .map { candidates[$0] }
  }

  package func see(_ logits: UnsafePointer<Float>) -> Int {
    if let apgd { return apgd.see(logits) }
    first.forwards += 1
    margins = candidates.map { Double(logits[problem.label]) - Double(logits[$0]) }
    return candidates.count
  }

  package func setCotangent(_ number: Int, _ cotangent: UnsafeMutablePointer<Float>) {
    if let apgd { return apgd.setCotangent(number, cotangent) }
    cotangent.update(repeating: 0, count: problem.classes)
    cotangent[problem.label] = 1
    cotangent[candidates[number]] = -1
  }

  package func take(_ number: Int, _ gradient: UnsafePointer<Float>) {
    if let apgd { return apgd.take(number, gradient) }
    first.backwards += 1
    let length = problem.dualLength(gradient)
    if length > 0 { distances[number] = margins[number] / length }
  }

  package func advance() {
    if let apgd { return apgd.advance() }
    var aimed = problem
    aimed.rivals = order
    apgd = APGDRun(
      aimed, loss, iterations: iterations, restarts: 1, targets: targets, gradientSamples: 1, keepsQuirks: keepsQuirks,
      schedule: schedule)
  }
}

extension AttackProblem {
  /// The length of a gradient in the norm dual to the ball's.
  func dualLength(_ gradient: UnsafePointer<Float>) -> Double {
    guard norm == .linf else { return norm2(gradient, pixels) }
    var sum = 0.0
    for i in 0..<pixels { sum += Double(abs(gradient[i])) }
    return sum
  }
}
