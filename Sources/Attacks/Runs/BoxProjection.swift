/// The smallest move from a point onto a hyperplane within the box [0, 1]^D. ALGORITHMS §5; Croce and Hein 2020 (FAB).
///
/// The hyperplane is w·u = b; with the gap c = w·t − b of a point t (w turned so that c ≥ 0), w·u must fall by c. Pixel i
/// moves by −sign(wᵢ)·min(λ, rᵢ) in ℓ∞ and −sign(wᵢ)·min(λ|wᵢ|, rᵢ) in ℓ2, where rᵢ is its room up to the wall. The fall
/// G(λ) is concave and piecewise linear, so Newton's steps from λ = 0 climb to G(λ) = c without passing it and are exact
/// as soon as no further pixel meets its wall. If even the corner falls short, the move goes to the corner: λ = ∞.
package struct BoxProjection {
  private typealias Four = SIMD4<Double>

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
    let side: Double = gap < 0 ? -1 : 1
    self.side = side
    // |w| and r, four pixels at a time, padded with pixels that do not count.
    let groups = (count + 3) / 4
    (lambda, length) = withUnsafeTemporaryAllocation(of: Four.self, capacity: 2 * groups) { buffer in
      for group in 0..<groups {
        var size = Four.zero, room = Four.zero
        for lane in 0..<min(4, count - 4 * group) {
          let w = side * Double(normal[4 * group + lane])
          size[lane] = abs(w)
          room[lane] = Self.room(norm, point[4 * group + lane], w)
        }
        buffer.initializeElement(at: group, to: size)
        buffer.initializeElement(at: groups + group, to: room)
      }
      let sizes = buffer[..<groups], rooms = buffer[groups...]
      let lambda = Self.solve(norm, sizes, rooms, abs(gap))
      return (lambda, Self.length(norm, sizes, rooms, lambda))
    }
  }

  /// How far a pixel at `t` with normal component `w` moves.
  package func move(_ t: Float, _ w: Float) -> Double {
    let w = side * Double(w), room = Self.room(norm, t, w)
    let size = lambda < .infinity ? min(norm == .linf ? lambda : lambda * abs(w), room) : room
    return w > 0 ? -size : size
  }

  /// How far the pixel can go against w. In ℓ2 components below 1e-8 count as zero.
  private static func room(_ norm: Norm, _ t: Float, _ w: Double) -> Double {
    if norm == .l2 && abs(w) < 1e-8 { return 0 }
    return w > 0 ? Double(t) : w < 0 ? 1 - Double(t) : 0
  }

  private static func solve(
    _ norm: Norm, _ sizes: Slice<UnsafeMutableBufferPointer<Four>>, _ rooms: Slice<UnsafeMutableBufferPointer<Four>>,
    _ gap: Double
  ) -> Double {
    var lambda = 0.0
    while true {
      // What pixels at their wall contribute, and the slope of the others.
      var atWall = Four.zero, slope = Four.zero
      for (size, room) in zip(sizes, rooms) {
        let reach = norm == .linf ? Four(repeating: lambda) : lambda * size
        let isAtWall = reach .>= room
        atWall += (size * room).replacing(with: 0, where: .!isAtWall)
        slope += (norm == .linf ? size : size * size).replacing(with: 0, where: isAtWall)
      }
      guard slope.sum() > 0 else { return gap == 0 ? lambda : .infinity }
      let next = (gap - atWall.sum()) / slope.sum()
      guard next > lambda else { return lambda }
      lambda = next
    }
  }

  private static func length(
    _ norm: Norm, _ sizes: Slice<UnsafeMutableBufferPointer<Four>>, _ rooms: Slice<UnsafeMutableBufferPointer<Four>>,
    _ lambda: Double
  ) -> Double {
    var largest = Four.zero, sum = Four.zero
    for (size, room) in zip(sizes, rooms) {
      let reach = norm == .linf ? Four(repeating: lambda) : lambda * size
      let move = lambda < .infinity ? pointwiseMin(reach, room) : room
      largest = pointwiseMax(largest, move)
      sum += move * move
    }
    return norm == .linf ? largest.max() : sum.sum().squareRoot()
  }
}
