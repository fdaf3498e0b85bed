import Attacks
import Networks
import Tensors
import TestSupport
import Testing

/// Square against replayed draws of the reference, and its ℓ2 patterns by hand.
struct SquareTests {
  /// Draws as they were recorded, in the order the attack asks for them.
  private struct Recording: SquareDraws {
    var signs: [Float]
    var places: [Int]
    private var nextSign = 0, nextPlace = 0

    init(signs: [Float], places: [Int]) { (self.signs, self.places) = (signs, places) }

    mutating func sign() -> Float {
      defer { nextSign += 1 }
      return nextSign < signs.count ? signs[nextSign] : .nan
    }
    mutating func below(_ bound: Int) -> Int {
      defer { nextPlace += 1 }
      return nextPlace < places.count && places[nextPlace] < bound ? places[nextPlace] : -1000
    }
  }

  @Test(arguments: ["nat", "at", "rgb"])
  func aReplayEndsWhereTheReferenceEnded(name: String) throws {
    let oracle = try Oracle("attacks/square_replay_\(name)")
    let network = try oracleNetwork(name, threads: 1)
    let x = try oracle.floats("x"), labels = try oracle.integers("labels")
    let initial = try oracle.integers("init_sign"), sign = try oracle.integers("sign")
    let row = try oracle.integers("row"), column = try oracle.integers("col")
    let sides = try oracle.integers("square_size"), queries = try oracle.integers("n_queries")
    let best = try oracle.floats("x_best"), margins = try oracle.floats("margin_final")
    let n = labels.count, size = x.count / n, stripes = initial.count / n
    let epsilon = Float(try #require(oracle.setting("eps")))
    for (iteration, side) in sides.enumerated() {
      #expect(SquareAttack.linfSide(SquareAttack().share(iteration: iteration), network.settings.input) == side)
    }
    for image in 0..<n {
      let pixels = Array(x[image * size..<(image + 1) * size])
      let draws = Recording(
        signs: initial[image * stripes..<(image + 1) * stripes].map { Float($0) } + sign.map { Float($0) },
        places: zip(row, column).flatMap { [$0, $1] })
      let given = problem(pixels, network, label: labels[image], rivals: [], norm: .linf, epsilon: epsilon)
      let run = SquareRun(given, SquareAttack(iterations: row.count), draws: draws)
      drive(run, on: network)
      // The first query, and one for each window drawn.
      #expect(run.tally.iterations + 1 == queries[image], "image \(image)")
      // A window that changes nothing but last bits may be taken by one and not by the other: one bit below 1.
      let off = (0..<size).count { abs(run.bestPoint[$0] - best[image * size + $0]) > 0x1p-24 }
      #expect(off == 0, "image \(image): \(off) pixels differ")
      #expect(abs(run.margin - Double(margins[image])) < 1e-4, "image \(image)")
    }
  }

  @Test func theSidesAreTheReferences() throws {
    let squareSides = try GoldenVectors.load().squareSides
    #expect(squareSides.count == 4)
    for (size, sides) in squareSides {
      let edge = try #require(Int(size.split(separator: "x")[0]))
      for pair in sides {
        let share = SquareAttack().share(iteration: pair[0])
        #expect(SquareAttack.linfSide(share, Shape(3, edge, edge)) == pair[1], "\(size) at \(pair[0])")
      }
    }
  }

  @Test func aRescaledScheduleIsPassedThroughWhole() {
    let rescaled = SquareAttack(iterations: 100, rescalesSchedule: true)
    #expect(rescaled.share(iteration: 1) == 0.8 / 4)
    #expect(rescaled.share(iteration: 99) == 0.8 / 512)
    #expect(SquareAttack().share(iteration: 99) == 0.8 / 4)
  }

  @Test func thePeaksAreThoseByHand() {
    // R(1, 3) about its middle cell: n = 0 adds 1 there, n = 1 adds 1/4 everywhere: (1/4, 5/4, 1/4)/√(27/16).
    expectClose(SquareL2.peak(rows: 1, columns: 3), [1, 5, 1].map { $0 / 27.0.squareRoot() })
    // R(2, 3), cell (1, 1): n = 0 adds 1 there, n = 1 adds 1/4 to all six: 5/4 once, 1/4 five times; norm² 30/16.
    expectClose(SquareL2.peak(rows: 2, columns: 3), [1, 1, 1, 1, 5, 1].map { $0 / 30.0.squareRoot() })
    // R(2, 2), cell (1, 1): 5/4 there, 1/4 elsewhere; norm² 28/16.
    expectClose(SquareL2.peak(rows: 2, columns: 2), [1, 1, 1, 5].map { $0 / 28.0.squareRoot() })
    // R(2, 5), cell (1, 2): n = 0: 1 there; n = 1: 1/4 on columns 1–3; n = 2: 1/9 everywhere. In 36ths.
    let inParts: [Double] = [4, 13, 13, 13, 4, 4, 13, 49, 13, 4], norm = Double(4 * 16 + 5 * 169 + 49 * 49).squareRoot()
    expectClose(SquareL2.peak(rows: 2, columns: 5), inParts.map { $0 / norm })
  }

  @Test func thePatternsAreAPeakAboveItsNegative() {
    // η(3) = (R(1,3); −R(2,3))/√2.
    let first = [1, 5, 1].map { $0 / 54.0.squareRoot() }, second = [1, 1, 1, 1, 5, 1].map { -$0 / 60.0.squareRoot() }
    expectClose(SquareL2.pattern(side: 3), first + second)
    // η(1): no upper part; −R(1,1) = −1.
    expectClose(SquareL2.pattern(side: 1), [-1])
    // η(2) = (R(1,2); −R(1,2))/√2, R(1,2) = (1/4, 5/4)/√(26/16).
    expectClose(SquareL2.pattern(side: 2), [1, 5, -1, -5].map { $0 / 52.0.squareRoot() })
  }

  @Test func theSidesInL2AreOddAndAtLeastThree() {
    let shape = Shape(3, 32, 32)
    #expect(SquareL2.side(0.8, shape) == 29)
    #expect(SquareL2.side(0.4, shape) == 21)
    #expect(SquareL2.side(0.8 / 512, shape) == 3)
    #expect(SquareL2.side(0.8, Shape(1, 2, 2)) == 2)
  }

  @Test(arguments: [Shape(1, 14, 14), Shape(3, 10, 10), Shape(3, 4, 7), Shape(1, 3, 3), Shape(2, 1, 1)])
  func everyQueryInL2StaysOnTheSphereAndInTheBox(shape: Shape) {
    var random = RandomStream(seed: 4, purpose: .test)
    let size = shape.planarCount
    let image = random.uniforms(size, in: 0.4...0.6), weights = random.normals(size).map(Double.init)
    let classifier = linearClassifier([weights.map { 0.001 * $0 }, weights.map { 0.0 * $0 }], [10, 0], input: shape)
    let given = problem(image, classifier, label: 0, rivals: [1], norm: .l2, epsilon: 0.2)
    let run = SquareRun(given, SquareAttack(iterations: 60))
    var margin = Double.infinity
    while !run.isDone {
      let point = array(run.point, size)
      // Far from the walls no clipping shortens it.
      #expect(abs(given.distance(point) - 0.2) < 1e-4)
      #expect(point.allSatisfy { $0 >= 0 && $0 <= 1 })
      _ = run.see(logits(classifier, point))
      #expect(run.margin <= margin)
      margin = run.margin
    }
    #expect(run.tally.forwards == 61)
  }

  @Test(arguments: BallNorm.allCases)
  func squareBreaksALinearModelWithoutGradients(norm: BallNorm) {
    let shape = Shape(1, 6, 6), size = 36
    let image = [Float](repeating: 0.5, count: size)
    let weights = (0..<size).map { $0 < 18 ? 1.0 : 0.5 }
    let classifier = linearClassifier(
      [weights, [Double](repeating: 0, count: size)], [-weights.reduce(0, +) / 2 + 0.3, 0], input: shape)
    let epsilon: Float = norm == .linf ? 0.1 : 0.3
    let run = SquareRun(
      problem(image, classifier, label: 0, rivals: [1], norm: norm, epsilon: epsilon),
      SquareAttack(iterations: 2000))
    drive(run, on: classifier)
    #expect(run.found != nil)
  }

  private func expectClose(_ got: [Double], _ expected: [Double], sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(got.count == expected.count, sourceLocation: sourceLocation)
    let off = zip(got, expected).count { abs($0 - $1) > 1e-12 }
    #expect(off == 0, "\(got) for \(expected)", sourceLocation: sourceLocation)
  }
}
