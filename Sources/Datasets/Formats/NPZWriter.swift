import CZlib
import Foundation
import Tensors

/// Writes arrays as numpy's `savez` does: a zip archive of stored `.npy` members, C order, little-endian.
package struct NPZWriter {
  private var archive = Data()
  private var directory = Data()
  private var members = 0

  /// An archive without members.
  package init() {}

  /// Adds a float32 array. Throws `DataError` when the archive would be larger than 4 GiB.
  package mutating func add(_ name: String, shape: [Int], floats: [Float]) throws {
    try add(name, type: "<f4", shape: shape, floats.map { $0.bitPattern.littleEndian })
  }

  /// Adds an int64 array. Throws `DataError`.
  package mutating func add(_ name: String, shape: [Int], integers: [Int]) throws {
    try add(name, type: "<i8", shape: shape, integers.map { Int64($0).littleEndian })
  }

  /// Adds a text as an array of bytes: `bytes(f[name]).decode()` in Python. Throws `DataError`.
  package mutating func add(_ name: String, text: String) throws {
    let bytes = Array(text.utf8)
    try add(name, type: "|u1", shape: [bytes.count], bytes)
  }

  /// Writes the archive atomically. Throws `FileError`.
  package func write(to url: URL) throws {
    var data = archive + directory
    data.append(little: 0x0605_4B50, 4)
    for value in [0, 0, members, members] { data.append(little: value, 2) }
    data.append(little: directory.count, 4)
    data.append(little: archive.count, 4)
    data.append(little: 0, 2)
    try AtomicFile.write(data, to: url)
  }

  /// CRC-32 as zip has it.
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var sum = crc32(0, nil, 0), place = 0
    bytes.withUnsafeBufferPointer { bytes in
      while place < bytes.count {
        let count = min(bytes.count - place, 1 << 30)
        sum = crc32(sum, bytes.baseAddress.map { $0 + place }, UInt32(count))
        place += count
      }
    }
    return UInt32(truncatingIfNeeded: sum)
  }

  private mutating func add<Element>(_ name: String, type: String, shape: [Int], _ elements: [Element]) throws {
    precondition(shape.reduce(1, *) == elements.count, "the shape of \(name) does not fit its elements")
    // A tuple of one number needs its comma in Python.
    let tuple = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(tuple)), }"
    // Numpy aligns the elements to 64 bytes; 10 bytes stand before the header, a newline ends it.
    header += String(repeating: " ", count: (64 - (10 + header.utf8.count + 1) % 64) % 64) + "\n"
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    bytes += [UInt8(header.utf8.count & 0xFF), UInt8(header.utf8.count >> 8)] + Array(header.utf8)
    elements.withUnsafeBytes { bytes.append(contentsOf: $0) }

    let file = Array("\(name).npy".utf8), offset = archive.count
    guard offset + bytes.count + directory.count < 0xFFFF_0000 else {
      throw DataError("\(name): the archive would be larger than 4 GiB; use fewer images with --limit")
    }
    // Version, flags, method, time, date, CRC-32, sizes, lengths of name and extra field: the same in both headers.
    var common = Data()
    for value in [20, 0, 0, 0, 0x21] { common.append(little: value, 2) }
    common.append(little: Int(Self.checksum(bytes)), 4)
    for _ in 0..<2 { common.append(little: bytes.count, 4) }
    for value in [file.count, 0] { common.append(little: value, 2) }

    archive.append(little: 0x0403_4B50, 4)
    archive.append(common)
    archive.append(contentsOf: file)
    archive.append(contentsOf: bytes)
    directory.append(little: 0x0201_4B50, 4)
    directory.append(little: 20, 2)
    directory.append(common)
    for value in [0, 0, 0] { directory.append(little: value, 2) }
    directory.append(little: 0, 4)
    directory.append(little: offset, 4)
    directory.append(contentsOf: file)
    members += 1
  }
}

extension Data {
  fileprivate mutating func append(little value: Int, _ count: Int) {
    for place in 0..<count { append(UInt8(truncatingIfNeeded: value >> (8 * place))) }
  }
}
