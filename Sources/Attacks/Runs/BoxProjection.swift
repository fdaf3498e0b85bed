/// The smallest move from a point onto a hyperplane within the box [0, 1]^D. docs/algorithms.md §5; Croce and Hein 2020
/// (FAB).
///
/// The hyperplane is w·u = b; with the gap c = w·t − b of a point t (w turned so that c ≥ 0), w·u must fall by c. Pixel
/// i moves by −sign(wᵢ)·min(λ, rᵢ) in ℓ∞ and −sign(wᵢ)·min(λ|wᵢ|, rᵢ) in ℓ2, where rᵢ is its distance to the wall. The
/// fall G(λ) is concave and piecewise linear, so Newton steps from λ = 0 climb to G(λ) = c without passing it, and are
/// exact once no further pixel reaches its wall. If even the corner falls short, the move ends in the corner: λ = ∞.
package struct BoxProjection {
  private let norm: BallNorm
  private let side: Double
  /// λ; ∞ if the hyperplane is out of reach.
  package let lambda: Double
  /// The norm of the move.
  package let length: Double

  /// From `point` [count], with normal `normal` and gap c = w·t − b.
  package init(
    _ norm: BallNorm, from point: UnsafePointer<Float>, normal: UnsafePointer<Float>, gap: Double, count: Int
  ) {
    self.norm = norm
    let side: Double = gap < 0 ? -1 : 1
    self.side = side
    // |w| and r, four pixels at a time; the last four are padded with pixels that don't count.
    let groups = (count + 3) / 4
    (lambda, length) = withUnsafeTemporaryAllocation(of: Four.self, capacity: 2 * groups) { buffer in
      guard let sizes = buffer.baseAddress else { return (0, 0) }
      let rooms = sizes + groups
      for group in 0..<groups {
        let w = side * Four(normal, group, of: count)
        (sizes + group).initialize(to: w.magnitudes)
        (rooms + group).initialize(to: Self.room(norm, Four(point, group, of: count), w))
      }
      let pixels = Pixels(norm: norm, sizes: sizes, rooms: rooms, groups: groups)
      let lambda = pixels.lambda(gap: abs(gap))
      return (lambda, pixels.length(lambda))
    }
  }

  /// How far four pixels at `t` with normal components `w` move.
  func move(_ t: Four, _ w: Four) -> Four {
    let w = side * w, room = Self.room(norm, t, w)
    let size = lambda < .infinity ? room.lowered(to: Self.reach(norm, lambda, w.magnitudes)) : room
    return size.replacing(with: -size, where: w .> 0)
  }

  /// How far a pixel at `t` with normal component `w` moves.
  package func move(_ t: Float, _ w: Float) -> Double {
    move(Four(repeating: Double(t)), Four(repeating: Double(w)))[0]
  }

  /// How far pixels can move against w. In ℓ2, components below 1e-8 count as zero.
  private static func room(_ norm: BallNorm, _ t: Four, _ w: Four) -> Four {
    let room = t.replacing(with: 1 - t, where: w .< 0)
    return room.replacing(with: 0, where: norm == .l2 ? w.magnitudes .< 1e-8 : w .== 0)
  }

  /// How far λ sends pixels with components of these sizes.
  fileprivate static func reach(_ norm: BallNorm, _ lambda: Double, _ sizes: Four) -> Four {
    norm == .linf ? Four(repeating: lambda) : lambda * sizes
  }
}

/// All pixels of a projection, in groups of four: |w| and the distance to the wall.
private struct Pixels {
  let norm: BallNorm
  let sizes: UnsafePointer<Four>
  let rooms: UnsafePointer<Four>
  let groups: Int

  /// The λ at which w·u has fallen by `gap`; ∞ if the corner comes first.
  func lambda(gap: Double) -> Double {
    var lambda = 0.0
    while true {
      // What pixels at their wall contribute, and the slope of the others.
      var atWall = Four.zero, slope = Four.zero
      for group in 0..<groups {
        let size = sizes[group], room = rooms[group]
        let isAtWall = BoxProjection.reach(norm, lambda, size) .>= room
        atWall += (size * room).replacing(with: 0, where: .!isAtWall)
        slope += (norm == .linf ? size : size * size).replacing(with: 0, where: isAtWall)
      }
      guard slope.sum() > 0 else { return gap == 0 ? lambda : .infinity }
      let next = (gap - atWall.sum()) / slope.sum()
      guard next > lambda else { return lambda }
      lambda = next
    }
  }

  /// The norm of the move.
  func length(_ lambda: Double) -> Double {
    var largest = Four.zero, sum = Four.zero
    for group in 0..<groups {
      let room = rooms[group]
      let move = lambda < .infinity ? room.lowered(to: BoxProjection.reach(norm, lambda, sizes[group])) : room
      largest.replace(with: move, where: move .> largest)
      sum += move * move
    }
    return norm == .linf ? largest.max() : sum.sum().squareRoot()
  }
}

/// Four pixels, in double.
typealias Four = SIMD4<Double>

extension SIMD4<Double> {
  /// Pixels 4·group … 4·group + 3 of `count`; those past the last one are 0.
  @inline(__always)
  init(_ pixels: UnsafePointer<Float>, _ group: Int, of count: Int) {
    let first = 4 * group
    if first + 4 <= count {
      self.init(UnsafeRawPointer(pixels + first).loadUnaligned(as: SIMD4<Float>.self))
    } else {
      self = .zero
      for lane in 0..<count - first { self[lane] = Double(pixels[first + lane]) }
    }
  }

  /// Writes them back as `init` reads them.
  @inline(__always)
  func store(_ pixels: UnsafeMutablePointer<Float>, _ group: Int, of count: Int) {
    let first = 4 * group, values = SIMD4<Float>(self)
    if first + 4 <= count {
      UnsafeMutableRawPointer(pixels + first).storeBytes(of: values, as: SIMD4<Float>.self)
    } else {
      for lane in 0..<count - first { pixels[first + lane] = values[lane] }
    }
  }

  /// Their absolute values.
  var magnitudes: Self { replacing(with: -self, where: self .< 0) }

  /// The smaller of each pair; of `limit` where they are equal.
  @inline(__always)
  func lowered(to limit: Self) -> Self { limit.replacing(with: self, where: self .< limit) }
}
