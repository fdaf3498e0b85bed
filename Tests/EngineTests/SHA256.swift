import Foundation

/// SHA-256 (FIPS 180-4), for tests that hold bytes against a recorded digest.
enum SHA256 {
  /// The digest in hexadecimal.
  static func digest(_ data: Data) -> String {
    var state: [UInt32] = fractions(of: \.squareRoot, count: 8)
    let padding = (119 - data.count % 64) % 64
    var message = [UInt8](data) + [0x80] + [UInt8](repeating: 0, count: padding)
    message += (0..<8).map { UInt8(truncatingIfNeeded: (data.count * 8) >> (56 - 8 * $0)) }
    let constants = fractions(of: \.cubeRoot, count: 64)
    for start in stride(from: 0, to: message.count, by: 64) {
      compress(message[start..<start + 64], constants, into: &state)
    }
    return state.map { String(format: "%08x", $0) }.joined()
  }

  private static func compress(_ block: ArraySlice<UInt8>, _ constants: [UInt32], into state: inout [UInt32]) {
    var words = stride(from: block.startIndex, to: block.endIndex, by: 4).map { place in
      block[place..<place + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }
    for t in 16..<64 {
      let a = words[t - 15], b = words[t - 2]
      let small = turned(a, 7) ^ turned(a, 18) ^ a >> 3, large = turned(b, 17) ^ turned(b, 19) ^ b >> 10
      words.append(words[t - 16] &+ small &+ words[t - 7] &+ large)
    }
    var (a, b, c, d, e, f, g, h) = (
      state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]
    )
    for t in 0..<64 {
      let first = h &+ (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) &+ (e & f ^ ~e & g) &+ constants[t] &+ words[t]
      let second = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) &+ (a & b ^ a & c ^ b & c)
      (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
    }
    for (place, value) in [a, b, c, d, e, f, g, h].enumerated() { state[place] &+= value }
  }

  private static func turned(_ word: UInt32, _ bits: UInt32) -> UInt32 { word >> bits | word << (32 - bits) }

  /// The first 32 bits of the fractional parts of roots of the first primes.
  private static func fractions(of root: KeyPath<Root, Double>, count: Int) -> [UInt32] {
    let primes = (2...).lazy.filter { n in !(2..<n).contains { n % $0 == 0 } }.prefix(count)
    return primes.map { prime in
      let value = Root(prime: Double(prime))[keyPath: root]
      return UInt32((value - value.rounded(.down)) * 4_294_967_296)
    }
  }

  private struct Root {
    let prime: Double
    var squareRoot: Double { prime.squareRoot() }
    var cubeRoot: Double { cbrt(prime) }
  }
}
