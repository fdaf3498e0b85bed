import Foundation

/// Unpacks the regular files and folders of a `.tar.gz` (ustar, with long names of GNU and pax). Nothing else is made:
/// links, devices and paths that leave the folder are refused, and so is an archive that unpacks to more than allowed.
struct TarUnpacker {
  private static let block = 512
  /// Files and folders at most.
  private static let largestCount = 2_000_000
  private let archive: String
  private let target: String
  private let limit: Int
  private var unpacked = 0
  private var count = 0

  private init(_ archive: String, _ target: String, limit: Int) {
    (self.archive, self.target, self.limit) = (archive, target, limit)
  }

  /// Unpacks into `target`, which must exist and be empty. Throws `DownloadError`, or what `progress` throws.
  static func unpack(_ archive: String, into target: String, limit: Int, progress: (Int) throws -> Void) throws {
    var unpacker = TarUnpacker(archive, target, limit: limit)
    try unpacker.run(progress)
  }

  private mutating func run(_ progress: (Int) throws -> Void) throws {
    let stream = try GzipStream(archive)
    var longName: String?
    while true {
      let header = try stream.read(Self.block)
      if header.allSatisfy({ $0 == 0 }) { return }
      guard header.count == Self.block, Self.hasRightSum(header) else { throw damaged("a header is damaged") }
      guard let size = Self.number(header[124..<136]), size >= 0 else { throw damaged("a size is no number") }
      let name = longName ?? Self.name(header)
      longName = nil
      switch header[156] {
      case 0x4C: longName = try text(stream, size)  // L: GNU's long name
      case 0x78: longName = Self.paxPath(try text(stream, size))  // x: attributes of the next entry
      case 0x67: _ = try text(stream, size)  // g: attributes of all
      case 0x35: try makeFolder(try checked(name))
      case 0x30, 0:
        try progress(unpacked)
        try writeFile(try checked(name), size, stream)
      default:
        throw damaged("'\(name)' is a link or a device, which data sets do not have")
      }
    }
  }

  private func damaged(_ reason: String) -> DownloadError {
    DownloadError("\(archive): \(reason); nothing was kept: download it again")
  }

  /// The path below `target`. Throws for one that leaves it.
  private mutating func checked(_ name: String) throws -> String {
    count += 1
    guard count <= Self.largestCount else { throw damaged("more than \(Self.largestCount) files") }
    let parts = name.split(separator: "/").filter { $0 != "." }
    guard !name.hasPrefix("/"), !parts.contains(".."), !name.utf8.contains(0), name.utf8.count < 4000 else {
      throw damaged("the path '\(name)' leads out of the folder")
    }
    return ([target] + parts.map(String.init)).joined(separator: "/")
  }

  private func makeFolder(_ path: String) throws {
    do { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) } catch {
      throw DownloadError("\(path): cannot be made; make room on the disk")
    }
  }

  private mutating func writeFile(_ path: String, _ size: Int, _ stream: GzipStream) throws {
    guard size <= limit - unpacked else { throw damaged("unpacks to more than \(limit >> 20) MiB") }
    unpacked += size
    try makeFolder(URL(fileURLWithPath: path).deletingLastPathComponent().path)
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw damaged("'\(path)' is there twice") }
    defer { close(descriptor) }
    var left = size
    while left > 0 {
      let piece = try stream.read(min(left, 1 << 18))
      guard !piece.isEmpty else { throw damaged("ends early") }
      guard piece.withUnsafeBytes({ write(descriptor, $0.baseAddress, piece.count) }) == piece.count else {
        throw DownloadError("\(path): cannot be written to its end; make room on the disk")
      }
      left -= piece.count
    }
    _ = try stream.read((Self.block - size % Self.block) % Self.block)
  }

  /// A short text that stands where a file's bytes would.
  private func text(_ stream: GzipStream, _ size: Int) throws -> String {
    guard size <= 1 << 16 else { throw damaged("a name of \(size) bytes") }
    let bytes = try stream.read(size)
    _ = try stream.read((Self.block - size % Self.block) % Self.block)
    return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }

  // MARK: headers

  private static func name(_ header: [UInt8]) -> String {
    func text(_ range: Range<Int>) -> String { String(decoding: header[range].prefix { $0 != 0 }, as: UTF8.self) }
    let isUstar = Array(header[257..<262]) == Array("ustar".utf8), prefix = isUstar ? text(345..<500) : ""
    return (prefix.isEmpty ? "" : prefix + "/") + text(0..<100)
  }

  /// Octal digits between spaces and zeros, or GNU's binary numbers of large files.
  private static func number(_ field: ArraySlice<UInt8>) -> Int? {
    if let first = field.first, first & 0x80 != 0 {
      // The upper bytes of a number that Int can hold are zero.
      guard first == 0x80, field.dropFirst().dropLast(8).allSatisfy({ $0 == 0 }) else { return nil }
      return field.dropFirst().suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }.exactly
    }
    let digits = field.filter { $0 != 0x20 && $0 != 0 }
    return digits.isEmpty ? 0 : Int(String(decoding: digits, as: UTF8.self), radix: 8)
  }

  /// The sum of all bytes, those of the sum itself as spaces.
  private static func hasRightSum(_ header: [UInt8]) -> Bool {
    let sum = header.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 0x20 : Int($1.element)) }
    return number(header[148..<156]) == sum
  }

  /// The path in pax attributes, lines `LENGTH NAME=VALUE`.
  private static func paxPath(_ text: String) -> String? {
    text.split(separator: "\n").compactMap { line in
      line.range(of: " path=").map { String(line[$0.upperBound...]) }
    }.first
  }
}

extension UInt64 {
  fileprivate var exactly: Int? { Int(exactly: self) }
}
