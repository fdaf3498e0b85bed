/// A plane through a cloud of points: mean and the two directions of largest variance. docs/algorithms.md §11.3; paper
/// Fig. 1.
///
/// The smaller of two matrices is decomposed: with n points in D ≥ n dimensions the Gram matrix X_c X_cᵀ, otherwise
/// X_cᵀX_c. Both have the same eigenvalues λ other than 0. An eigenvector e of the first gives the fitted points the
/// scores √λ·e and the axis X_cᵀe/√λ; one of the second is the axis.
package struct PrincipalPlane: Sendable, Hashable {
  /// A point in the plane.
  package typealias Point = SIMD2<Double>

  /// Why points have no principal plane.
  package enum Failure: Error, Sendable, Hashable, CustomStringConvertible {
    /// A coordinate is NaN or infinite.
    case notFinite
    /// LAPACK's dsyevr failed, with this status.
    case notSolved(info: Int)

    /// What is wrong, in one line.
    package var description: String {
      switch self {
      case .notFinite: "some values are NaN or infinite, so there is no PCA; use an earlier checkpoint"
      case .notSolved(let info): "LAPACK's dsyevr could not solve the eigenproblem of PCA (info = \(info))"
      }
    }
  }

  /// Column means [D].
  package let mean: [Double]
  /// The two directions [2][D], of length 1; zeros where there is no variance left.
  package private(set) var axes: [[Double]]
  /// The fitted points in the plane.
  package private(set) var scores: [Point]
  /// Variance along the first and second principal direction, divided by n − 1.
  package let explainedVariance: [Double]
  /// The same as a share of the total variance.
  package let explainedRatio: [Double]

  /// Fits `count` points [count][D]. The score of largest magnitude on each axis is positive.
  package init(_ points: [Float], count: Int) throws(Failure) {
    let cloud = PointCloud(points, count: count)
    var axes = [[Double]](repeating: [Double](repeating: 0, count: cloud.width), count: 2)
    var scores = [Point](repeating: .zero, count: count), sums = [0.0, 0.0]
    let (directions, total) = try Self.directions(of: cloud)
    for (axis, direction) in directions.enumerated() {
      let extreme = direction.scores.max { abs($0) < abs($1) } ?? 0
      let sign: Double = extreme < 0 ? -1 : 1
      axes[axis] = direction.axis.map { sign * $0 }
      for row in 0..<count { scores[row][axis] = sign * direction.scores[row] }
      sums[axis] = direction.sum
    }
    mean = cloud.mean
    self.axes = axes
    self.scores = scores
    explainedVariance = sums.map { $0 / Double(max(1, count - 1)) }
    explainedRatio = sums.map { total > 0 ? $0 / total : 0 }
  }

  /// A principal direction with the sum of its squared scores. Its sign is arbitrary.
  private struct Direction {
    let axis: [Double]
    let scores: [Double]
    let sum: Double
  }

  /// At most two directions, that of largest variance first, and the sum of squares along all. A direction without
  /// variance is left out.
  private static func directions(
    of cloud: PointCloud
  ) throws(Failure) -> (directions: [Direction], total: Double) {
    let isGram = cloud.count <= max(1, cloud.width)
    let matrix = isGram ? cloud.gramMatrix() : cloud.scatterMatrix(), total = matrix.trace
    guard total.isFinite else { throw .notFinite }
    let pairs: [SymmetricMatrix.Eigenpair]
    do { pairs = try matrix.largest(2) } catch { throw .notSolved(info: error.info) }
    // A smaller eigenvalue comes from the rounding of sums, not from variance.
    let directions = pairs.filter { $0.value > 1e-12 * total }.map { pair in
      guard isGram else {
        return Direction(axis: pair.vector, scores: cloud.scores(along: pair.vector), sum: pair.value)
      }
      let length = pair.value.squareRoot()
      return Direction(
        axis: cloud.combination(pair.vector.map { $0 / length }), scores: pair.vector.map { $0 * length },
        sum: pair.value)
    }
    return (directions, total)
  }

  /// New points [n][D] in the plane.
  package func project(_ points: [Float]) -> [Point] {
    let width = mean.count
    return (0..<points.count / max(1, width)).map { row in
      var score = Point.zero
      for column in 0..<width {
        let value = Double(points[row * width + column]) - mean[column]
        score.x += value * axes[0][column]
        score.y += value * axes[1][column]
      }
      return score
    }
  }

  /// Turns (and, where that fits better, mirrors) the axes within the plane so that the fitted points lie nearest to
  /// where they lay in the frame before: a picture that is fitted again and again does not jump. `previous` are the
  /// same points in the same order; with another number of them nothing happens. Explained variances stay those of the
  /// principal directions.
  package mutating func align(to previous: [Point]) {
    guard previous.count == scores.count, let turn = PlaneTurn(from: scores, to: previous) else { return }
    scores = scores.map(turn.apply)
    for column in mean.indices {
      let turned = turn.apply(Point(axes[0][column], axes[1][column]))
      axes[0][column] = turned.x
      axes[1][column] = turned.y
    }
  }
}

/// The orthogonal 2×2 matrix Q that brings points S nearest to points P, ‖S Q − P‖ least: orthogonal Procrustes. With
/// M = SᵀP it maximizes tr(QᵀM); of the best rotation and the best reflection the better is taken.
struct PlaneTurn {
  private let first: SIMD2<Double>
  private let second: SIMD2<Double>

  /// nil when nothing is told about it: all points at 0.
  init?(from points: [SIMD2<Double>], to others: [SIMD2<Double>]) {
    var m = (a: 0.0, b: 0.0, c: 0.0, d: 0.0)
    for (s, p) in zip(points, others) {
      m.a += s.x * p.x
      m.b += s.x * p.y
      m.c += s.y * p.x
      m.d += s.y * p.y
    }
    // Q = [c −s; s c] gives tr(QᵀM) = c(a + d) + s(c − b); Q = [c s; s −c] gives c(a − d) + s(b + c).
    let rotation = SIMD2(m.a + m.d, m.c - m.b), reflection = SIMD2(m.a - m.d, m.b + m.c)
    let lengths = ((rotation * rotation).sum().squareRoot(), (reflection * reflection).sum().squareRoot())
    guard max(lengths.0, lengths.1) > 0 else { return nil }
    if lengths.0 >= lengths.1 {
      let turn = rotation / lengths.0
      (first, second) = (SIMD2(turn.x, -turn.y), SIMD2(turn.y, turn.x))
    } else {
      let turn = reflection / lengths.1
      (first, second) = (SIMD2(turn.x, turn.y), SIMD2(turn.y, -turn.x))
    }
  }

  /// A row vector times Q.
  func apply(_ point: SIMD2<Double>) -> SIMD2<Double> { point.x * first + point.y * second }
}
