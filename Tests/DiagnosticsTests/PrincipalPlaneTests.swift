import COpenBLAS
import Diagnostics
import Foundation
import TestSupport
import Testing

/// PCA against the reference, and what must not change it.
struct PrincipalPlaneTests {
  static let names = ["diagnostics/pca_n24_d1500", "diagnostics/pca_n60_d300"]

  private func fit(_ name: String) throws -> (oracle: Oracle, points: [Float], n: Int, plane: PrincipalPlane) {
    let oracle = try Oracle(name), points = try oracle.floats("x"), n = oracle.shape("x")[0]
    return (oracle, points, n, try PrincipalPlane(points, count: n))
  }

  @Test(arguments: names) func matchesTheReference(name: String) throws {
    let (oracle, _, _, plane) = try fit(name)
    // The reference follows the same sign rule.
    #expect(try oracle.excess(plane.scores.flatMap { [Float($0.x), Float($0.y)] }, "coords") <= 1)
    #expect(try oracle.excess(plane.explainedVariance.map { Float($0) }, "explained_variance") <= 1)
    #expect(try oracle.excess(plane.explainedRatio.map { Float($0) }, "explained_variance_ratio") <= 1)
  }

  @Test(arguments: names) func theFittedPointsProjectOntoTheirScores(name: String) throws {
    let (_, points, _, plane) = try fit(name)
    for (score, projected) in zip(plane.scores, plane.project(points)) {
      #expect(abs(score.x - projected.x) < 1e-9 && abs(score.y - projected.y) < 1e-9)
    }
    for (i, a) in plane.axes.enumerated() {
      for (j, b) in plane.axes.enumerated() {
        #expect(abs(zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } - (i == j ? 1 : 0)) < 1e-10)
      }
    }
  }

  @Test(arguments: names) func theLargestScoreOfAnAxisIsPositive(name: String) throws {
    let (_, _, _, plane) = try fit(name)
    for axis in 0..<2 {
      let extreme = plane.scores.map { $0[axis] }.max { abs($0) < abs($1) } ?? 0
      #expect(extreme > 0)
    }
  }

