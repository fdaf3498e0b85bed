/// What a random stream is for; part of its key, so that no two uses ever share numbers.
package enum RandomPurpose: UInt32, Sendable {
  case weights = 1, order, attackStart, augmentation, dataPatterns, dataTrain, dataTest, validationSplit
  case evaluationStart, test
  case recalibration = 32
}

/// A counter-based random stream: Philox4x32-10 (Salmon et al., SC 2011).
///
/// The numbers are a pure function of (seed, purpose, step, example, draw): they never depend on the batch an example
/// is in, on the order of work or on the number of threads.
package struct RandomStream: Sendable {
  private let key: (UInt32, UInt32)
  private var counter: (UInt32, UInt32, UInt32, UInt32)
  private var block: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
  private var used = 4

  /// The stream for one purpose, step and example of a run, and one of several tries (restarts) at it.
  package init(seed: UInt32, purpose: RandomPurpose, step: UInt32 = 0, example: UInt32 = 0, attempt: UInt32 = 0) {
    key = (seed, purpose.rawValue)
    counter = (0, attempt, example, step)
  }

  /// 32 random bits.
  package mutating func bits() -> UInt32 {
    if used == 4 {
      block = RandomStream.philox(counter, key)
      counter.0 &+= 1
      used = 0
    }
    defer { used += 1 }
    switch used {
    case 0: return block.0
    case 1: return block.1
    case 2: return block.2
    default: return block.3
    }
  }

  /// Uniform in [0, 1), 24 bits.
  package mutating func uniform() -> Float { Float(bits() >> 8) * 0x1p-24 }

  /// Uniform in [low, high).
  package mutating func uniform(_ low: Float, _ high: Float) -> Float { low + (high - low) * uniform() }

  /// Uniform in 0 ..< bound, without bias (Lemire's multiplication with rejection). `bound` must be positive.
  package mutating func below(_ bound: UInt32) -> UInt32 {
    precondition(bound > 0, "an empty range has no random element")
    let threshold = (0 &- bound) % bound
    while true {
      let product = UInt64(bits()) * UInt64(bound)
      if UInt32(truncatingIfNeeded: product) >= threshold { return UInt32(product >> 32) }
    }
  }

  /// Standard normal (Box and Muller; one of the pair is used, so that draws stay countable).
  package mutating func normal() -> Float {
    let radius = (-2 * logarithm(Double(bits() | 1) * 0x1p-32)).squareRoot()
    return Float(radius * cosine(2 * .pi * Double(bits()) * 0x1p-32))
  }

  /// A random order of 0 ..< count (Fisher and Yates).
  package mutating func permutation(_ count: Int) -> [Int] {
    var order: [Int] = []
    permute(count, into: &order)
    return order
  }

  /// The same, in an array's own memory where it has enough.
  package mutating func permute(_ count: Int, into order: inout [Int]) {
    order.removeAll(keepingCapacity: true)
    order.append(contentsOf: 0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) { order.swapAt(last, Int(below(UInt32(last + 1)))) }
  }

  /// Ten rounds of Philox 4×32.
  package static func philox(
    _ counter: (UInt32, UInt32, UInt32, UInt32), _ key: (UInt32, UInt32)
  ) -> (UInt32, UInt32, UInt32, UInt32) {
    var (c0, c1, c2, c3) = counter
    var (k0, k1) = key
    for _ in 0..<10 {
      let first = UInt64(0xD251_1F53) * UInt64(c0), second = UInt64(0xCD9E_8D57) * UInt64(c2)
      (c0, c1, c2, c3) = (
        UInt32(second >> 32) ^ c1 ^ k0, UInt32(truncatingIfNeeded: second),
        UInt32(first >> 32) ^ c3 ^ k1, UInt32(truncatingIfNeeded: first)
      )
      k0 &+= 0x9E37_79B9
      k1 &+= 0xBB67_AE85
    }
    return (c0, c1, c2, c3)
  }
}
