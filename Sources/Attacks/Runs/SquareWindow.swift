import Tensors

/// Where Square's random decisions come from: a random stream or a recording.
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

/// A square part of all channels of an image.
package struct SquareWindow {
  let side: Int
  let row: Int
  let column: Int

  /// A random place. As in the reference, a window smaller than the image never touches the last row and column, unless
  /// `touchesEnd`.
  init(side: Int, in shape: Shape, touchesEnd: Bool, _ draws: inout any SquareDraws) {
    self.side = side
    let extra = touchesEnd ? 1 : 0
    row = draws.below(max(1, shape.height - side + extra))
    column = draws.below(max(1, shape.width - side + extra))
  }

  /// The first index of each of its rows, in one channel or all.
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
