import Foundation

/// The frame of a record in TensorFlow's files.
package enum TFRecord {
  /// The record: its length in eight bytes, the masked checksum of these, the bytes, and theirs. Little-endian.
  package static func frame(_ bytes: Data) -> Data {
    let length = littleEndian(UInt64(bytes.count))
    return length + littleEndian(CRC32C.masked(length)) + bytes + littleEndian(CRC32C.masked(bytes))
  }

  private static func littleEndian(_ number: some FixedWidthInteger) -> Data {
    withUnsafeBytes(of: number.littleEndian) { Data($0) }
  }
}
