import Attacks
import Tensors
import TestSupport
import Testing

/// The smallest move onto a hyperplane in the box: FAB's inner problem.
struct ProjectionTests {
  private func move(_ norm: BallNorm, _ t: [Float], _ w: [Float], gap: Double) -> [Double] {
    let projection = BoxProjection(norm, from: t, normal: w, gap: gap, count: t.count)
    return t.indices.map { projection.move(t[$0], w[$0]) }
  }

  private func dot(_ w: [Float], _ t: [Float]) -> Double { zip(w, t).reduce(0.0) { $0 + Double($1.0) * Double($1.1) } }

  @Test func theGoldenVectorsHold() throws {
    let projections = try GoldenVectors.load().projections
    #expect(projections.count == 4)
    for golden in projections {
      let gap = dot(golden.w, golden.t) - golden.b
      for (norm, expected) in [(BallNorm.linf, golden.linf), (.l2, golden.l2)] {
        let got = move(norm, golden.t, golden.w, gap: gap)
        #expect(got.indices.allSatisfy { abs(got[$0] - expected[$0]) < 1e-6 })
      }
    }
  }

  @Test func theReferencesProjectionsAreFound() throws {
    let oracle = try Oracle("attacks/fab_projection")
    let points = try oracle.floats("points"), normals = try oracle.floats("w"), b = try oracle.floats("b")
    let size = points.count / b.count
    for norm in BallNorm.allCases {
      // The reference's own sums are in float32: the exact answer uses up nineteen twentieths of this in one row.
      let expected = try oracle.floats(norm.rawValue), largest = expected.reduce(0) { max($0, abs($1)) }
      let tolerance = try #require(oracle.setting("tol.\(norm.rawValue)")) * Double(largest)
      for row in b.indices {
        let t = Array(points[row * size..<(row + 1) * size]), w = Array(normals[row * size..<(row + 1) * size])
        let got = move(norm, t, w, gap: dot(w, t) - Double(b[row]))
        let distances = got.indices.map { abs(got[$0] - Double(expected[row * size + $0])) }
        let worst = distances.max() ?? 0
        #expect(worst <= tolerance, "\(norm) row \(row): \(worst)")
      }
    }
  }

  @Test(arguments: BallNorm.allCases)
  func theMoveReachesThePlaneStaysInTheBoxAndIsTheShortest(norm: BallNorm) {
    var random = RandomStream(seed: 3, purpose: .test)
    for _ in 0..<300 {
      let t = random.uniforms(12), w = random.normals(12), reached = random.uniforms(12)
      // A plane through another point of the box, so that it can be reached, and that point's distance as a bound.
      let gap = dot(w, t) - dot(w, reached)
      let d = move(norm, t, w, gap: gap)
      let fall = d.indices.reduce(0.0) { $0 + Double(w[$1]) * d[$1] }
      #expect(abs(fall + gap) < 1e-9)
      let moved = d.indices.map { Double(t[$0]) + d[$0] }
      #expect(moved.allSatisfy { $0 >= -1e-12 && $0 <= 1 + 1e-12 })
      let other = d.indices.map { Double(reached[$0]) - Double(t[$0]) }
      #expect(length(norm, d) <= length(norm, other) + 1e-9)
    }
  }

  @Test(arguments: BallNorm.allCases)
  func aPlaneOutOfReachSendsToTheCorner(norm: BallNorm) {
    let d = move(norm, [0.25, 0.5, 0.75], [1, -1, 0], gap: 5)
    #expect(d == [-0.25, 0.5, 0])
    #expect(move(norm, [0.25, 0.5, 0.75], [0, 0, 0], gap: 1) == [0, 0, 0])
    #expect(move(norm, [0.25, 0.5, 0.75], [1, 1, 1], gap: 0) == [0, 0, 0])
  }

  private func length(_ norm: BallNorm, _ d: [Double]) -> Double {
    norm == .linf ? d.map(abs).max() ?? 0 : d.reduce(0.0) { $0 + $1 * $1 }.squareRoot()
  }
}
