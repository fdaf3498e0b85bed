import Attacks
import Networks
import Tensors
import TestSupport
import Testing

/// Which queries Square keeps, and where its windows go. docs/algorithms.md §6.
struct SquareRuleTests {
  /// A query is kept if its margin is smaller, not if it is equal: a model that gives the same logits everywhere never
  /// moves the best point.
  @Test(arguments: BallNorm.allCases) func anEqualMarginIsNotKept(norm: BallNorm) {
    let shape = Shape(2, 8, 8), image = uniforms(shape.planarCount, seed: 8)
    let classifier = constantClassifier([1, 0], input: shape)
    let run = SquareRun(
      problem(image, classifier, label: 0, rivals: [1], norm: norm, epsilon: 0.2), SquareAttack(iterations: 200))
    let first = array(run.point, image.count)
    drive(run, on: classifier)
    #expect(run.tally.forwards > 100 && run.found == nil && run.margin == 1)
    #expect(array(run.bestPoint, image.count) == first)
  }

  /// Margins in steps: the best point moves when the margin falls by a step, and only then.
  @Test(arguments: BallNorm.allCases) func theBestPointMovesExactlyWhenTheMarginFalls(norm: BallNorm) {
    let shape = Shape(1, 10, 10)
    var random = RandomStream(seed: 8, purpose: .test)
    let image = random.uniforms(100, in: 0.3...0.7), weights = random.normals(100)
    let classifier = FunctionClassifier(classes: 2, input: shape) { x in
      [200 + (zip(weights, x).reduce(0.0) { $0 + Double($1.0 * $1.1) } * 4).rounded(.down), 0]
    } gradient: { x, _ in
      x.map { _ in 0 }
    }
    let run = SquareRun(
      problem(image, classifier, label: 0, rivals: [1], norm: norm, epsilon: norm == .linf ? 0.2 : 1),
      SquareAttack(iterations: 400))
    var best: [Float] = [], margin = Double.infinity, moves = 0, stays = 0
    while !run.isDone {
      let point = array(run.point, 100), z = logits(classifier, point), here = Double(z[0] - z[1])
      _ = run.see(z)
      if here < margin {
        (margin, best) = (here, point)
        moves += 1
      } else if here == margin {
        stays += 1
      }
      #expect(run.margin == margin && array(run.bestPoint, 100) == best)
    }
    #expect(moves > 3 && stays > 3, "\(moves) smaller margins, \(stays) equal ones")
  }

  /// A window smaller than the image never touches the last row and column, unless the reference's quirks are left out.
  @Test(arguments: BallNorm.allCases, [true, false]) func onlyWithoutQuirksAWindowTouchesTheEnd(
    norm: BallNorm, keepsQuirks: Bool
  ) {
    let shape = Shape(1, 14, 14), image = [Float](repeating: 0.5, count: 196)
    let classifier = constantClassifier([1, 0], input: shape)
    let run = SquareRun(
      problem(image, classifier, label: 0, rivals: [1], norm: norm, epsilon: 0.2),
      SquareAttack(iterations: 300, keepsQuirks: keepsQuirks))
    let first = array(run.point, 196)
    var rows: Set<Int> = [], columns: Set<Int> = []
    drive(run, on: classifier) {
      let point = array(run.point, 196)
      for place in 0..<196 where abs(point[place] - first[place]) > 1e-6 {
        rows.insert(place / 14)
        columns.insert(place % 14)
      }
    }
    let touched = Set(0..<(keepsQuirks ? 13 : 14))
    #expect(rows == touched && columns == touched)
  }
}
