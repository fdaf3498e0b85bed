import Attacks
import Networks
import Tensors
import Testing

/// The margin attack, replays, and Square that goes on, on classifiers whose answers are known.
struct MarginTests {
  private let shape = Shape(1, 1, 2)

  @Test func nearestBoundariesComeFirst() {
    // z = (0, −1, −1, −4)·… at x = (.5, .5): margins 1, 1, 4; the gradients' ℓ1 norms are 10, 1 and 8.
    let a: [[Double]] = [[0, 0], [6, 4], [1, 0], [4, -4]]
    let classifier = linearClassifier(a, [0, -6, -1.5, -4], input: shape)
    let given = problem([0.5, 0.5], classifier, label: 0, rivals: [1, 2, 3], norm: .linf, epsilon: 0.05)
    let run = MarginAttack(iterations: 10, targets: 3).makeRun(given)
    drive(run, on: classifier)
    // Distances: 1/10, 1/1, 4/8.
    #expect(run.order == [1, 3, 2])
    // Only class 1 is near enough to be reached, and not inside .05.
    #expect(run.found == nil && run.tally.forwards == 1 + 3 * 11 && run.tally.backwards == 3 + 3 * 10)
    let wider = problem([0.5, 0.5], classifier, label: 0, rivals: [1, 2, 3], norm: .linf, epsilon: 0.11)
    let reaching = MarginAttack(iterations: 10, targets: 3).makeRun(wider)
    drive(reaching, on: classifier)
    #expect(reaching.found != nil && reaching.tally.target == 1)
  }

  @Test func inL2TheEuclideanLengthCounts() {
    // ℓ1 norms 4 and 3, ℓ2 norms 2.83 and 3: margins 1 each, so the orders differ.
    let a: [[Double]] = [[0, 0], [2, 2], [3, 0]]
    let classifier = linearClassifier(a, [0, -3, -2.5], input: shape)
    for (norm, order) in [(BallNorm.linf, [1, 2]), (.l2, [2, 1])] {
      let run = MarginAttack(iterations: 3, targets: 2).makeRun(
        problem([0.5, 0.5], classifier, label: 0, rivals: [1, 2], norm: norm, epsilon: 0.01))
      drive(run, on: classifier)
      #expect(run.order == order, "\(norm)")
    }
  }

  @Test func aClassWithoutGradientComesLast() {
    let classifier = linearClassifier([[0, 0], [0, 0], [1, 0]], [0, -0.1, -5], input: shape)
    let run = MarginAttack(iterations: 2, targets: 1).makeRun(
      problem([0.5, 0.5], classifier, label: 0, rivals: [1, 2], norm: .linf, epsilon: 0.1))
    drive(run, on: classifier)
    #expect(run.order == [2, 1] && run.tally.target == 2)
  }

  @Test func itsCostIsSaidBeforehand() throws {
    let classifier = constantClassifier([1, 0, 0, 0, 0, 0], input: shape)
    let attack = MarginAttack(iterations: 7, targets: 3), passes = attack.passes(classes: 6)
    let run = attack.makeRun(
      problem([0.5, 0.5], classifier, label: 0, rivals: [1, 2, 3, 4, 5], norm: .linf, epsilon: 0.1))
    drive(run, on: classifier)
    #expect(run.tally.forwards == passes.forwards && run.tally.backwards == passes.backwards)
    #expect(attack.title == "MM-3×7" && MarginAttack().title == "MM-3")
    #expect(throws: (any Error).self) { try MarginAttack(iterations: 0).check() }
  }

  @Test func aReplayEndsAtThePointThatBreaks() {
    // Class 1 wins where x₀ > .6.
    let classifier = linearClassifier([[0, 0], [1, 0]], [0, -0.6], input: shape)
    let given = problem([0.5, 0.5], classifier, label: 0, rivals: [1], norm: .linf, epsilon: 0.2)
    let points = Storage(count: 6)
    for (i, value) in [Float(0.4), 0.5, 0.7, 0.5, 0.65, 0.5].enumerated() { points.pointer[i] = value }
    let run = ReplayRun(given, points: points, count: 3)
    drive(run, on: classifier)
    #expect(run.breaking == 1 && run.found?[0] == 0.7 && run.tally.forwards == 2 && run.tally.backwards == 0)
    let robust = ReplayRun(given, points: points, count: 1)
    drive(robust, on: classifier)
    #expect(robust.found == nil && robust.isDone && robust.tally.forwards == 1)
  }
}

