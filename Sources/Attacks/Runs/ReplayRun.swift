import Networks
import Tensors

/// Looks at given points, one after another, until one breaks the image.
package final class ReplayRun: AttackRun {
  private let problem: AttackProblem
  private let memory: Storage
  private let points: UnsafeMutablePointer<Float>
  private let count: Int

  package private(set) var isDone = false
  package private(set) var tally = RunTally()
  /// The position of the point that broke the image.
  package private(set) var breaking: Int?

  /// A run on `count` points, [count][C][H][W], which begin at number `first` of `points`; at least one.
  package init(_ problem: AttackProblem, points: Storage, from first: Int = 0, count: Int) {
    precondition(
      count > 0 && points.count >= (first + count) * problem.pixels, "a replay needs at least one point")
    self.problem = problem
    memory = points
    self.points = points.pointer + first * problem.pixels
    self.count = count
  }

  package var point: UnsafePointer<Float> {
    UnsafePointer(points + tally.iteration * problem.pixels)
  }
  package var found: UnsafePointer<Float>? {
    breaking.map { UnsafePointer(points + $0 * problem.pixels) }
  }

  package func see(_ logits: UnsafePointer<Float>) -> Int {
    tally.forwards += 1
    if predictedClass(logits, classes: problem.classes) != problem.label {
      breaking = tally.iteration
      isDone = true
    } else if tally.iteration + 1 < count {
      tally.iteration += 1
      tally.iterations += 1
    } else {
      isDone = true
    }
    return 0
  }

  package func setCotangent(_ number: Int, _ cotangent: UnsafeMutablePointer<Float>) {}
  package func take(_ number: Int, _ gradient: UnsafePointer<Float>) {}
  package func advance() {}
}
