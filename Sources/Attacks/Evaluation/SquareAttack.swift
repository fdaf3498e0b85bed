import Spelling
import Tensors

/// Square (Andriushchenko et al. 2020): random search that sees only the logits. docs/algorithms.md §6.
package struct SquareAttack: IterativeAttack {
  package static let name = "square"
  package static let summary = "random squares, no gradients, 5000 queries (Andriushchenko et al. 2020)"
  package static let stream = 8
  package static let usesGradients = false

  /// Queries after the first.
  package var iterations: Int
  package var restarts: Int
  /// The initial fraction of pixels in a window.
  package var initialShare: Double
  /// Stretch the schedule of 10 000 queries to `iterations`; AutoAttack does not.
  package var rescalesSchedule: Bool
  /// Keep the reference's quirk: a window smaller than the image never touches the last row and column.
  package var keepsQuirks: Bool

  package init() { self.init(iterations: 5000) }

  package init(
    iterations: Int = 5000, restarts: Int = 1, initialShare: Double = 0.8, rescalesSchedule: Bool = false,
    keepsQuirks: Bool = true
  ) {
    self.iterations = iterations
    self.restarts = restarts
    self.initialShare = initialShare
    self.rescalesSchedule = rescalesSchedule
    self.keepsQuirks = keepsQuirks
  }

  package static let usualTitle = "Square"
  package var details: [String] { ["windows from \(Fraction.decimal(initialShare)) of the pixels"] }

  package func passes(classes: Int) -> (forwards: Int, backwards: Int) { (restarts * (iterations + 1), 0) }

  package func check() throws(EvaluationError) {
    try require(["iterations": iterations, "restarts": restarts])
    try require(share: initialShare, "initial share")
  }

  package func makeRun(_ problem: AttackProblem) -> SquareRun { SquareRun(problem, self) }
}

// MARK: the schedule

extension SquareAttack {
  /// The fraction of pixels in a window at an iteration, counted from 0.
  package func share(iteration: Int) -> Double {
    let iteration = rescalesSchedule ? iteration * 10_000 / iterations : iteration
    let halvings = [10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000].count { iteration > $0 }
    return initialShare / Double(1 << halvings)
  }

  /// The window's side in ℓ∞: √(p·H·W), rounded with halves to even, at least 1, at most the image.
  package static func linfSide(_ share: Double, _ shape: Shape) -> Int {
    let side = (share * Double(shape.pixels)).squareRoot().rounded(.toNearestOrEven)
    return min(max(Int(side), 1), shape.height, shape.width)
  }
}

// MARK: the run

/// Square on one image. Every query changes a square window of the best point so far, and keeps the change if the
/// margin z_y − max_{k≠y} z_k falls or is not positive. The window shrinks along a fixed schedule.
package final class SquareRun: AttackRun {
  private let problem: AttackProblem
  private let attack: SquareAttack
  private let earlier: Earlier?
  private var draws: any SquareDraws

  private let memory: Storage
  private let candidate, best: UnsafeMutablePointer<Float>
  private var changed: SquareWindow?
  private var isBroken = false

  package private(set) var isDone = false
  package private(set) var tally = RunTally()
  /// The margin at the best point.
  package private(set) var margin = Double.infinity

  /// Where an earlier run on the same image ended, at other weights.
  package struct Earlier {
    /// Its best point [C][H][W]; copied.
    let point: UnsafePointer<Float>
    /// Its queries.
    let queries: Int
    /// The window does not shrink any more after this many queries.
    let cap: Int

    package init(point: UnsafePointer<Float>, queries: Int, cap: Int) {
      self.point = point
      self.queries = queries
      self.cap = cap
    }
  }

  /// A run with these settings. Without `draws` it uses the problem's random numbers. It goes on from `earlier`, whose
  /// margin it measures again.
  package init(
    _ problem: AttackProblem, _ attack: SquareAttack, from earlier: Earlier? = nil, draws: (any SquareDraws)? = nil
  ) {
    self.problem = problem
    self.attack = attack
    self.earlier = earlier
    self.draws = draws ?? problem.random(earlier?.queries ?? 0)
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
    if let earlier {
      candidate.update(from: earlier.point, count: problem.pixels)
      return
    }
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
      isDone = tally.attempt == attack.restarts
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

  /// Proceeds to the next query that changes the point; false if none is left. A query that changes no pixel has the
  /// same margin and would be rejected, so it counts but needs no pass.
  private func proposeChange() -> Bool {
    while tally.iteration < attack.iterations {
      let share = attack.share(iteration: earlier.map { min($0.queries + tally.iteration, $0.cap) } ?? tally.iteration)
      tally.iteration += 1
      tally.iterations += 1
      switch problem.norm {
      case .linf:
        if proposeLinf(share) { return true }
      case .l2:
        SquareL2.propose(candidate, from: best, share: share, problem, keepsQuirks: attack.keepsQuirks, &draws)
        return true
      }
    }
    return false
  }

  /// Makes `to` equal to `from`; they differ only in the last change.
  private func copyChange(from: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>) {
    guard let changed else {
      to.update(from: from, count: problem.pixels)
      return
    }
    changed.eachRow(problem.shape) { place in (to + place).update(from: from + place, count: changed.side) }
  }

  // MARK: ℓ∞

  /// Vertical stripes: one sign per channel and column.
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

  /// One window with one sign per channel. A shift of 2ε projected into the ball makes it the image ± ε. False if
  /// nothing changes.
  private func proposeLinf(_ share: Double) -> Bool {
    let shape = problem.shape
    var changes = false
    let window = SquareWindow(
      side: SquareAttack.linfSide(share, shape), in: shape, touchesEnd: !attack.keepsQuirks, &draws)
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
}