/// The probability margin attack.
struct PMATests {
  private let shape = Shape(1, 1, 2)

  @Test func itReachesABoundaryInsideTheBallAndNoneOutside() {
    let classifier = linearClassifier([[0, 0], [4, 4]], [0, -5], input: shape)
    // Class 1 wins where x₀ + x₁ > 1.25: .125 away from (.5, .5) in ℓ∞.
    for (epsilon, isBroken) in [(Float(0.12), false), (0.13, true)] {
      let run = PMAAttack(iterations: 20).makeRun(
        problem([0.5, 0.5], classifier, label: 0, rivals: [1], norm: .linf, epsilon: epsilon))
      drive(run, on: classifier)
      #expect((run.found != nil) == isBroken, "\(epsilon)")
      if !isBroken {
        let passes = PMAAttack(iterations: 20).passes(classes: 2)
        #expect(run.tally.forwards == passes.forwards && run.tally.backwards == passes.backwards)
      }
      #expect((0..<2).allSatisfy { abs(run.point[$0] - 0.5) <= epsilon + 1e-6 })
    }
  }

  @Test func itsLossIsTheMarginOfProbabilities() {
    // Finite differences of p_max − p_y, and of −p_y, along the cotangents that the run asks for.
    let z: [Float] = [1.2, 0.3, -0.5, 0.9], classifier = constantClassifier(z.map { Double($0) }, input: shape)
    func losses(_ z: [Double], firstHalf: Bool, odd: Bool) -> Double {
      let powers = z.map { exponential($0) }, sum = powers.reduce(0, +)
      let margin = powers[3] / sum - powers[0] / sum
      return firstHalf ? (odd ? powers[3] / sum : -powers[0] / sum) : margin
    }
    for (attempt, iteration) in [(0, 1), (0, 3), (1, 1), (1, 3)] {
      let run = PMAAttack(iterations: 4).makeRun(
        problem([0.5, 0.5], classifier, label: 0, rivals: [3, 1, 2], norm: .linf, epsilon: 0.1))
      var cotangent = [Float](repeating: 0, count: 4), gradient: [Float] = [1, -1]
      while run.tally.attempt < attempt || run.tally.iteration < iteration {
        if z.withUnsafeBufferPointer({ run.see($0.baseAddress!) }) == 1 { run.take(0, &gradient) }
      }
      #expect(z.withUnsafeBufferPointer { run.see($0.baseAddress!) } == 1)
      run.setCotangent(0, &cotangent)
      for k in 0..<4 {
        var up = z.map { Double($0) }, down = up
        up[k] += 1e-5
        down[k] -= 1e-5
        let isFirst = iteration < 2, isOdd = attempt == 1
        let slope =
          (losses(up, firstHalf: isFirst, odd: isOdd) - losses(down, firstHalf: isFirst, odd: isOdd)) / 2e-5
        #expect(abs(slope - Double(cotangent[k])) < 1e-6, "attempt \(attempt), iteration \(iteration), class \(k)")
      }
    }
  }
}

/// Square that goes on from an earlier run.
struct SquareEarlierTests {
  private let shape = Shape(1, 8, 8)

  @Test func itMeasuresTheOldPointAnewAndGoesOn() {
    // The brighter the image, the smaller the margin: 64 pixels at +ε are not enough here.
    let classifier = linearClassifier(
      [[Double](repeating: 0, count: 64), [Double](repeating: 0.1, count: 64)], [4, 0], input: shape)
    let image = [Float](repeating: 0.5, count: 64)
    let given = problem(image, classifier, label: 0, rivals: [1], norm: .linf, epsilon: 0.05)
    let first = SquareRun(given, SquareAttack(iterations: 40))
    drive(first, on: classifier)
    let margin = first.margin
    let second = SquareRun(
      given, SquareAttack(iterations: 40), from: SquareRun.Earlier(point: first.bestPoint, queries: 40, cap: 1000))
    // Before its first query it is where the first one ended.
    #expect((0..<64).allSatisfy { second.point[$0] == first.bestPoint[$0] })
    drive(second, on: classifier)
    #expect(second.margin <= margin && second.found == nil && first.found == nil)
    #expect(second.tally.iterations == 40)
    // At other weights the same point may break at once, with a single pass.
    let weaker = linearClassifier(
      [[Double](repeating: 0, count: 64), [Double](repeating: 0.1, count: 64)], [3.3, 0], input: shape)
    let third = SquareRun(
      problem(image, weaker, label: 0, rivals: [1], norm: .linf, epsilon: 0.05), SquareAttack(iterations: 40),
      from: SquareRun.Earlier(point: second.bestPoint, queries: 80, cap: 1000))
    drive(third, on: weaker)
    #expect(third.found != nil && third.tally.forwards == 1 && third.tally.iterations == 0)
  }

