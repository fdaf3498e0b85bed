/// A plane through a cloud of points: mean and the two directions of largest variance. ALGORITHMS §11.3; paper Fig. 1.
///
/// Fitted by the Gram route, K = X_c X_cᵀ: with n points in D ≫ n dimensions only an n×n matrix is decomposed. With
/// K e = λ e a point's score is eᵀX_c(x − mean)/√λ, which for the fitted points is √λ·e.
package struct PrincipalPlane: Sendable, Hashable {
  /// A point in the plane.
  package typealias Point = SIMD2<Double>

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
  package init(_ points: [Float], count: Int) {
    precondition(count > 0 && points.count % count == 0, "\(points.count) numbers are not \(count) points")
    let width = points.count / count
    var mean = [Double](repeating: 0, count: width)
    for row in 0..<count {
      for column in 0..<width { mean[column] += Double(points[row * width + column]) }
    }
    for column in 0..<width { mean[column] /= Double(count) }
    let gram = SymmetricMatrix(gramOf: points, n: count, mean: mean), trace = gram.trace
    var pairs = gram.largest(2).map { pair in
      // Rounding of the sums, not variance.
      pair.value > 1e-12 * trace
        ? pair : SymmetricMatrix.Eigenpair(value: 0, vector: [Double](repeating: 0, count: count))
    }
    while pairs.count < 2 { pairs.append(.init(value: 0, vector: [Double](repeating: 0, count: count))) }
    var axes: [[Double]] = [], scores = [Point](repeating: .zero, count: count)
    for (axis, pair) in pairs.enumerated() {
      let extreme = pair.vector.max { abs($0) < abs($1) } ?? 0
      let sign: Double = extreme < 0 ? -1 : 1
      var direction = [Double](repeating: 0, count: width)
      for row in 0..<count {
        scores[row][axis] = sign * pair.value.squareRoot() * pair.vector[row]
        let weight = pair.value > 0 ? sign * pair.vector[row] / pair.value.squareRoot() : 0
        for column in 0..<width { direction[column] += weight * (Double(points[row * width + column]) - mean[column]) }
      }
      axes.append(direction)
    }
    self.mean = mean
    self.axes = axes
    self.scores = scores
    explainedVariance = pairs.map { $0.value / Double(max(1, count - 1)) }
    explainedRatio = pairs.map { trace > 0 ? $0.value / trace : 0 }
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
  /// where they lay in the frame before: a picture that is fitted again and again does not jump. `previous` are the same
  /// points in the same order; with another number of them nothing happens. Explained variances stay those of the
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
/// M = SᵀP it maximises tr(QᵀM); of the best rotation and the best reflection the better is taken.
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
