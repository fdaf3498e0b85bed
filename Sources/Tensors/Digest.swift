/// 64-bit FNV-1a: tells data apart, and is the same on every machine.
package struct Digest: Sendable, Hashable {
  /// The digest of what was added so far.
  package private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  package init() {}

  /// Adds a byte, a bit pattern or a number.
  package mutating func add(_ word: UInt64) { value = (value ^ word) &* 0x100_0000_01b3 }

  /// Adds the bits of every value in turn.
  package mutating func add(_ values: some Sequence<Float>) {
    for value in values { add(UInt64(value.bitPattern)) }
  }

  /// Sixteen hexadecimal digits.
  package var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
