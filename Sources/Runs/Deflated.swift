import CZlib
import Foundation

/// Bytes compressed with zlib, as Python's `zlib.decompress` reads them.
enum Deflated {
  /// The compressed bytes.
  static func pack(_ data: Data) -> Data {
    var size = compressBound(UInt(data.count))
    var packed = Data(count: Int(size))
    let status = packed.withUnsafeMutableBytes { target in
      data.withUnsafeBytes { source in
        compress2(
          target.bindMemory(to: UInt8.self).baseAddress, &size, source.bindMemory(to: UInt8.self).baseAddress,
          UInt(source.count), 6)
      }
    }
    return status == Z_OK ? packed.prefix(Int(size)) : Data()
  }

  /// The bytes again; nil when they are damaged or longer than 64 MiB.
  static func unpack(_ data: Data) -> Data? {
    var capacity = max(1 << 12, 8 * data.count)
    while capacity <= 64 << 20 {
      var size = UInt(capacity), result = Data(count: capacity)
      let status = result.withUnsafeMutableBytes { target in
        data.withUnsafeBytes { source in
          uncompress(
            target.bindMemory(to: UInt8.self).baseAddress, &size, source.bindMemory(to: UInt8.self).baseAddress,
            UInt(source.count))
        }
      }
      if status == Z_OK { return result.prefix(Int(size)) }
      guard status == Z_BUF_ERROR else { return nil }
      capacity *= 4
    }
    return nil
  }
}
