import Diagnostics
import Foundation
import TestSupport
import Testing

/// PCA against the reference, and what must not change it.
struct PrincipalPlaneTests {
  static let names = ["diagnostics/pca_n24_d1500", "diagnostics/pca_n60_d300"]

  private func fit(_ name: String) throws -> (oracle: Oracle, points: [Float], n: Int, plane: PrincipalPlane) {
    let oracle = try Oracle(name), points = try oracle.floats("x"), n = oracle.shape("x")[0]
    return (oracle, points, n, PrincipalPlane(points, count: n))
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
    let shifted = PrincipalPlane(points.enumerated().map { $1 + Float($0 % width % 7) }, count: n)
    let permuted = PrincipalPlane(
      points.indices.map { points[$0 / width * width + ($0 % width * 11 + 3) % width] }, count: n)
    for other in [shifted, permuted] {
      for (a, b) in zip(plane.scores, other.scores) { #expect(abs(a.x - b.x) < 1e-3 && abs(a.y - b.y) < 1e-3) }
    }
    let doubled = PrincipalPlane(points.map { 2 * $0 }, count: n)
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
        var again = PrincipalPlane(points, count: n)
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

  @Test func equalVariancesHaveDirectionsOfTheirOwn() {
    // Four points on two axes of the same length: every direction of the plane is principal.
    let plane = PrincipalPlane([1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1, 0], count: 4)
    #expect(plane.explainedRatio.allSatisfy { abs($0 - 0.5) < 1e-12 })
    for score in plane.scores { #expect(abs((score * score).sum() - 1) < 1e-12) }
  }

  @Test func degenerateCloudsHaveNoVarianceAndNoNumbersThatAreNone() {
    let line = PrincipalPlane([0, 0, 1, 1, 2, 2, 5, 5], count: 4)
    #expect(abs(line.explainedRatio[0] - 1) < 1e-12 && line.explainedRatio[1] == 0)
    for cloud in [PrincipalPlane([3, 4, 5], count: 1), PrincipalPlane([2, 2, 2, 2], count: 2)] {
      #expect(cloud.explainedRatio == [0, 0] && cloud.scores.allSatisfy { $0 == .zero })
    }
    #expect(line.scores.allSatisfy { $0.x.isFinite && $0.y == 0 })
    #expect(line.project([3, 3]).allSatisfy { $0.y == 0 && $0.x.isFinite })
  }

  @Test func manyPointsOfKnownSpreadAreFound() {
    // Independent directions with standard deviations 5, 3, 1, 1, …: the first two explain 34 of 34 + 28.
    let n = 300, width = 30
    var state: UInt64 = 1
    func uniform() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) / Double(1 << 53) - 0.5
    }
    let points = (0..<n * width).map { place in
      Float(uniform() * 12.0.squareRoot() * (place % width == 7 ? 5 : place % width == 2 ? 3 : 1))
    }
    let plane = PrincipalPlane(points, count: n)
    #expect(abs(plane.explainedRatio[0] - 25 / 62) < 0.06 && abs(plane.explainedRatio[1] - 9 / 62) < 0.04)
    #expect(abs(plane.axes[0][7]) > 0.99 && abs(plane.axes[1][2]) > 0.97)
  }
}
