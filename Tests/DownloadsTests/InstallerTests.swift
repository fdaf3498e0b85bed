import CZlib
import Foundation
import TestSupport
import Testing

@testable import Downloads

/// Archives made here, entry by entry.
private struct Archive {
  var bytes: [UInt8] = []

  mutating func add(
    _ name: String, _ content: [UInt8] = [], type: Character = "0", size: Int? = nil, binary: [UInt8]? = nil
  ) {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at place: Int) {
      for (offset, byte) in text.utf8.enumerated() { header[place + offset] = byte }
    }
    put(name, at: 0)
    put("0000644\0", at: 100)
    let octal = String(size ?? content.count, radix: 8)
    put(String(repeating: "0", count: 11 - octal.count) + octal, at: 124)
    if let binary { header.replaceSubrange(124..<136, with: binary) }
    put("        ", at: 148)
    header[156] = type.asciiValue ?? 0
    put("ustar\u{0}00", at: 257)
    let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
    put(String(repeating: "0", count: 6 - sum.count) + sum + "\0 ", at: 148)
    bytes += header + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
  }

  /// Packed, with the end that tar writes.
  var packed: [UInt8] {
    var stream = z_stream()
    deflateInit2_(
      &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    var input = bytes + [UInt8](repeating: 0, count: 1024), output = [UInt8](repeating: 0, count: input.count + 1000)
    let inputCount = UInt32(input.count), outputCount = UInt32(output.count)
    let made = input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        (stream.next_in, stream.avail_in) = (input.baseAddress, inputCount)
        (stream.next_out, stream.avail_out) = (output.baseAddress, outputCount)
        deflate(&stream, Z_FINISH)
        return Int(stream.total_out)
      }
    }
    deflateEnd(&stream)
    return Array(output.prefix(made))
  }
}

@Suite struct InstallerTests {
  private func install(_ bytes: [UInt8], in folder: URL) throws -> String {
    let server = try LoopbackServer { .file(bytes, $0) }
    var sum = SHA256(), fetcher = Fetcher(agent: "test")
    bytes.withUnsafeBytes { sum.add($0) }
    (fetcher.pause, fetcher.attempts, fetcher.stall) = (0.01, 2, 1)
    let file = PublishedFile(url: server.url("d.tgz"), size: nil, sha256: sum.digest(), folder: "data")
    return try Installer(fetcher).install([file], into: folder.path) { _, _ in }
  }

  private func failure(_ archive: Archive) throws -> String {
    let folder = try newTemporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let error = #expect(throws: DownloadError.self) { try install(archive.packed, in: folder) }
    // Nothing of it is left but the archive itself.
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["d.tgz"])
    #expect(error.map { !$0.description.contains("\n") } == true)
    return error?.description ?? ""
  }

  @Test func `an archive becomes its folder, and leaves nothing else`() throws {
    var archive = Archive()
    let large = (0..<70_000).map { UInt8(truncatingIfNeeded: $0) }, long = "data/" + String(repeating: "n", count: 150)
    archive.add("data/", type: "5")
    archive.add("./data/train/a.bin", large)
    archive.add("data/empty")
    archive.add("././@LongLink", Array(long.utf8) + [0], type: "L")
    archive.add("short", [1, 2, 3])
    archive.add("pax", Array("25 path=data/of/pax.bin\n\n".utf8), type: "x")
    archive.add("other", [4])
    let folder = try newTemporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = try install(archive.packed, in: folder)
    #expect(path == folder.path + "/data")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["data"])
    func bytes(_ name: String) throws -> [UInt8] {
      [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/\(name)")))
    }
    #expect(try bytes("data/train/a.bin") == large && bytes("data/empty").isEmpty)
    #expect(try bytes(long) == [1, 2, 3] && bytes("data/of/pax.bin") == [4])
    let error = #expect(throws: DownloadError.self) { try install(archive.packed, in: folder) }
    #expect(error?.description.contains("is there already") == true)
  }

  @Test(arguments: ["/etc/x", "../x", "data/../../x", "data/.."]) func `a path that leaves the folder is refused`(
    name: String
  )
    throws
  {
    var archive = Archive()
    archive.add("data/a", [1])
    archive.add(name, [2])
    #expect(try failure(archive).contains("leads out of the folder"))
  }

  @Test(arguments: ["1", "2", "3", "6"] as [Character]) func `links and devices are refused`(type: Character) throws {
    var archive = Archive()
    archive.add("data/link", type: type)
    #expect(try failure(archive).contains("is a link or a device"))
  }

  @Test func `damaged and lying archives are refused`() throws {
    var short = Archive()
    short.add("data/a", [1, 2, 3], size: 5000)
    #expect(try failure(short).contains("early"))
    var huge = Archive()
    huge.add("data/a", [1], size: 0o7_7777_7777_77)
    #expect(try failure(huge).contains("early") || failure(huge).contains("unpacks to more"))
    var twice = Archive()
    for _ in 0..<2 { twice.add("data/a", [1]) }
    #expect(try failure(twice).contains("is there twice"))
    var other = Archive()
    other.add("elsewhere/a", [1])
    #expect(try failure(other).contains("holds no folder data"))
    var broken = Archive()
    broken.add("data/a", [1])
    broken.bytes[3] ^= 1
    #expect(try failure(broken).contains("a header is damaged"))
  }

  @Test func `sizes that overflow are refused`() throws {
    let largest: [UInt8] = [0x80, 0, 0, 0, 0x7F] + [UInt8](repeating: 0xFF, count: 7)
    var huge = Archive()
    huge.add("data/a", [1])
    huge.add("data/b", [1], binary: largest)
    #expect(try failure(huge).contains("unpacks to more"))
    for wrong in [[0x80, 1] + [UInt8](repeating: 0, count: 10), [UInt8](repeating: 0xFF, count: 12)] {
      var archive = Archive()
      archive.add("data/a", [1], binary: wrong)
      #expect(try failure(archive).contains("a size is no number"))
    }
  }

  @Test func `what a killed download left is removed, and not what another one is unpacking`() throws {
    var archive = Archive()
    archive.add("data/a", [1])
    let folder = try newTemporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    for name in [".unpacking-left/data", ".unpacking-busy/data"] {
      try FileManager.default.createDirectory(
        at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
    }
    let busy = open(folder.appendingPathComponent(".unpacking-busy").path, O_RDONLY | O_DIRECTORY)
    defer { close(busy) }
    #expect(flock(busy, LOCK_EX | LOCK_NB) == 0)
    _ = try install(archive.packed, in: folder)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [".unpacking-busy", "data"])
  }

  @Test func `an archive cut anywhere leaves no folder`() throws {
    var archive = Archive()
    archive.add("data/a", (0..<3000).map { UInt8(truncatingIfNeeded: $0 * $0) })
    let packed = archive.packed
    for length in stride(from: 1, to: packed.count - 60, by: 97) {
      let folder = try newTemporaryFolder()
      defer { try? FileManager.default.removeItem(at: folder) }
      #expect(throws: DownloadError.self) { try install(Array(packed.prefix(length)), in: folder) }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["d.tgz"])
    }
  }
}
