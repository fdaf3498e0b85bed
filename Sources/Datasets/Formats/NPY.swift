/// One array of numpy's `.npy` format, versions 1 to 3: a header that is a Python dictionary, then the elements.
///
/// Numbers of either byte order, in C or Fortran order. Objects are refused, never unpickled.
struct NPY {
  /// Why an array cannot be read, in words that follow its name.
  struct Failure: Error {
    let reason: String
  }

  /// What an element is.
  enum Kind: Character {
    case unsigned = "u"
    case signed = "i"
    case float = "f"
  }

  /// The dimensions.
  let shape: [Int]
  /// What an element is.
  let kind: Kind
  /// Bytes of an element.
  let size: Int
  /// Elements between neighbors along each dimension.
  let strides: [Int]
  private let isBigEndian: Bool
  let bytes: [UInt8]
  let start: Int

  /// Reads the header and checks that the elements are all there. Throws `Failure`.
  init(_ bytes: [UInt8]) throws {
    guard bytes.count >= 10, Array(bytes[..<6]) == [0x93] + Array("NUMPY".utf8) else {
      throw Failure(reason: "is not a .npy array: wrong magic")
    }
    guard (1...3).contains(bytes[6]) else { throw Failure(reason: "has the unknown .npy version \(bytes[6])") }
    let lengthSize = bytes[6] == 1 ? 2 : 4
    guard bytes.count >= 8 + lengthSize else { throw Failure(reason: "is cut inside its header") }
    let length = (0..<lengthSize).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
    let start = 8 + lengthSize + length
    guard start <= bytes.count else { throw Failure(reason: "is cut inside its header") }
    var header = NPYHeader(bytes[(8 + lengthSize)..<start])
    try header.parse()

    let type = Array(header.type)
    guard type.count >= 3, let kind = Kind(rawValue: type[1]), let size = Int(String(type[2...])),
      [1, 2, 4, 8].contains(size), kind != .float || size >= 2
    else {
      let what = header.type.hasSuffix("O") ? "Python objects ('\(header.type)')" : "type '\(header.type)'"
      throw Failure(reason: "holds \(what); give plain numbers of 1 to 8 bytes")
    }
    guard "<>|=".contains(type[0]) else { throw Failure(reason: "has the unknown byte order '\(type[0])'") }
    self.bytes = bytes
    self.start = start
    self.kind = kind
    self.size = size
    isBigEndian = type[0] == ">"
    shape = header.shape
    let promised = try Self.byteCount(header.shape, size), held = bytes.count - start
    guard held == promised else {
      throw Failure(
        reason: "is \(Self.described(header.shape)) of \(size) bytes each, the data are "
          + (held < promised ? "\(promised - held) bytes short" : "\(held - promised) bytes longer"))
    }
    var strides = Array(repeating: 1, count: shape.count)
    if promised == 0 {
      // Nothing will be read, and the products of what is left may overflow.
      strides = Array(repeating: 0, count: shape.count)
    } else if header.isFortran {
      for axis in shape.indices.dropFirst() { strides[axis] = strides[axis - 1] * shape[axis - 1] }
    } else {
      for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    }
    self.strides = strides
  }

  /// The element at a place counted in elements, whatever its type.
  func number(_ place: Int) -> Double {
    switch (kind, size) {
    case (.float, 2): Double(Float(halfPrecision: UInt16(bits(place))))
    case (.float, 4): Double(Float(bitPattern: UInt32(bits(place))))
    case (.float, _): Double(bitPattern: bits(place))
    case (.unsigned, _): Double(bits(place))
    case (.signed, _): Double(integer(place) ?? 0)
    }
  }

  /// The whole number at a place; nil when it is no whole number that fits.
  func integer(_ place: Int) -> Int? {
    switch kind {
    case .float: return nil
    case .unsigned: return Int(exactly: bits(place))
    case .signed:
      let unused = 64 - 8 * size
      return Int(Int64(bitPattern: bits(place) << unused) >> unused)
    }
  }

  private func bits(_ place: Int) -> UInt64 {
    let first = start + place * size
    var value: UInt64 = 0
    for offset in 0..<size {
      value = value << 8 | UInt64(bytes[isBigEndian ? first + offset : first + size - 1 - offset])
    }
    return value
  }

  private static func byteCount(_ shape: [Int], _ size: Int) throws -> Int {
    var count = size
    for dimension in shape {
      guard dimension >= 0 else { throw Failure(reason: "has the negative dimension \(dimension)") }
      let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
      guard !overflow else { throw Failure(reason: "is \(described(shape)), more than any file holds") }
      count = product
    }
    return count
  }

  private static func described(_ shape: [Int]) -> String {
    shape.isEmpty ? "a single number" : shape.map(String.init).joined(separator: "×")
  }
}