  @Test(arguments: names) func aShiftAndTheOrderOfColumnsChangeNothing(name: String) throws {
    let (_, points, n, plane) = try fit(name)
    let width = points.count / n
    let shifted = try PrincipalPlane(points.enumerated().map { $1 + Float($0 % width % 7) }, count: n)
    let permuted = try PrincipalPlane(
      points.indices.map { points[$0 / width * width + ($0 % width * 11 + 3) % width] }, count: n)
    for other in [shifted, permuted] {
      for (a, b) in zip(plane.scores, other.scores) { #expect(abs(a.x - b.x) < 1e-3 && abs(a.y - b.y) < 1e-3) }
    }
    let doubled = try PrincipalPlane(points.map { 2 * $0 }, count: n)
    for (a, b) in zip(plane.scores, doubled.scores) { #expect(abs(2 * a.x - b.x) < 1e-8 && abs(2 * a.y - b.y) < 1e-8) }
    #expect(zip(plane.explainedRatio, doubled.explainedRatio).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test func alignmentUndoesEveryTurnAndMirror() throws {
    let (_, points, n, plane) = try fit(Self.names[0])
    for angle in stride(from: 0.0, to: 6.3, by: 0.7) {
      for mirror in [1.0, -1.0] {
        let previous = plane.scores.map { p in
          SIMD2(cos(angle) * p.x - sin(angle) * p.y, mirror * (sin(angle) * p.x + cos(angle) * p.y))
        }
        var again = try PrincipalPlane(points, count: n)
        again.align(to: previous)
        for (a, b) in zip(again.scores, previous) { #expect(abs(a.x - b.x) < 1e-9 && abs(a.y - b.y) < 1e-9) }
        for (a, b) in zip(again.project(points), previous) { #expect(abs(a.x - b.x) < 1e-8 && abs(a.y - b.y) < 1e-8) }
      }
    }
    var unknown = plane
    unknown.align(to: [])
    unknown.align(to: plane.scores.map { _ in .zero })
    #expect(unknown == plane)
  }

  @Test func equalVariancesHaveDirectionsOfTheirOwn() throws {
    // Four points on two axes of the same length: every direction of the plane is principal.
    let plane = try PrincipalPlane([1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1, 0], count: 4)
    #expect(plane.explainedRatio.allSatisfy { abs($0 - 0.5) < 1e-12 })
    for score in plane.scores { #expect(abs((score * score).sum() - 1) < 1e-12) }
  }

  @Test func degenerateCloudsHaveNoVarianceAndNoNumbersThatAreNone() throws {
    let line = try PrincipalPlane([0, 0, 1, 1, 2, 2, 5, 5], count: 4)
    #expect(abs(line.explainedRatio[0] - 1) < 1e-12 && line.explainedRatio[1] == 0)
    for cloud in [([3, 4, 5], 1), ([2, 2, 2, 2], 2), ([7, 7, 7], 3), ([], 2)] as [([Float], Int)] {
      let plane = try PrincipalPlane(cloud.0, count: cloud.1)
      #expect(plane.explainedRatio == [0, 0] && plane.explainedVariance == [0, 0])
      #expect(plane.scores.allSatisfy { $0 == .zero } && plane.axes.allSatisfy { $0.allSatisfy { $0 == 0 } })
    }
    #expect(line.scores.allSatisfy { $0.x.isFinite && $0.y == 0 })
    #expect(line.project([3, 3]).allSatisfy { $0.y == 0 && $0.x.isFinite })
  }

  @Test func manyPointsOfKnownSpreadAreFound() throws {
    // Independent directions with standard deviations 5, 3, 1, 1, …: the first two explain 34 of 34 + 28.
    let n = 300, width = 30
    let points = uniforms(n * width, seed: 1).enumerated().map { place, value in
      Float(value * 12.0.squareRoot() * (place % width == 7 ? 5 : place % width == 2 ? 3 : 1))
    }
    let plane = try PrincipalPlane(points, count: n)
    #expect(abs(plane.explainedRatio[0] - 25 / 62) < 0.06 && abs(plane.explainedRatio[1] - 9 / 62) < 0.04)
    #expect(abs(plane.axes[0][7]) > 0.99 && abs(plane.axes[1][2]) > 0.97)
  }
}

/// PCA decomposes the smaller of two matrices; these tests cover both.
struct PrincipalPlaneMatrixTests {
  /// The same cloud in `width` dimensions. The additional coordinates are 0.
  private func padded(_ points: [Float], count: Int, to width: Int) -> [Float] {
    let old = points.count / count
    return (0..<count).flatMap { row in
      points[row * old..<(row + 1) * old] + [Float](repeating: 0, count: width - old)
    }
  }

  @Test(arguments: [(2, 1), (7, 3), (60, 20), (600, 5), (700, 513)])
  func bothMatricesGiveTheSamePlane(count: Int, width: Int) throws {
    let points = uniforms(count * width, seed: 5).enumerated().map { Float($1) * Float(1 + $0 % width) }
    let few = try PrincipalPlane(points, count: count)
    let many = try PrincipalPlane(padded(points, count: count, to: count + 13), count: count)
    for (a, b) in zip(few.scores, many.scores) {
      // The closer two variances are to each other, the less exact their directions.
      #expect(abs(a.x - b.x) < 1e-9 * Double(width) && abs(a.y - b.y) < 1e-9 * Double(width))
    }
    for axis in 0..<2 {
      #expect(abs(few.explainedVariance[axis] - many.explainedVariance[axis]) < 1e-12 * many.explainedVariance[0])
      #expect(abs(few.explainedRatio[axis] - many.explainedRatio[axis]) < 1e-12)
      #expect(zip(few.axes[axis], many.axes[axis]).allSatisfy { abs($0 - $1) < 1e-9 })
    }
  }

  @Test(arguments: [4, 40]) func variancesAreThoseOfAKnownCloud(width: Int) throws {
    // ±3 along one axis, ±1 along another, ±½ along a third, about (1, 1, …): variances 18/5, 2/5 and ½/5.
    var points = [Float](repeating: 1, count: 6 * width)
    for (pair, (column, reach)) in [(2, Float(0.5)), (0, 3), (3, 1)].enumerated() {
      points[2 * pair * width + column] += reach
      points[(2 * pair + 1) * width + column] -= reach
    }
    let plane = try PrincipalPlane(points, count: 6)
    #expect(abs(plane.explainedVariance[0] - 18.0 / 5) < 1e-12 && abs(plane.explainedVariance[1] - 2.0 / 5) < 1e-12)
    #expect(abs(plane.explainedRatio[0] - 18 / 20.5) < 1e-12 && abs(plane.explainedRatio[1] - 2 / 20.5) < 1e-12)
    #expect(abs(abs(plane.axes[0][0]) - 1) < 1e-12 && abs(abs(plane.axes[1][3]) - 1) < 1e-12)
    #expect(plane.mean == [Double](repeating: 1, count: width))
  }

  @Test(arguments: [5, 90]) func theSignFollowsTheLargestScoreInEveryCloud(width: Int) throws {
    for seed in 0..<16 as Range<UInt64> {
      let points = uniforms(40 * width, seed: seed).map { Float($0) }
      let plane = try PrincipalPlane(points, count: 40), negated = try PrincipalPlane(points.map { -$0 }, count: 40)
      for axis in 0..<2 {
        for scores in [plane.scores, negated.scores] {
          #expect((scores.map { $0[axis] }.max { abs($0) < abs($1) } ?? 0) > 0)
        }
        // Negated points have negated axes, so that their scores stay the same.
        #expect(zip(plane.axes[axis], negated.axes[axis]).allSatisfy { abs($0 + $1) < 1e-9 })
      }
    }
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity], [3, 200]) func whatIsNotFiniteIsAnError(value: Float, width: Int)
  {
    for place in [0, 17, 20 * width - 1] {
      var points = uniforms(20 * width, seed: 9).map { Float($0) }
      points[place] = value
      #expect(throws: PrincipalPlane.Failure.notFinite) { try PrincipalPlane(points, count: 20) }
    }
  }

  @Test func theLargestFloatsAreNoError() throws {
    let points: [Float] = [.greatestFiniteMagnitude, 0, 0, -.greatestFiniteMagnitude, 0, 0]
    let plane = try PrincipalPlane(points, count: 2)
    #expect(plane.explainedRatio == [1, 0] && plane.scores.allSatisfy { $0.x.isFinite })
  }

  @Test func theBitsAreTheSameOnAnyNumberOfThreads() async throws {
    // Large enough for OpenBLAS to split over threads if it were allowed to.
    for (count, width) in [(240, 3000), (900, 300)] {
      let points = uniforms(count * width, seed: 3).map { Float($0) }, alone = try PrincipalPlane(points, count: count)
      let others = try await withThrowingTaskGroup(of: PrincipalPlane.self) { group in
        for _ in 0..<6 { group.addTask { try PrincipalPlane(points, count: count) } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(others.count == 6 && others.allSatisfy { $0 == alone })
    }
    #expect(openblas_get_num_threads() == 1)
  }
}

/// Pseudorandom numbers in [−½, ½), the same for the same seed.
private func uniforms(_ count: Int, seed: UInt64) -> [Double] {
  var state = seed
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 11) / Double(1 << 53) - 0.5
  }
}
