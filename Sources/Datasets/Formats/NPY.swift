import Tensors

/// One array of numpy's `.npy` format, versions 1 to 3: a header that is a Python dictionary, then the elements.
///
/// Numbers of either byte order, in C or Fortran order. Objects are refused, never unpickled.
struct NPY {
  /// Why an array cannot be read, in words that follow its name.
  struct Failure: Error {
    let reason: String

    /// With what helps, unless the reason has it.
    func helped(by remedy: String) -> String {
      ["--limit", "; save "].contains { reason.contains($0) } ? reason : "\(reason); \(remedy)"
    }
  }

  /// What an element is.
  enum Kind: Character {
    case unsigned = "u"
    case signed = "i"
    case float = "f"
    /// True and false, which count as 1 and 0.
    case boolean = "b"
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

  /// Reads an array whose bytes are `total`, `read` giving the next ones: first the header, which is compared with
  /// `total` before anything is allocated, then the elements. With `rows` only as many elements of the first dimension
  /// are read, where they lie together, and `packed` is the bytes that all of them take in a file. Throws `Failure`,
  /// and what `read` throws.
  init(total: Int, packed: Int, rows: Int? = nil, read: (UnsafeMutableRawPointer, Int) throws -> Void) throws {
    func next(_ count: Int) throws -> [UInt8] {
      try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        if let start = buffer.baseAddress, count > 0 { try read(start, count) }
        filled = count
      }
    }
    guard total >= 10 else { throw Failure(reason: "is not a .npy array: wrong magic") }
    let magic = try next(8)
    guard Array(magic[..<6]) == [0x93] + Array("NUMPY".utf8) else {
      throw Failure(reason: "is not a .npy array: wrong magic")
    }
    guard (1...3).contains(magic[6]) else { throw Failure(reason: "has the unknown .npy version \(magic[6])") }
    let lengthSize = magic[6] == 1 ? 2 : 4
    guard total >= 8 + lengthSize else { throw Failure(reason: "is cut inside its header") }
    let length = try next(lengthSize).reversed().reduce(0) { $0 << 8 | Int($1) }
    let start = 8 + lengthSize + length
    guard start <= total, length <= Self.longestHeader else { throw Failure(reason: "is cut inside its header") }
    var header = NPYHeader(try next(length)[...])
    try header.parse()
    (kind, size, isBigEndian) = try Self.type(header.type)
    shape = header.shape
    let promised = try Self.byteCount(header.shape, size), held = total - start
    guard held == promised else {
      throw Failure(
        reason: "is \(Self.described(header.shape)) of \(size) bytes each, the data are "
          + (held < promised ? "\(promised - held) bytes short" : "\(held - promised) bytes longer"))
    }
    strides = Self.strides(header.shape, isFortran: header.isFortran)
    var wanted = promised
    if let rows, let all = shape.first, all > rows, !header.isFortran || shape.count == 1 {
      wanted = promised / all * max(0, rows)
    }
    try Self.checkMemory(wanted, packed: packed, shape)
    bytes = try next(wanted)
    isWhole = wanted == promised
  }

  /// False when only the first rows were read.
  let isWhole: Bool

  /// Headers are padded to 64 bytes; the names of 32 dimensions fit many times.
  private static let longestHeader = 1 << 16

  private static func type(_ text: String) throws -> (Kind, Int, Bool) {
    let type = Array(text)
    guard type.count >= 3, let kind = Kind(rawValue: type[1]), let size = Int(String(type[2...])),
      [1, 2, 4, 8].contains(size), kind != .float || size >= 2, kind != .boolean || size == 1
    else {
      throw Failure(reason: "holds \(remedy(text))")
    }
    guard "<>|=".contains(type[0]) else { throw Failure(reason: "has the unknown byte order '\(type[0])'") }
    return (kind, size, type[0] == ">")
  }

  /// What elements are that are no numbers, and what helps.
  private static func remedy(_ type: String) -> String {
    switch type.drop(while: { "<>|=".contains($0) }).first {
    case "O":
      "Python objects ('\(type)'); save pixels as float32 and labels as class numbers, as the network counts them"
    case "U", "S":
      "text ('\(type)'); save pixels as float32 and labels as class numbers, as the network counts them (for digits: "
        + "y.astype('int64'))"
    case "c": "complex numbers ('\(type)'); save real ones (.real)"
    case "f": "floats of type '\(type)'; save them as astype('float32')"
    default: "type '\(type)'; save plain numbers of 1 to 8 bytes (astype('float32') or astype('int64'))"
    }
  }

  private static func strides(_ shape: [Int], isFortran: Bool) -> [Int] {
    // Nothing of an empty array is read, and the products of what is left may overflow.
    guard !shape.contains(0) else { return Array(repeating: 0, count: shape.count) }
    var strides = Array(repeating: 1, count: shape.count)
    if isFortran {
      for axis in shape.indices.dropFirst() { strides[axis] = strides[axis - 1] * shape[axis - 1] }
    } else {
      for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    }
    return strides
  }

  /// The elements, and the float32 of each that images become.
  private static func checkMemory(_ bytes: Int, packed: Int, _ shape: [Int]) throws {
    // Images are noisy. What shrinks to half a percent is a trap, or nothing is lost by asking.
    guard bytes <= max(1 << 28, 200 * min(packed, 1 << 40)) else {
      throw Failure(
        reason:
          "is \(described(shape)): it unpacks to \(bytes >> 20) MB from \(packed >> 20) MB, which images never do; "
          + "use fewer with --limit")
    }
    do {
      try AvailableMemory.check(min(bytes, 1 << 60) * 5, for: "it", remedy: "use fewer with --limit")
    } catch { throw Failure(reason: "is \(described(shape)): \(error)") }
  }

  /// The element at a place counted in elements, whatever its type.
  func number(_ place: Int) -> Double {
    switch (kind, size) {
    case (.float, 2): Double(Float(halfPrecision: UInt16(bits(place))))
    case (.float, 4): Double(Float(bitPattern: UInt32(bits(place))))
    case (.float, _): Double(bitPattern: bits(place))
    case (.unsigned, _): Double(bits(place))
    case (.boolean, _): bits(place) == 0 ? 0 : 1
    case (.signed, _): Double(integer(place) ?? 0)
    }
  }

  /// The whole number at a place; nil when it is no whole number that fits.
  func integer(_ place: Int) -> Int? {
    switch kind {
    case .float: return nil
    case .unsigned: return Int(exactly: bits(place))
    case .boolean: return bits(place) == 0 ? 0 : 1
    case .signed:
      let unused = 64 - 8 * size
      return Int(Int64(bitPattern: bits(place) << unused) >> unused)
    }
  }

  private func bits(_ place: Int) -> UInt64 {
    let first = place * size
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
