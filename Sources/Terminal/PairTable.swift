/// Numbers the pairs of colors in the order of their first use. Pair 0 is the terminal's default.
package struct PairTable: Sendable {
  /// A foreground and a background; -1 is the terminal's default.
  package struct Pair: Sendable, Hashable {
    package var foreground: Int32
    package var background: Int32
    package init(_ foreground: Int32, on background: Int32) {
      self.foreground = foreground
      self.background = background
    }
  }

  private let capacity: Int
  private var numbers: [Pair: Int32] = [Pair(-1, on: -1): 0]

  /// Numbers 0 to `capacity` - 1.
  package init(capacity: Int) { self.capacity = capacity }

  /// True when there is room for few more pairs; never in a table that is small anyway.
  package var isNearlyFull: Bool { capacity >= 1024 && numbers.count > capacity - capacity / 4 }

  /// The number of a pair; calls `reserve` once for each new pair. When all numbers are taken, it drops the background,
  /// and then the foreground.
  package mutating func number(of pair: Pair, reserve: (Int32, Pair) -> Void) -> Int32 {
    if let number = numbers[pair] { return number }
    guard numbers.count < capacity else { return numbers[Pair(pair.foreground, on: -1)] ?? 0 }
    let number = Int32(numbers.count)
    numbers[pair] = number
    reserve(number, pair)
    return number
  }
}
