import Attacks
import Networks
import Tensors
import TestSupport
import Testing

/// Square's queries in ℓ2: against a plain reference with the same draws, and by hand. docs/algorithms.md §6.
struct SquareL2Tests {
  /// Gray in the middle of a channel, and pixels at the walls, where clipping takes part of a query away and leaves
  /// room.
  private func image(_ shape: Shape) -> [Float] {
    var random = RandomStream(seed: 6, purpose: .test)
    return (0..<shape.planarCount).map { place in
      switch random.below(UInt32(3 + place / shape.pixels)) {
      case 0: random.uniform(0.3, 0.7)
      case 1: 0
      case 2: 1
      default: random.uniform(0, 0.02)
      }
    }
  }

  @Test(
    arguments: [
      Shape(1, 14, 14), Shape(3, 10, 10), Shape(2, 5, 5), Shape(3, 3, 3), Shape(4, 11, 16), Shape(2, 20, 20),
    ], [Float(0.3), 2])
  func everyQueryIsTheReferences(shape: Shape, epsilon: Float) {
    var random = RandomStream(seed: 9, purpose: .test)
    let weights = random.normals(shape.planarCount).map { 0.01 * Double($0) }
    let classifier = linearClassifier([weights, weights.map { -$0 }], [40, 0], input: shape)
    func margin(_ point: [Float]) -> Double {
      let z = logits(classifier, point)
      return Double(z[0]) - Double(z[1])
    }
    let image = image(shape), draws = TwoStreams(seed: UInt32(shape.planarCount))
    var reference = SquareL2Reference(image, shape, epsilon: epsilon, draws: draws)
    let run = SquareRun(
      problem(image, classifier, label: 0, rivals: [1], norm: .l2, epsilon: epsilon),
      SquareAttack(iterations: 250), draws: draws)
    var expected = reference.start(), queries = 0, off = 0
    drive(run, on: classifier) {
      if queries > 0 { expected = reference.next() }
      let point = array(run.point, image.count)
      if zip(point, expected).contains(where: { abs($0 - $1) > 1e-5 }) { off += 1 }
      reference.take(expected, margin: margin(expected))
      queries += 1
    }
    #expect(off == 0 && queries == 251, "\(off) of \(queries) queries differ")
    #expect(reference.accepted > 2 && reference.accepted < 240, "\(reference.accepted) accepted")
  }

  // MARK: by hand

  /// Draws as they are listed; a list that runs out goes on with its last one.
  private struct Listed: SquareDraws {
    var signs: [Float]
    var places: [Int]
    mutating func sign() -> Float { signs.count > 1 ? signs.removeFirst() : signs[0] }
    mutating func below(_ bound: Int) -> Int {
      let place = places.count > 1 ? places.removeFirst() : places[0]
      return place < bound ? place : -1000
    }
  }

  /// The first query and the one after it, as differences from the image.
  private func twoQueries(
    _ image: [Float], _ shape: Shape, epsilon: Float, _ draws: Listed
  ) -> (first: [Double], second: [Double]) {
    let classifier = constantClassifier([1, 0], input: shape)
    let run = SquareRun(
      problem(image, classifier, label: 0, rivals: [1], norm: .l2, epsilon: epsilon),
      SquareAttack(iterations: 5), draws: draws)
    func move() -> [Double] { zip(array(run.point, image.count), image).map { Double($0) - Double($1) } }
    let first = move()
    _ = run.see([1, 0])
    return (first, move())
  }

  private func mass(_ values: some Sequence<Double>) -> Double { values.reduce(0) { $0 + $1 * $1 } }

  /// 3×3 pixels in two channels, and windows that are the whole image. The first query has ε/√18 in every pixel. In the
  /// second channel, which is black, all but the positive ones are clipped: the ball has room of ε²(18 − 9 −
  /// positive)/18, and each channel gets half of it.
  @Test(arguments: [0, 1, 4, 8]) func theRoomInTheBallIsSharedByTheChannels(positive: Int) {
    let shape = Shape(2, 3, 3), epsilon = 0.3, part = epsilon * epsilon / 18
    let image = [Float](repeating: 0.5, count: 9) + [Float](repeating: 0, count: 9)
    // Per pixel: transposed or not, a sign for each channel. η(1) is −1.
    let signs = (0..<9).flatMap { pixel -> [Float] in [1, pixel % 2 == 0 ? 1 : -1, pixel < positive ? -1 : 1] }
    let (first, second) = twoQueries(image, shape, epsilon: 0.3, Listed(signs: signs + [1, 1, 1], places: [0]))
    #expect(abs(mass(first[..<9]) - 9 * part) < 1e-6)
    #expect(abs(mass(first[9...]) - Double(positive) * part) < 1e-6)
    let room = Double(9 - positive) * part
    // Nothing of the gray channel is clipped.
    #expect(abs(mass(second[..<9]) - (9 * part + room / 2)) < 1e-6, "\(mass(second[..<9]))")
    #expect(mass(second) <= epsilon * epsilon + 1e-6)
  }

  /// One channel of 3×12 pixels, windows of 3×3. The first query has ε/6 in every pixel and fills the ball: the second
  /// window's mass goes into the first, and no other pixel changes.
  @Test(arguments: [(6, 18), (3, 15), (1, 9), (0, 12)])
  func theFirstWindowGetsTheMassOfBoth(second: Int, pixels: Int) {
    let shape = Shape(1, 3, 12), epsilon = 0.3, each = epsilon / 6
    let image = [Float](repeating: 0.5, count: 36)
    // All of the start negative: η(1) is −1. Then η(3) as it is, with sign +.
    let draws = Listed(
      signs: (0..<36).flatMap { _ in [Float(1), 1] } + [1, 1], places: [0, 1, 0, second])
    let (before, after) = twoQueries(image, shape, epsilon: 0.3, draws)
    #expect(before.allSatisfy { abs($0 + each) < 1e-6 })
    // v = η(3) + δ|W₁/‖δ|W₁‖ with −⅓ in every pixel of the latter, scaled to √pixels·ε/6.
    let upper = [1.0, 5, 1].map { $0 / 54.0.squareRoot() },
      lower = [1.0, 1, 1, 1, 5, 1].map { -$0 / 60.0.squareRoot() }
    let v = (upper + lower).map { $0 - 1 / 3.0 }
    let scale = Double(pixels).squareRoot() * each / mass(v).squareRoot()
    for row in 0..<3 {
      for column in 0..<12 {
        let got = after[12 * row + column]
        if (1..<4).contains(column) {
          #expect(abs(got - scale * v[3 * row + column - 1]) < 1e-6, "row \(row), column \(column)")
        } else if (second..<second + 3).contains(column) {
          #expect(abs(got) < 1e-6, "row \(row), column \(column)")
        } else {
          #expect(abs(got + each) < 1e-6, "row \(row), column \(column)")
        }
      }
    }
  }
}
