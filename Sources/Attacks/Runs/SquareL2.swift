import Tensors

/// Square's moves in ℓ2: they take the perturbation's mass from one window and put it into another, as a pattern with a
/// peak of either sign. docs/algorithms.md §6.
package enum SquareL2 {
  /// η(s), [s][s], of norm 1: a peak above its negative.
  package static func pattern(side: Int) -> [Double] {
    let upper = side / 2
    let values = peak(rows: upper, columns: side) + peak(rows: side - upper, columns: side).map { -$0 }
    return normalized(values)
  }

  /// R(a, b), [a][b], of norm 1: for n = 0, 1, … the square of radius n around the middle cell gains 1/(n + 1)².
  package static func peak(rows: Int, columns: Int) -> [Double] {
    var values = [Double](repeating: 0, count: rows * columns)
    for n in 0...max(rows / 2, columns / 2) {
      for row in max(0, rows / 2 - n)..<max(0, min(rows, rows / 2 + n + 1)) {
        for column in max(0, columns / 2 - n)..<min(columns, columns / 2 + n + 1) {
          values[row * columns + column] += 1 / Double((n + 1) * (n + 1))
        }
      }
    }
    return normalized(values)
  }

  private static func normalized(_ values: [Double]) -> [Double] {
    let length = values.reduce(0.0) { $0 + $1 * $1 }.squareRoot()
    return length > 0 ? values.map { $0 / length } : values
  }

  /// η(s), or its transpose with probability ½.
  private static func drawnPattern(_ side: Int, _ draws: inout any SquareDraws) -> [Double] {
    let values = pattern(side: side)
    guard draws.sign() < 0 else { return values }
    return (0..<side * side).map { values[($0 % side) * side + $0 / side] }
  }

  /// A grid of patterns of side ⌊H/5⌋, scaled to the sphere, with a sign per tile and channel.
  static func start(_ point: UnsafeMutablePointer<Float>, _ problem: AttackProblem, _ draws: inout any SquareDraws) {
    let shape = problem.shape, side = max(1, min(shape.height, shape.width) / 5)
    let offset = max(0, (shape.height - 5 * side) / 2)
    var delta = [Double](repeating: 0, count: shape.planarCount)
    for tileRow in 0..<shape.height / side {
      for tileColumn in 0..<shape.width / side {
        let values = drawnPattern(side, &draws)
        let top = offset + tileRow * side, left = offset + tileColumn * side
        for channel in 0..<shape.channels {
          let sign = Double(draws.sign())
          for row in top..<max(top, min(top + side, shape.height)) {
            for column in left..<max(left, min(left + side, shape.width)) {
              delta[channel * shape.pixels + row * shape.width + column] +=
                sign * values[(row - top) * side + column - left]
            }
          }
        }
      }
    }
    place(delta, point, problem)
  }

  /// Moves the mass of window W₂ into W₁, channel by channel: v = ±η(s) + δ|W₁/‖δ|W₁‖, scaled to what both held plus a
  /// share of what the ball leaves.
  static func propose(
    _ point: UnsafeMutablePointer<Float>, from best: UnsafePointer<Float>, share: Double, _ problem: AttackProblem,
    keepsQuirks: Bool, _ draws: inout any SquareDraws
  ) {
    let shape = problem.shape
    let side = side(share, shape)
    let to = SquareWindow(side: side, in: shape, touchesEnd: !keepsQuirks, &draws)
    let from = SquareWindow(side: side, in: shape, touchesEnd: !keepsQuirks, &draws)
    let values = drawnPattern(side, &draws)
    var delta = (0..<shape.planarCount).map { Double(best[$0]) - Double(problem.image[$0]) }
    let room = max(Double(problem.epsilon) * Double(problem.epsilon) - delta.reduce(0.0) { $0 + $1 * $1 }, 0)
    for channel in 0..<shape.channels {
      let sign = Double(draws.sign())
      moveMass(
        &delta, shape, channel: channel, from: from, to: to, pattern: values.map { sign * $0 },
        room: room / Double(shape.channels))
    }
    place(delta, point, problem)
  }

  /// The same for one channel of the perturbation; `room` is the channel's share of what the ball leaves.
  private static func moveMass(
    _ delta: inout [Double], _ shape: Shape, channel: Int, from: SquareWindow, to: SquareWindow, pattern: [Double],
    room: Double
  ) {
    let side = to.side
    var held = 0.0, heldBoth = 0.0
    to.eachRow(shape, channel: channel) { for i in $0..<$0 + side { held += delta[i] * delta[i] } }
    for row in 0..<shape.height {
      for column in 0..<shape.width
      where to.contains(row: row, column: column) || from.contains(row: row, column: column) {
        let value = delta[channel * shape.pixels + row * shape.width + column]
        heldBoth += value * value
      }
    }
    var new = pattern, next = 0, length = 0.0
    to.eachRow(shape, channel: channel) { place in
      for i in place..<place + side {
        new[next] += delta[i] / (held.squareRoot() + 1e-12)
        length += new[next] * new[next]
        next += 1
      }
    }
    let scale = (room + heldBoth).squareRoot() / (length.squareRoot() + 1e-12)
    from.eachRow(shape, channel: channel) { for i in $0..<$0 + side { delta[i] = 0 } }
    next = 0
    to.eachRow(shape, channel: channel) { place in
      for i in place..<place + side {
        delta[i] = scale * new[next]
        next += 1
      }
    }
  }

  /// The window's side: √(p·H·W) rounded, at least 3, odd, at most the image.
  package static func side(_ share: Double, _ shape: Shape) -> Int {
    let side = max(Int((share * Double(shape.pixels)).squareRoot().rounded(.toNearestOrEven)), 3)
    return min(side % 2 == 0 ? side + 1 : side, shape.height, shape.width)
  }

  /// clip01(x + ε·δ/(‖δ‖ + 1e-12)).
  private static func place(_ delta: [Double], _ point: UnsafeMutablePointer<Float>, _ problem: AttackProblem) {
    let length = delta.reduce(0.0) { $0 + $1 * $1 }.squareRoot() + 1e-12
    for i in 0..<problem.pixels {
      point[i] = clip01(Float(Double(problem.image[i]) + Double(problem.epsilon) * delta[i] / length))
    }
  }
}
