import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Downloads

private func sha256(_ bytes: [UInt8]) -> String {
  var sum = SHA256()
  bytes.withUnsafeBytes { sum.add($0) }
  return sum.digest()
}

@Suite struct SHA256Tests {
  /// FIPS 180-4's examples, and one that fills several blocks.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ]) func `the digests are those of the standard`(text: String, digest: String) {
    #expect(sha256(Array(text.utf8)) == digest)
    var pieces = SHA256()
    for byte in text.utf8 { [byte].withUnsafeBytes { pieces.add($0) } }
    #expect(pieces.digest() == digest)
  }

  @Test func `a million letters a`() {
    var sum = SHA256()
    let piece = [UInt8](repeating: 0x61, count: 1000)
    for _ in 0..<1000 { piece.withUnsafeBytes { sum.add($0) } }
    #expect(sum.digest() == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }
}

@Suite struct FetcherTests {
  private let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
  private var fetcher: Fetcher {
    var fetcher = Fetcher(agent: "dualab-test")
    (fetcher.pause, fetcher.attempts, fetcher.stall) = (0.01, 3, 1)
    return fetcher
  }

  private func file(_ server: LoopbackServer, size: Int? = nil, digest: String? = nil) -> PublishedFile {
    PublishedFile(url: server.url("a.bin"), size: size, sha256: digest ?? sha256(bytes), folder: nil)
  }

