/// The smallest move from a point onto a hyperplane within the box [0, 1]^D. ALGORITHMS §5; Croce and Hein 2020 (FAB).
///
/// The hyperplane is w·u = b; with the gap c = w·t − b of a point t (w turned so that c ≥ 0), w·u must fall by c. Pixel i
/// moves by −sign(wᵢ)·min(λ, rᵢ) in ℓ∞ and −sign(wᵢ)·min(λ|wᵢ|, rᵢ) in ℓ2, where rᵢ is its room up to the wall. The fall
/// G(λ) is concave and piecewise linear, so Newton's steps from λ = 0 climb to G(λ) = c without passing it and are exact
/// as soon as no further pixel meets its wall. If even the corner falls short, the move goes to the corner: λ = ∞.
package struct BoxProjection {
  private let norm: Norm
  private let side: Double
  /// λ; ∞ when the hyperplane is out of reach.
  package let lambda: Double
  /// The norm of the move.
  package let length: Double

  /// From `point` [count], with normal `normal` and gap c = w·t − b.
  package init(
    _ norm: Norm, from point: UnsafePointer<Float>, normal: UnsafePointer<Float>, gap: Double, count: Int
  ) {
    self.norm = norm
    side = gap < 0 ? -1 : 1
    lambda = Self.solve(norm, point, normal, abs(gap), gap < 0 ? -1 : 1, count)
    var largest = 0.0, sum = 0.0
    for i in 0..<count {
      let size = Self.size(norm, lambda, point[i], side * Double(normal[i]))
      largest = max(largest, size)
      sum += size * size
    }
    length = norm == .linf ? largest : sum.squareRoot()
  }

  /// How far a pixel at `t` with normal component `w` moves.
  package func move(_ t: Float, _ w: Float) -> Double {
    let w = side * Double(w)
    let size = Self.size(norm, lambda, t, w)
    return w > 0 ? -size : size
  }

  private static func size(_ norm: Norm, _ lambda: Double, _ t: Float, _ w: Double) -> Double {
    let room = room(norm, t, w)
    guard lambda < .infinity else { return room }
    return min(norm == .linf ? lambda : lambda * abs(w), room)
  }

  /// How far the pixel can go against w. In ℓ2 components below 1e-8 count as zero.
  private static func room(_ norm: Norm, _ t: Float, _ w: Double) -> Double {
    if norm == .l2 && abs(w) < 1e-8 { return 0 }
    return w > 0 ? Double(t) : w < 0 ? 1 - Double(t) : 0
  }

  private static func solve(
    _ norm: Norm, _ point: UnsafePointer<Float>, _ normal: UnsafePointer<Float>, _ gap: Double, _ side: Double,
    _ count: Int
  ) -> Double {
    var lambda = 0.0
    while true {
      // What pixels at their wall contribute, and the slope of the others.
      var atWall = 0.0, slope = 0.0
      for i in 0..<count {
        let w = side * Double(normal[i]), size = abs(w), room = room(norm, point[i], w)
        let reach = norm == .linf ? lambda : lambda * size
        if reach >= room { atWall += size * room } else { slope += norm == .linf ? size : size * size }
      }
      guard slope > 0 else { return gap == 0 ? lambda : .infinity }
      let next = (gap - atWall) / slope
      guard next > lambda else { return lambda }
      lambda = next
    }
  }
}
