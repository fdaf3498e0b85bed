import Attacks
import Networks
import Tensors

/// Random decisions of Square with a stream for signs and one for places, so that two attacks that ask for them in
/// another order of the two get the same.
struct TwoStreams: SquareDraws {
  private var signs: RandomStream
  private var places: RandomStream

  init(seed: UInt32) {
    signs = RandomStream(seed: seed, purpose: .test)
    places = RandomStream(seed: seed, purpose: .test, step: 1)
  }

  mutating func sign() -> Float { signs.bits() & 1 == 0 ? 1 : -1 }
  mutating func below(_ bound: Int) -> Int { Int(places.below(UInt32(bound))) }
}

/// Square in ℓ2 written out from docs/algorithms.md §6, in double, on whole images and with masks for windows.
struct SquareL2Reference {
  private let channels, height, width: Int
  private let image: [Double]
  private let epsilon: Double
  private var draws: TwoStreams
  private var best: [Double] = []
  private var margin = Double.infinity
  private var iteration = 0
  /// How many queries made the margin smaller.
  private(set) var accepted = 0

  init(_ image: [Float], _ shape: Shape, epsilon: Float, draws: TwoStreams) {
    (channels, height, width) = (shape.channels, shape.height, shape.width)
    self.image = image.map(Double.init)
    self.epsilon = Double(epsilon)
    self.draws = draws
  }

  private func place(_ channel: Int, _ row: Int, _ column: Int) -> Int { (channel * height + row) * width + column }

  private func squares(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 } }

  // MARK: patterns

  /// R(a, b): a cell at distance m from the middle one (the larger of rows and columns) is in the squares of radius m
  /// and more, and every square of radius n adds 1/(n + 1)².
  private func peak(_ rows: Int, _ columns: Int) -> [[Double]] {
    let largest = max(rows / 2, columns / 2)
    let cells = (0..<rows).map { row in
      (0..<columns).map { column in
        let distance = max(abs(row - rows / 2), abs(column - columns / 2))
        return (0...largest).reduce(0.0) { $1 < distance ? $0 : $0 + 1 / Double(($1 + 1) * ($1 + 1)) }
      }
    }
    let norm = squares(cells.flatMap { $0 }).squareRoot()
    return cells.map { $0.map { $0 / norm } }
  }

  /// η(s), transposed after a draw of −1.
  private mutating func pattern(_ side: Int) -> [[Double]] {
    let upper = side / 2
    var cells = peak(upper, side)
    for row in peak(side - upper, side) { cells.append(row.map { -$0 }) }
    let norm = squares(cells.flatMap { $0 }).squareRoot()
    let isTransposed = draws.sign() < 0
    return (0..<side).map { row in
      (0..<side).map { column in (isTransposed ? cells[column][row] : cells[row][column]) / norm }
    }
  }

  // MARK: queries

  /// The first query: a grid of patterns of side ⌊H/5⌋ of random signs, for images that are no higher than wide.
  mutating func start() -> [Float] {
    let side = max(1, height / 5), offset = max(0, (height - 5 * side) / 2)
    var delta = image.map { _ in 0.0 }
    for tileRow in 0..<height / side {
      for tileColumn in 0..<width / side {
        let cells = pattern(side), signs = (0..<channels).map { _ in Double(draws.sign()) }
        for (row, values) in cells.enumerated() {
          for (column, value) in values.enumerated() {
            let (y, x) = (offset + tileRow * side + row, offset + tileColumn * side + column)
            guard y < height, x < width else { continue }
            for channel in 0..<channels { delta[place(channel, y, x)] += signs[channel] * value }
          }
        }
      }
    }
    return query(delta)
  }

  /// The share of pixels in a window, of 5000 queries.
  private var share: Double {
    switch iteration {
    case ...10: 0.8
    case ...50: 0.4
    case ...200: 0.2
    case ...500: 0.1
    default: 0.05
    }
  }

  /// The next query: W₂'s mass and a part of what the ball leaves go into W₁.
  mutating func next() -> [Float] {
    var side = max(Int((share * Double(height * width)).squareRoot().rounded(.toNearestOrEven)), 3)
    if side % 2 == 0 { side += 1 }
    side = min(side, height, width)
    iteration += 1
    let first = window(side), second = window(side), cells = pattern(side)
    var delta = zip(best, image).map { $0 - $1 }
    let room = max(epsilon * epsilon - squares(delta), 0) / Double(channels)
    for channel in 0..<channels {
      let sign = Double(draws.sign())
      func mass(_ isInside: (Int, Int) -> Bool) -> Double {
        var sum = 0.0
        for row in 0..<height {
          for column in 0..<width where isInside(row, column) {
            sum += delta[place(channel, row, column)] * delta[place(channel, row, column)]
          }
        }
        return sum
      }
      let held = mass { first.contains($0, $1) }.squareRoot()
      let budget = (room + mass { first.contains($0, $1) || second.contains($0, $1) }).squareRoot()
      let v = (0..<side).map { row in
        (0..<side).map { column in
          sign * cells[row][column] + delta[place(channel, first.row + row, first.column + column)] / (held + 1e-12)
        }
      }
      let length = squares(v.flatMap { $0 }).squareRoot()
      for row in 0..<side {
        for column in 0..<side { delta[place(channel, second.row + row, second.column + column)] = 0 }
      }
      for row in 0..<side {
        for column in 0..<side {
          delta[place(channel, first.row + row, first.column + column)] = v[row][column] * budget / (length + 1e-12)
        }
      }
    }
    return query(delta)
  }

  private struct Window {
    let row, column, side: Int
    func contains(_ y: Int, _ x: Int) -> Bool { y >= row && y < row + side && x >= column && x < column + side }
  }

  /// Of the reference's places, which leave the last row and column out.
  private mutating func window(_ side: Int) -> Window {
    let row = draws.below(max(1, height - side))
    return Window(row: row, column: draws.below(max(1, width - side)), side: side)
  }

  /// clip01(x + ε·δ/‖δ‖).
  private func query(_ delta: [Double]) -> [Float] {
    let length = squares(delta).squareRoot() + 1e-12
    return zip(image, delta).map { Float(min(max($0 + epsilon * $1 / length, 0), 1)) }
  }

  /// Keeps a query whose margin is smaller than that of the best one.
  mutating func take(_ point: [Float], margin here: Double) {
    guard here < margin else { return }
    if margin < .infinity { accepted += 1 }
    margin = here
    best = point.map(Double.init)
  }
}
