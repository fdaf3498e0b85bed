import Foundation
import Tensors

/// What the end of a zip file says about its list of entries, checked before a library allocates for it.
enum ZipDirectory {
  /// The end record, the longest comment, and the 64-bit records in front of them.
  static let longestTail = 22 + 65535 + 20 + 56
  /// Bytes of the shortest entry of the list.
  private static let shortestEntry = 46

  static func check(_ file: InputFile) throws {
    try check(tail: file.suffix(longestTail), fileSize: file.count)
  }

  /// Throws when a record at the end promises more entries than the file has room for.
  static func check(tail: [UInt8], fileSize: Int) throws {
    let most = UInt64(fileSize / shortestEntry)
    for position in tail.indices where tail[position] == 0x50 {
      let rest = tail[position...]
      // 'PK 5 6' has the number of entries at byte 10, its 64-bit form 'PK 6 6' at byte 32.
      let promised: UInt64
      if rest.starts(with: [0x50, 0x4B, 0x05, 0x06]), rest.count >= 22 {
        promised = number(rest.dropFirst(10).prefix(2))
        if promised == 0xFFFF { continue }
      } else if rest.starts(with: [0x50, 0x4B, 0x06, 0x06]), rest.count >= 56 {
        promised = max(number(rest.dropFirst(24).prefix(8)), number(rest.dropFirst(32).prefix(8)))
      } else {
        continue
      }
      guard promised <= most else {
        throw FileError(
          "is a damaged zip file: it promises \(promised) entries in \(fileSize) bytes; \(Remedy.downloadAgain)")
      }
    }
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
