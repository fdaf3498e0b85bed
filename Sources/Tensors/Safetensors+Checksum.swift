import CZlib
import Foundation

/// The checksum of a file's contents, which our checkpoints carry: a bit that flipped on the disk is found, whoever
/// reads the file. It covers what is in the file, not how it is written down, so another program may save it again.
extension Safetensors {
  /// The metadata key: the CRC-32 in eight hexadecimal digits.
  package static let checksumKey = "crc32"

  /// CRC-32 of names, types, shapes, bytes and metadata, sorted by name.
  package var checksum: String {
    var sum = crc32(0, nil, 0)
    func add(_ data: Data) {
      data.withUnsafeBytes { raw in
        sum = crc32_z(sum, raw.bindMemory(to: UInt8.self).baseAddress, raw.count)
      }
    }
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      add(Data("\(name)\0\(tensor.type.rawValue)\(tensor.shape)\0".utf8))
      add(tensor.bytes)
    }
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) where key != Self.checksumKey {
      add(Data("\(key)\0\(value)\0".utf8))
    }
    let digits = String(sum, radix: 16)
    return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
  }

  /// Stores the checksum of the contents so far.
  package mutating func seal() { metadata[Self.checksumKey] = checksum }

  /// False when the file carries a checksum and has other contents. A tensor that cannot be read cannot be checked.
  package var isIntact: Bool {
    guard let stated = metadata[Self.checksumKey], unreadable.isEmpty else { return true }
    return stated == checksum
  }
}
