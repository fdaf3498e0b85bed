import Foundation
import Tensors

/// What the end of a zip file says about its list of entries, checked before a library allocates for it.
enum ZipDirectory {
  /// Most entries of an archive: ten times what a large checkpoint has. Names that a hostile hand chose make a
  /// library's table of names quadratic.
  static let mostEntries = 1 << 14
  /// The end record, the longest comment, and the locator of the 64-bit record in front of them.
  private static let longestTail = 22 + 65535 + 20
  /// Bytes of the shortest entry of the list.
  private static let shortestEntry = 46

  static func check(_ file: InputFile, _ use: ZipUse) throws {
    try check(fileSize: file.count, use) { try file.read(from: $0, $1) }
  }

  static func check(_ data: Data, _ use: ZipUse) throws {
    try check(fileSize: data.count, use) { [UInt8](data.dropFirst($0).prefix($1)) }
  }

  /// Throws when a record at the end promises more entries than the file has room for. `read` gives bytes by place and
  /// length.
  private static func check(fileSize: Int, _ use: ZipUse, read: (Int, Int) throws -> [UInt8]) throws {
    let start = max(0, fileSize - longestTail)
    let tail = try read(start, fileSize - start)
    for place in tail.indices where tail[place] == 0x50 {
      let rest = tail[place...]
      if rest.starts(with: [0x50, 0x4B, 0x05, 0x06]), rest.count >= 22 {
        // 0xFFFF: the 64-bit record has the number, where there is one.
        let promised = number(rest.dropFirst(10).prefix(2))
        let hasWide = place >= 20 && tail[(place - 20)...].starts(with: [0x50, 0x4B, 0x06, 0x07])
        if promised != 0xFFFF || !hasWide { try check(promised, fileSize, use) }
      } else if rest.starts(with: [0x50, 0x4B, 0x06, 0x07]), rest.count >= 20,
        let wide = Int(exactly: number(rest.dropFirst(8).prefix(8))), wide <= fileSize - 56
      {
        let record = try read(wide, 56)[...]
        try check(max(number(record.dropFirst(24).prefix(8)), number(record.dropFirst(32).prefix(8))), fileSize, use)
      }
    }
  }

  private static func check(_ promised: UInt64, _ fileSize: Int, _ use: ZipUse) throws {
    guard promised <= UInt64(fileSize / shortestEntry) else {
      throw FileError(
        "is a damaged zip file: it promises \(promised) entries in \(fileSize) bytes; \(use.damaged)")
    }
    guard promised <= UInt64(mostEntries) else {
      throw FileError("is a zip file of \(promised) entries, more than \(use.kind) has; \(use.rewrite)")
    }
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
