import Tensors

/// Where Square's random decisions come from: a random stream, or a recording.
package protocol SquareDraws {
  /// +1 or −1.
  mutating func sign() -> Float
  /// Uniform in 0 ..< bound.
  mutating func below(_ bound: Int) -> Int
}

extension RandomStream: SquareDraws {
  package mutating func sign() -> Float { bits() & 1 == 0 ? 1 : -1 }
  package mutating func below(_ bound: Int) -> Int { Int(below(UInt32(bound))) }
}

/// Square attack on one image (Andriushchenko et al. 2020): random search with the logits alone. ALGORITHMS §6.
///
/// Every query changes a square window of the best point so far and keeps the change if the margin z_y − max_{k≠y} z_k
/// falls, or is not positive. The window shrinks along a fixed schedule.
package final class SquareRun: AttackRun {
  private let problem: AttackProblem
  private let queries: Int
  private let restarts: Int
  private let initialShare: Double
  private let scheduleLength: Int?
  private let keepsQuirks: Bool
  private var draws: any SquareDraws

  private let memory: Storage
  private let candidate, best: UnsafeMutablePointer<Float>
  private var changed: SquareWindow?
  private var isBroken = false

  package private(set) var isDone = false
  package private(set) var tally = RunTally()
  /// The margin at the best point.
  package private(set) var margin = Double.infinity

  /// A run of `square` with the settings of `spec`; `draws` nil: from the problem's random numbers.
  package init(_ problem: AttackProblem, _ spec: AttackSpec, draws: (any SquareDraws)? = nil) {
    self.problem = problem
    queries = spec.iterations
    restarts = spec.restarts
    initialShare = spec.initialShare
    scheduleLength = spec.rescalesSchedule ? spec.iterations : nil
    keepsQuirks = spec.keepsQuirks
    self.draws = draws ?? problem.random(0)
    memory = Storage(count: 2 * problem.pixels)
    candidate = memory.pointer
    best = candidate + problem.pixels
    begin()
  }

  package var point: UnsafePointer<Float> { UnsafePointer(candidate) }
  package var found: UnsafePointer<Float>? { isBroken ? UnsafePointer(best) : nil }
  /// The point of the smallest margin.
  package var bestPoint: UnsafePointer<Float> { UnsafePointer(best) }

  private func begin() {
    tally.iteration = 0
    margin = .infinity
    changed = nil
    switch problem.norm {
    case .linf: startLinf()
    case .l2: SquareL2.start(candidate, problem, &draws)
    }
  }

  package func see(_ logits: UnsafePointer<Float>) -> Int {
    tally.forwards += 1
    var other = -Float.infinity
    for k in 0..<problem.classes where k != problem.label { other = max(other, logits[k]) }
    let here = Double(logits[problem.label]) - Double(other)
    if here < margin || here <= 0 {
      margin = here
      copyChange(from: candidate, to: best)
    } else {
      copyChange(from: best, to: candidate)
    }
    if here <= 0 {
      isBroken = true
      isDone = true
    } else if !proposeChange() {
      tally.attempt += 1
      isDone = tally.attempt == restarts
      if !isDone {
        draws = problem.random(tally.attempt)
        begin()
      }
    }
    return 0
  }

  package func setCotangent(_ number: Int, _ cotangent: UnsafeMutablePointer<Float>) {}
  package func take(_ number: Int, _ gradient: UnsafePointer<Float>) {}
  package func advance() {}

  /// Goes on to the next query that changes the point; false when none is left. A query that leaves every pixel as it is
  /// would be refused, its margin being the same; it counts, but needs no pass.
  private func proposeChange() -> Bool {
    while tally.iteration < queries {
      let share = Self.share(iteration: tally.iteration, initial: initialShare, rescaledTo: scheduleLength)
      tally.iteration += 1
      tally.iterations += 1
      switch problem.norm {
      case .linf:
        if proposeLinf(share) { return true }
      case .l2:
        SquareL2.propose(candidate, from: best, share: share, problem, keepsQuirks: keepsQuirks, &draws)
        return true
      }
    }
    return false
  }

  /// Makes `to` equal to `from`, where only the last change sets them apart.
  private func copyChange(from: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>) {
    guard let changed else {
      to.update(from: from, count: problem.pixels)
      return
    }
    changed.eachRow(problem.shape) { place in (to + place).update(from: from + place, count: changed.side) }
  }

  // MARK: ℓ∞

  /// Vertical stripes: a sign per channel and column.
  private func startLinf() {
    let shape = problem.shape
    for channel in 0..<shape.channels {
      for column in 0..<shape.width {
        let shift = problem.epsilon * draws.sign()
        for row in 0..<shape.height {
          let place = channel * shape.pixels + row * shape.width + column
          candidate[place] = clip01(problem.image[place] + shift)
        }
      }
    }
  }

  /// One window, of one sign per channel: 2ε there and back into the ball makes it the image ± ε. False when nothing
  /// changes.
  private func proposeLinf(_ share: Double) -> Bool {
    let shape = problem.shape
    var changes = false
    let window = SquareWindow(
      side: Self.linfSide(share, shape), in: shape, touchesEnd: !keepsQuirks, &draws)
    for channel in 0..<shape.channels {
      let shift = 2 * problem.epsilon * draws.sign()
      window.eachRow(shape, channel: channel) { place in
        for i in place..<place + window.side {
          let x = problem.image[i]
          candidate[i] = clip01(min(max(best[i] + shift, x - problem.epsilon), x + problem.epsilon))
          if candidate[i] != best[i] { changes = true }
        }
      }
    }
    changed = window
    return changes
  }

  // MARK: the schedule

  /// The share of pixels in a window at an iteration counted from 0.
  package static func share(iteration: Int, initial: Double, rescaledTo queries: Int? = nil) -> Double {
    let iteration = queries.map { iteration * 10_000 / $0 } ?? iteration
    let halvings = [10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000].count { iteration > $0 }
    return initial / Double(1 << halvings)
  }

  /// The window's side in ℓ∞: √(p·H·W), rounded with halves to even, at least 1, at most the image.
  package static func linfSide(_ share: Double, _ shape: Shape) -> Int {
    let side = (share * Double(shape.pixels)).squareRoot().rounded(.toNearestOrEven)
    return min(max(Int(side), 1), shape.height, shape.width)
  }
}

/// A square part of all channels of an image.
package struct SquareWindow {
  let side: Int
  let row: Int
  let column: Int

  /// A random place. As in the reference a window smaller than the image never touches the last row and column, unless
  /// `touchesEnd`.
  init(side: Int, in shape: Shape, touchesEnd: Bool, _ draws: inout any SquareDraws) {
    self.side = side
    let extra = touchesEnd ? 1 : 0
    row = draws.below(max(1, shape.height - side + extra))
    column = draws.below(max(1, shape.width - side + extra))
  }

  /// The first place of each of its rows, in one channel or all.
  func eachRow(_ shape: Shape, channel: Int? = nil, _ body: (_ place: Int) -> Void) {
    for channel in channel.map({ $0..<$0 + 1 }) ?? 0..<shape.channels {
      for row in row..<row + side { body(channel * shape.pixels + row * shape.width + column) }
    }
  }

  /// Whether a pixel is inside.
  func contains(row: Int, column: Int) -> Bool {
    (self.row..<self.row + side).contains(row) && (self.column..<self.column + side).contains(column)
  }
}