  private func fetched(_ server: LoopbackServer, _ file: PublishedFile? = nil) throws -> Bool {
    let folder = try newTemporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = try fetcher.fetch(file ?? self.file(server), into: folder.path) { _, _ in }
    return try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) == bytes
      && FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.bin"]
  }

  private func failure(_ server: LoopbackServer, _ file: PublishedFile? = nil, left: [String] = []) throws -> String {
    let folder = try newTemporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let error = #expect(throws: DownloadError.self) {
      try fetcher.fetch(file ?? self.file(server), into: folder.path) { _, _ in }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == left)
    return error?.description ?? ""
  }

  @Test func `a file comes whole, and is not fetched again`() throws {
    let bytes = bytes, server = try LoopbackServer { .file(bytes, $0) }
    let folder = try newTemporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    for _ in 0..<2 { _ = try fetcher.fetch(file(server), into: folder.path) { _, _ in } }
    #expect(server.requests.count == 1)
  }

  @Test func `a server that cuts off is asked for the rest`() throws {
    let bytes = bytes
    let server = try LoopbackServer { request in
      var reply = LoopbackServer.Reply.file(bytes, request)
      (reply.declared, reply.body) = (reply.body.count, Array(reply.body.prefix(60_000)))
      return reply
    }
    #expect(try fetched(server))
    #expect(server.requests.map(\.from) == [nil, 60_000, 120_000, 180_000])
  }

  @Test func `an earlier attempt is continued, a server without ranges starts over`() throws {
    for hasRanges in [true, false] {
      let bytes = bytes
      let server = try LoopbackServer { hasRanges ? .file(bytes, $0) : .init(body: bytes) }
      let folder = try newTemporaryFolder()
      defer { try? FileManager.default.removeItem(at: folder) }
      try Data(bytes.prefix(1000)).write(to: folder.appendingPathComponent("a.bin.part"))
      let path = try fetcher.fetch(file(server), into: folder.path) { _, _ in }
      #expect(try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) == bytes)
      #expect(server.requests.map(\.from) == (hasRanges ? [1000] : [1000, nil]))
    }
  }

  @Test func `a corrupt file is deleted and named with both digests`() throws {
    var wrong = bytes
    wrong[77] ^= 1
    let sent = wrong, server = try LoopbackServer { .file(sent, $0) }
    #expect(try failure(server).contains("SHA-256 is \(sha256(sent)), expected \(sha256(bytes))"))
  }

  @Test func `redirections are followed, but not for ever, and not to other protocols`() throws {
    let bytes = bytes
    let server = try LoopbackServer { request in
      request.path == "/a.bin" ? .init(status: 302, headers: ["Location: /b"]) : .file(bytes, request)
    }
    #expect(try fetched(server))
    let loop = try LoopbackServer { _ in .init(status: 302, headers: ["Location: /a.bin"]) }
    #expect(try failure(loop, left: ["a.bin.part"]).contains("redirect"))
    #expect(loop.requests.count == 6)
    let file = try LoopbackServer { _ in .init(status: 302, headers: ["Location: file:///etc/passwd"]) }
    #expect(try failure(file, left: ["a.bin.part"]).contains("file"))
  }

  @Test func `a server that stalls is given up after a few attempts, with how to go on`() throws {
    let bytes = bytes
    let server = try LoopbackServer { request in
      var reply = LoopbackServer.Reply.file(bytes, request)
      (reply.declared, reply.body) = (reply.body.count, [])
      return reply
    }
    #expect(try failure(server, left: ["a.bin.part"]).contains("run the same command again, it continues"))
    #expect(server.requests.count == 3)
  }

  @Test func `a slow server is waited for as long as bytes come`() throws {
    let few = Array(bytes.prefix(8))
    let server = try LoopbackServer { _ in .init(body: few, pause: 0.3) }
    let folder = try newTemporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = PublishedFile(url: server.url("a.bin"), size: 8, sha256: sha256(few), folder: nil)
    _ = try fetcher.fetch(file, into: folder.path) { _, _ in }
    #expect(server.requests.count == 1)
  }

  @Test func `more bytes than the file has, and a missing file, end in one line`() throws {
    let bytes = bytes, large = try LoopbackServer { .file(bytes, $0) }
    #expect(try failure(large, file(large, size: 1000)).contains("sends more than the 1000 bytes of the file"))
    let missing = try LoopbackServer { _ in .init(status: 404, body: Array("no".utf8)) }
    let gone = try failure(missing, left: ["a.bin.part"])
    #expect(gone.contains("404") && gone.contains("the publisher no longer has it there; get a.bin elsewhere"))
    #expect(missing.requests.count == 1)
  }

  @Test func `a busy server is asked again, up to the attempts`() throws {
    let bytes = bytes
    let server = try LoopbackServer { request in
      request.number < 2 ? .init(status: [429, 503][request.number]) : .file(bytes, request)
    }
    #expect(try fetched(server))
    #expect(server.requests.count == 3)
    let out = try LoopbackServer { _ in .init(status: 500) }
    #expect(try failure(out, left: ["a.bin.part"]).contains("run the same command again, it continues"))
    #expect(out.requests.count == 3)
  }

  @Test func `a folder in the place of a file has no digest`() throws {
    let folder = try newTemporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect { try Fetcher.digest(of: folder.path) } throws: { "\($0)".contains("cannot be read") }
  }

  @Test func `a link in the place of the part is not followed`() throws {
    let bytes = bytes, server = try LoopbackServer { .file(bytes, $0) }, folder = try newTemporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let victim = folder.appendingPathComponent("victim").path
    try Data("mine".utf8).write(to: URL(fileURLWithPath: victim))
    try FileManager.default.createSymbolicLink(
      atPath: folder.appendingPathComponent("a.bin.part").path, withDestinationPath: victim)
    #expect(throws: DownloadError.self) { try fetcher.fetch(file(server), into: folder.path) { _, _ in } }
    #expect(try String(contentsOfFile: victim, encoding: .utf8) == "mine")
  }

  @Test func `what progress throws ends the download, which can be continued`() throws {
    struct Stop: Error {}
    let bytes = bytes, server = try LoopbackServer { .file(bytes, $0) }, folder = try newTemporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(throws: Stop.self) { try fetcher.fetch(file(server), into: folder.path) { _, _ in throw Stop() } }
    _ = try fetcher.fetch(file(server), into: folder.path) { _, _ in }
  }
}
