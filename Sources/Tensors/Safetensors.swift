import Foundation

/// The contents of a `.safetensors` file: named tensors and string metadata.
///
/// The header is checked before anything is believed: its length against the file, every shape against its offsets, and
/// the tensors must cover the data without hole or overlap (format of huggingface/safetensors).
package struct Safetensors: Sendable {
  /// One tensor: element type, shape, little-endian bytes in row-major order.
  package struct Tensor: Sendable, Equatable {
    /// The element type.
    package let type: ElementType
    /// The dimensions; empty for a scalar.
    package let shape: [Int]
    /// The elements.
    package let bytes: Data

    /// Elements as they stand in a file.
    package init(type: ElementType, shape: [Int], bytes: Data) {
      self.type = type
      self.shape = shape
      self.bytes = bytes
    }

    /// Elements in all.
    package var count: Int { shape.reduce(1, *) }
  }

  /// Element types by their names in the header.
  package enum ElementType: String, Sendable, Codable, CaseIterable {
    case bool = "BOOL", uint8 = "U8", int8 = "I8", int16 = "I16", uint16 = "U16", float16 = "F16", bfloat16 = "BF16"
    case int32 = "I32", uint32 = "U32", float32 = "F32", float64 = "F64", int64 = "I64", uint64 = "U64"

    /// Bytes of one element.
    package var size: Int {
      switch self {
      case .bool, .uint8, .int8: 1
      case .int16, .uint16, .float16, .bfloat16: 2
      case .int32, .uint32, .float32: 4
      case .float64, .int64, .uint64: 8
      }
    }
  }

  /// The tensors by name.
  package var tensors: [String: Tensor]
  /// The strings of `__metadata__`.
  package var metadata: [String: String]
  /// Tensors of an element type that is not read here, such as float8, with the type's name: no reason to refuse a file
  /// whose other tensors are enough.
  package internal(set) var unreadable: [String: String] = [:]

  /// Bytes of all tensors.
  package var byteCount: Int { tensors.values.reduce(0) { $0 + $1.bytes.count } }

  /// A file in the making.
  package init(tensors: [String: Tensor] = [:], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }
}

/// What is wrong with a file, in one line: the file, the problem, the remedy where there is one.
package struct FileError: Error, Sendable, CustomStringConvertible {
  /// The line.
  package let description: String
  /// An error with this line.
  package init(_ description: String) { self.description = description }

  /// Why a file cannot be read, after `errno`, and what helps.
  package static func unreadable(_ error: Int32) -> String {
    switch error {
    case ENOENT, ENOTDIR: "no such file; check the path"
    case EACCES, EPERM: "cannot be read (\(String(cString: strerror(error)))); check its permissions"
    default: "cannot be read (\(String(cString: strerror(error)))); check the disk"
    }
  }
}

// MARK: elements

extension Safetensors {
  /// The elements of a float32 tensor.
  package func floats(_ name: String) throws -> [Float] {
    try elements(name, .float32) { Float(bitPattern: UInt32(littleEndian: $0)) }
  }

  /// The elements of an int64 tensor.
  package func integers(_ name: String) throws -> [Int] {
    try elements(name, .int64) { (bits: UInt64) in Int(Int64(bitPattern: UInt64(littleEndian: bits))) }
  }

  /// The elements of an int64, int32 or uint8 tensor: labels, as people save them.
  package func wholeNumbers(_ name: String) throws -> [Int] {
    switch tensors[name]?.type {
    case .uint8: return try bytes(name).map { Int($0) }
    case .int32:
      return try elements(name, .int32) { (bits: UInt32) in Int(Int32(bitPattern: UInt32(littleEndian: bits))) }
    case .int64, nil: return try integers(name)
    case .int8: return try elements(name, .int8) { (bits: UInt8) in Int(Int8(bitPattern: bits)) }
    case .int16:
      return try elements(name, .int16) { (bits: UInt16) in Int(Int16(bitPattern: UInt16(littleEndian: bits))) }
    case .uint16: return try elements(name, .uint16) { (bits: UInt16) in Int(UInt16(littleEndian: bits)) }
    case .uint32: return try elements(name, .uint32) { (bits: UInt32) in Int(UInt32(littleEndian: bits)) }
    case .uint64:
      // What exceeds Int is no class of anything.
      return try elements(name, .uint64) { (bits: UInt64) in Int(clamping: UInt64(littleEndian: bits)) }
    case .some(let type):
      throw FileError("tensor '\(name)' has type \(type.rawValue), expected integers; save it as int64")
    }
  }

  /// The elements of a uint8 tensor.
  package func bytes(_ name: String) throws -> [UInt8] { try elements(name, .uint8) { (byte: UInt8) in byte } }

  private func elements<Bits: FixedWidthInteger, Element>(
    _ name: String, _ type: ElementType, _ convert: (Bits) -> Element
  ) throws -> [Element] {
    guard let tensor = tensors[name] else { throw FileError("no tensor '\(name)'") }
    guard tensor.type == type else {
      throw FileError("tensor '\(name)' has type \(tensor.type.rawValue), expected \(type.rawValue)")
    }
    return tensor.bytes.withUnsafeBytes { raw in
      (0..<tensor.count).map { convert(raw.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Bits>.size, as: Bits.self)) }
    }
  }

  /// Adds a float32 tensor.
  package mutating func add(_ name: String, shape: [Int], floats: [Float]) {
    let bits = floats.map { $0.bitPattern.littleEndian }
    tensors[name] = Tensor(type: .float32, shape: shape, bytes: bits.withUnsafeBytes { Data($0) })
  }

  /// Adds an int64 tensor.
  package mutating func add(_ name: String, shape: [Int], integers: [Int]) {
    var bytes = Data(capacity: integers.count * 8)
    for value in integers { withUnsafeBytes(of: Int64(value).littleEndian) { bytes.append(contentsOf: $0) } }
    tensors[name] = Tensor(type: .int64, shape: shape, bytes: bytes)
  }
}
