/// SHA-256 (FIPS 180-4) of bytes that come in pieces.
package struct SHA256 {
  private var state: [UInt32]
  private var rest: [UInt8] = []
  private var count: UInt64 = 0
  private var words = [UInt32](repeating: 0, count: 64)

  package init() { state = Self.initial }

  /// Adds the next bytes.
  package mutating func add(_ bytes: UnsafeRawBufferPointer) {
    count += UInt64(bytes.count)
    var place = 0
    if !rest.isEmpty {
      place = min(64 - rest.count, bytes.count)
      rest.append(contentsOf: bytes[..<place])
      guard rest.count == 64 else { return }
      let block = rest
      block.withUnsafeBytes { compress($0, 0) }
      rest.removeAll(keepingCapacity: true)
    }
    while bytes.count - place >= 64 {
      compress(bytes, place)
      place += 64
    }
    rest.append(contentsOf: bytes[place...])
  }

  /// The digest of all that was added, in hexadecimal.
  package func digest() -> String {
    var copy = self
    let bits = count &* 8
    let padding = [0x80] + [UInt8](repeating: 0, count: (119 - Int(count % 64)) % 64)
    let length = (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * UInt64($0))) }
    (padding + length).withUnsafeBytes { copy.add($0) }
    return copy.state.map { word in
      let text = String(word, radix: 16)
      return String(repeating: "0", count: 8 - text.count) + text
    }.joined()
  }

  private mutating func compress(_ bytes: UnsafeRawBufferPointer, _ start: Int) {
    words.withUnsafeMutableBufferPointer { words in
      for t in 0..<16 {
        words[t] = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: start + 4 * t, as: UInt32.self))
      }
      for t in 16..<64 {
        let a = words[t - 15], b = words[t - 2]
        let small = Self.turned(a, 7) ^ Self.turned(a, 18) ^ a >> 3
        let large = Self.turned(b, 17) ^ Self.turned(b, 19) ^ b >> 10
        words[t] = words[t - 16] &+ small &+ words[t - 7] &+ large
      }
    }
    var (a, b, c, d, e, f, g, h) = (
      state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]
    )
    Self.constants.withUnsafeBufferPointer { constants in
      for t in 0..<64 {
        let sum = Self.turned(e, 6) ^ Self.turned(e, 11) ^ Self.turned(e, 25)
        let first = h &+ sum &+ (e & f ^ ~e & g) &+ constants[t] &+ words[t]
        let second = (Self.turned(a, 2) ^ Self.turned(a, 13) ^ Self.turned(a, 22)) &+ (a & b ^ a & c ^ b & c)
        (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
      }
    }
    for (place, value) in [a, b, c, d, e, f, g, h].enumerated() { state[place] &+= value }
  }

  @inline(__always)
  private static func turned(_ word: UInt32, _ bits: UInt32) -> UInt32 { word >> bits | word << (32 - bits) }

  /// The first 32 bits of the fractional parts of the square and cube roots of the first primes.
  private static let primes = (2...311).filter { n in !(2..<n).contains { n.isMultiple(of: $0) } }
  private static let initial = primes.prefix(8).map { fraction(of: Double($0).squareRoot()) }
  private static let constants = primes.map { prime in
    // Newton's step takes the last error out of the estimate.
    var root = 1.0
    for _ in 0..<200 { root -= (root * root * root - Double(prime)) / (3 * root * root) }
    return fraction(of: root)
  }
  private static func fraction(of value: Double) -> UInt32 { UInt32((value - value.rounded(.down)) * 4_294_967_296) }
}
