/// A compiled terminfo entry, as term(5) describes it: names, flags, numbers, strings, and the same once more for
/// capabilities that have no fixed place.
package struct TerminfoEntry: Sendable {
  private var names: [UInt8]
  private var flags: [UInt8]
  private var numbers: [Int32]
  /// A string each; nil where there is none.
  private var strings: [[UInt8]?]
  private var extendedFlags: [(name: [UInt8], value: UInt8)] = []
  private var extendedNumbers: [(name: [UInt8], value: Int32)] = []
  private var extendedStrings: [(name: [UInt8], value: [UInt8]?)] = []

  /// Places of the capabilities that matter here.
  private static let maxColors = 13, maxPairs = 14, setForeground = 359, setBackground = 360

  /// Numbers have 16 bits in entries with the first sign, and 32 in those with the second.
  private static let signs = (short: 0o432, long: 0o1036)

  /// Reads a compiled entry; nil when it is damaged.
  package init?(_ bytes: [UInt8]) {
    var reader = Reader(bytes: bytes)
    guard let sign = reader.short(), sign == Self.signs.short || sign == Self.signs.long else { return nil }
    let isLong = sign == Self.signs.long
    guard let header = reader.shorts(5), header.allSatisfy({ $0 >= 0 }), let names = reader.take(header[0]),
      let flags = reader.take(header[1])
    else { return nil }
    reader.align()
    guard let numbers = reader.numbers(header[2], isLong: isLong), let offsets = reader.shorts(header[3]),
      let table = reader.take(header[4])
    else { return nil }
    (self.names, self.flags, self.numbers) = (names, flags, numbers)
    strings = offsets.map { Reader.string(table, at: $0) }
    reader.align()
    guard !reader.isAtEnd else { return }
    guard readExtensions(&reader, isLong: isLong) else { return nil }
  }

  private mutating func readExtensions(_ reader: inout Reader, isLong: Bool) -> Bool {
    guard let header = reader.shorts(5), header.allSatisfy({ $0 >= 0 }), let flags = reader.take(header[0]) else {
      return false
    }
    reader.align()
    let count = header[0] + header[1] + header[2]
    guard let numbers = reader.numbers(header[1], isLong: isLong), let offsets = reader.shorts(header[2]),
      let nameOffsets = reader.shorts(count), let table = reader.take(header[4])
    else { return false }
    let values = offsets.map { Reader.string(table, at: $0) }
    // Names follow the values.
    let end = zip(offsets, values).map { $0 + ($1.map { $0.count + 1 } ?? 0) }.filter { $0 > 0 }.max() ?? 0
    let names = nameOffsets.compactMap { Reader.string(table, at: end + $0) }
    guard names.count == count else { return false }
    extendedFlags = zip(names, flags).map { ($0, $1) }
    extendedNumbers = zip(names.dropFirst(header[0]), numbers).map { ($0, $1) }
    extendedStrings = zip(names.dropFirst(header[0] + header[1]), values).map { ($0, $1) }
    return true
  }

  /// How many colors the terminal has; 0 for none.
  package var colors: Int { numbers.count > Self.maxColors ? Int(max(0, numbers[Self.maxColors])) : 0 }

  /// The same terminal with 24-bit colors: number 0 … 7 is a named color, any other one 0xRRGGBB.
  package var withDirectColor: TerminfoEntry {
    var entry = self
    while entry.numbers.count <= Self.maxPairs { entry.numbers.append(-1) }
    while entry.strings.count <= Self.setBackground { entry.strings.append(nil) }
    entry.numbers[Self.maxColors] = 0x100_0000
    entry.numbers[Self.maxPairs] = 0x7FFF
    entry.strings[Self.setForeground] = Self.setter("3")
    entry.strings[Self.setBackground] = Self.setter("4")
    entry.extendedFlags.removeAll { $0.name == Array("RGB".utf8) }
    entry.extendedFlags.append((Array("RGB".utf8), 1))
    return entry
  }

  /// With semicolons, which more terminals understand than the standard's colons.
  private static func setter(_ plane: String) -> [UInt8] {
    let rgb = "\(plane)8;2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;%p1%{255}%&%d"
    return Array("\u{1B}[%?%p1%{8}%<%t\(plane)%p1%d%e\(rgb)%;m".utf8)
  }

  // MARK: writing

  /// The compiled entry, with 32-bit numbers.
  package var bytes: [UInt8] {
    var writer = Writer()
    let (offsets, table) = Writer.table(strings)
    writer.shorts([Self.signs.long, names.count, flags.count, numbers.count, strings.count, table.count])
    writer.bytes += names + flags
    writer.align()
    writer.numbers(numbers)
    writer.shorts(offsets)
    writer.bytes += table
    writer.align()
    let (valueOffsets, values) = Writer.table(extendedStrings.map(\.value))
    let allNames = extendedFlags.map(\.name) + extendedNumbers.map(\.name) + extendedStrings.map(\.name)
    let (nameOffsets, nameTable) = Writer.table(allNames)
    writer.shorts([
      extendedFlags.count, extendedNumbers.count, extendedStrings.count, extendedStrings.count + allNames.count,
      values.count + nameTable.count,
    ])
    writer.bytes += extendedFlags.map(\.value)
    writer.align()
    writer.numbers(extendedNumbers.map(\.value))
    writer.shorts(valueOffsets + nameOffsets)
    writer.bytes += values + nameTable
    return writer.bytes
  }

  private struct Writer {
    var bytes: [UInt8] = []

    mutating func align() { if bytes.count % 2 == 1 { bytes.append(0) } }

    mutating func shorts(_ values: [Int]) {
      for value in values { bytes += [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)] }
    }

    mutating func numbers(_ values: [Int32]) {
      for value in values { for place in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * place))) } }
    }

    /// Strings one behind the other, each ended by 0, and where each begins.
    static func table(_ strings: [[UInt8]?]) -> (offsets: [Int], bytes: [UInt8]) {
      var bytes: [UInt8] = []
      let offsets = strings.map { string -> Int in
        guard let string else { return -1 }
        defer { bytes += string + [0] }
        return bytes.count
      }
      return (offsets, bytes)
    }
  }

  private struct Reader {
    let bytes: [UInt8]
    var place = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { place >= bytes.count }

    mutating func align() { if place % 2 == 1 { place += 1 } }

    mutating func take(_ count: Int) -> [UInt8]? {
      guard count >= 0, place + count <= bytes.count else { return nil }
      defer { place += count }
      return Array(bytes[place..<place + count])
    }

    mutating func short() -> Int? { shorts(1)?.first }

    mutating func shorts(_ count: Int) -> [Int]? {
      guard count >= 0, let taken = take(2 * count) else { return nil }
      return (0..<count).map { Int(Int16(truncatingIfNeeded: Int(taken[2 * $0]) | Int(taken[2 * $0 + 1]) << 8)) }
    }

    mutating func numbers(_ count: Int, isLong: Bool) -> [Int32]? {
      guard isLong else { return shorts(count)?.map(Int32.init) }
      guard let taken = take(4 * count) else { return nil }
      return (0..<count).map { index in
        (0..<4).reduce(Int32(0)) { $0 | Int32(bitPattern: UInt32(taken[4 * index + $1]) << UInt32(8 * $1)) }
      }
    }

    /// The string that begins at a place of a table; nil when there is none.
    static func string(_ table: [UInt8], at place: Int) -> [UInt8]? {
      guard place >= 0, place < table.count else { return nil }
      return Array(table[place...].prefix { $0 != 0 })
    }
  }
}