  @Test func theWindowStopsShrinkingAtTheCap() {
    // Every window draws one sign and two places; its side shows in the pixels that change.
    let classifier = constantClassifier([1, 0], input: shape), image = [Float](repeating: 0.5, count: 64)
    let given = problem(image, classifier, label: 0, rivals: [1], norm: .linf, epsilon: 0.1)
    let flat = SquareRun(given, SquareAttack(iterations: 1))
    func largestChange(queries: Int, cap: Int) -> Int {
      let run = SquareRun(
        given, SquareAttack(iterations: 30), from: SquareRun.Earlier(point: flat.bestPoint, queries: queries, cap: cap))
      var largest = 0
      drive(run, on: classifier) {
        largest = max(largest, (0..<64).count { run.point[$0] != run.bestPoint[$0] })
      }
      return largest
    }
    #expect(largestChange(queries: 9000, cap: 0) > 9 && largestChange(queries: 9000, cap: 10_000) <= 1)
  }
}

/// PGD's rescaled cross-entropy.
struct SaturationTests {
  @Test func aSaturatedSoftmaxStillShowsAWay() {
    // The margin is 40 at the image: softmax is exactly 1 in float32.
    let shape = Shape(1, 1, 2)
    let classifier = linearClassifier([[0, 0], [400, 0]], [100, -140], input: shape)
    let given = problem([0.5, 0.5], classifier, label: 0, rivals: [1], norm: .linf, epsilon: 0.2)
    let pgd = PGD(epsilon: 0.2, stepSize: 0.05, steps: 4, start: .clean)
    let usual = PGDRun(given, pgd, anyIterate: true), rescaled = PGDRun(given, pgd, anyIterate: true, rescales: true)
    drive(usual, on: classifier)
    drive(rescaled, on: classifier)
    #expect(rescaled.found != nil && (rescaled.found?[0] ?? 0) > 0.59)
    #expect(usual.found == nil || (usual.found?[0] ?? 0) == (rescaled.found?[0] ?? 1))
  }
}

/// PGD that leaves out the rounds of a cycle.
struct CycleTests {
  @Test(arguments: [3, 10, 11, 12, 100]) func theReturnedPointIsTheSame(steps: Int) {
    // Class 1 nearly wins on a ridge at x₀ = .5: steps of .03 jump over it for ever. Class 2 draws x₁ along.
    let shape = Shape(1, 1, 2)
    let classifier = FunctionClassifier(classes: 3, input: shape) { x in
      [1, -20 * abs(Double(x[0]) - 0.5), Double(x[1])]
    } gradient: { x, u in
      [u[1] * (x[0] > 0.5 ? -20 : 20), u[2]]
    }
    for seed in 0..<UInt32(5) {
      let given = problem([0.47, 0.4], classifier, label: 0, rivals: [1, 2], norm: .linf, epsilon: 0.2, seed: seed)
      let pgd = PGD(epsilon: 0.2, stepSize: 0.03, steps: steps)
      let whole = PGDRun(given, pgd), short = PGDRun(given, pgd)
      short.skipsCycles = true
      drive(whole, on: classifier)
      drive(short, on: classifier)
      #expect((0..<2).allSatisfy { whole.point[$0] == short.point[$0] }, "seed \(seed)")
      #expect((whole.found == nil) == (short.found == nil))
      #expect(short.tally.forwards + short.tally.skipped == whole.tally.forwards)
      if steps == 100 { #expect(short.tally.skipped > 50) }
    }
  }
}
