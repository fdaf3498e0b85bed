import CCurl
import Foundation

/// Downloads a file, continues where an earlier attempt ended, and keeps it only when its SHA-256 is right.
///
/// libcurl rather than URLSession: it resumes, follows redirections by rule and tells a broken connection from a wrong
/// address, and it is on every machine that has apt, where FoundationNetworking would have to be linked in.
package struct Fetcher {
  /// Bytes so far, and all of them where the server says so.
  package typealias Progress = (_ done: Int, _ total: Int?) throws -> Void

  /// Attempts without a new byte before it gives up.
  package var attempts = 5
  /// Seconds without a byte after which a connection counts as broken.
  package var stall = 60
  /// Seconds between attempts.
  package var pause = 2.0
  private let agent: String

  /// A fetcher that calls itself `agent` to servers.
  package init(agent: String) { self.agent = agent }

  /// Downloads `file` into `folder`, which must exist. What came before an error stays in `NAME.part`, except when it
  /// is wrong. Throws `DownloadError`, or what `progress` throws.
  package func fetch(_ file: PublishedFile, into folder: String, progress: Progress) throws -> String {
    let target = "\(folder)/\(file.name)", part = "\(target).part"
    if try Self.digest(of: target) == file.sha256 { return target }
    let transfer = try Transfer(part, limit: file.size ?? PublishedFile.largest, whole: file.size)
    var failures = 0
    while true {
      let before = transfer.size
      if let size = file.size, before == size { break }
      let (result, message, status) = try withProgress(progress) { try transfer.get(file.url, agent, stall, $0) }
      if result == CCURL_DONE { break }
      if result == CCURL_NO_RANGES || status == 416 {
        try transfer.restart()
      } else if result != CCURL_INTERRUPTED, !Self.isPassing(result, status) {
        throw Self.failure(file, result, message, status, isTooLarge: transfer.isTooLarge, part)
      }
      failures = transfer.size > before ? 0 : failures + 1
      guard failures < attempts else {
        throw DownloadError("\(file.url): \(message); run the same command again, it continues (\(part))")
      }
      try wait(failures, file, transfer.size, progress)
    }
    try transfer.close()
    let digest = try Self.digest(of: part) ?? ""
    guard digest == file.sha256 else {
      try? FileManager.default.removeItem(atPath: part)
      throw DownloadError(
        "\(file.url): SHA-256 is \(digest), expected \(file.sha256); what came was deleted: run it again, or the publisher "
          + "changed the file")
    }
    guard rename(part, target) == 0 else { throw DownloadError("\(target): cannot be written; check the folder") }
    return target
  }

  /// A server that is busy or out of order for a while: 408, 429, 5xx.
  private static func isPassing(_ result: ccurl_result, _ status: Int) -> Bool {
    result == CCURL_FAILED && (status == 408 || status == 429 || (500..<600).contains(status))
  }

  /// Waits before the next attempt, twice as long after each failure, up to a minute. Throws what `progress` throws.
  private func wait(_ failures: Int, _ file: PublishedFile, _ size: Int, _ progress: Progress) throws {
    let seconds = min(60, pause * Double(1 << min(max(0, failures - 1), 10)))
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
      try progress(size, file.size)
      Thread.sleep(forTimeInterval: min(0.2, max(0.001, (end - ContinuousClock.now) / .seconds(1))))
    }
  }

  private func withProgress<Result>(_ progress: Progress, _ body: (@escaping Progress) throws -> Result) rethrows
    -> Result
  {
    try withoutActuallyEscaping(progress, do: body)
  }

  private static func failure(
    _ file: PublishedFile, _ result: ccurl_result, _ message: String, _ status: Int, isTooLarge: Bool, _ part: String
  ) -> DownloadError {
    if isTooLarge {
      try? FileManager.default.removeItem(atPath: part)
      return DownloadError(
        "\(file.url): sends more than the \(file.size ?? PublishedFile.largest) bytes of the file; it is another one")
    }
    if result == CCURL_MISSING { return DownloadError("libcurl.so.4 is missing; run 'apt-get install libcurl4'") }
    let remedy =
      switch status {
      case 404, 410:
        "the publisher no longer has it there; get \(file.name) elsewhere, put it into "
          + "\(URL(fileURLWithPath: part).deletingLastPathComponent().path), and run this again"
      case 400...: "the publisher may have moved it"
      default: "check the connection and run it again"
      }
    return DownloadError("\(file.url): \(message); \(remedy)")
  }

  /// The SHA-256 of a file; nil where there is none. Throws `DownloadError`.
  package static func digest(of path: String) throws -> String? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw DownloadError("\(path): cannot be read; check its permissions")
    }
    defer { try? file.close() }
    var sum = SHA256()
    do {
      while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty { piece.withUnsafeBytes { sum.add($0) } }
    } catch {
      throw DownloadError("\(path): cannot be read to its end; check that it is a file, and the disk")
    }
    return sum.digest()
  }
}

/// One file on its way.
private final class Transfer {
  private let descriptor: Int32
  private let path: String
  private let limit: Int
  private let whole: Int?
  private(set) var size = 0
  private(set) var isTooLarge = false
  private var progress: Fetcher.Progress?
  private var failure: (any Error)?
  /// What was there when the running request began.
  private var start = 0

  /// Opens the part that is there, or a new one; links are not followed. Throws `DownloadError`.
  init(_ path: String, limit: Int, whole: Int?) throws {
    (self.path, self.limit, self.whole) = (path, limit, whole)
    descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o644)
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      if descriptor >= 0 { _ = Foundation.close(descriptor) }
      throw DownloadError("\(path): cannot be written (\(String(cString: strerror(errno)))); check the folder")
    }
    size = Int(status.st_size)
    if size > limit { try restart() }
    lseek(descriptor, 0, SEEK_END)
  }

  deinit { if !isClosed { _ = Foundation.close(descriptor) } }

  private var isClosed = false

  func close() throws {
    isClosed = true
    guard fsync(descriptor) == 0, Foundation.close(descriptor) == 0 else {
      throw DownloadError("\(path): cannot be written to its end; make room on the disk")
    }
  }

  func restart() throws {
    guard ftruncate(descriptor, 0) == 0 else { throw DownloadError("\(path): cannot be written; check the disk") }
    lseek(descriptor, 0, SEEK_SET)
    size = 0
  }

  /// Gets what is missing. Throws what `progress` throws, and `DownloadError` where it cannot be written.
  func get(_ url: String, _ agent: String, _ stall: Int, _ progress: @escaping Fetcher.Progress) throws -> (
    ccurl_result, message: String, status: Int
  ) {
    self.progress = progress
    start = size
    defer { self.progress = nil }
    var message = [CChar](repeating: 0, count: 256), status = 0
    let isLocal = url.hasPrefix("http://127.0.0.1:") || url.hasPrefix("http://localhost:")
    let result = url.withCString { url in
      agent.withCString { agent in
        var request = ccurl_request(
          url: url, from: Int64(size), stall: stall, allows_http: isLocal ? 1 : 0, agent: agent)
        return ccurl_get(
          &request, { bytes, count, context in Transfer.own(context)?.take(bytes, count) ?? 1 },
          { total, context in Transfer.own(context)?.show(total) ?? 1 }, Unmanaged.passUnretained(self).toOpaque(),
          &status, &message)
      }
    }
    if let failure { throw failure }
    let text = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return (result, text, status)
  }

  private static func own(_ context: UnsafeMutableRawPointer?) -> Transfer? {
    context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
  }

  private func take(_ bytes: UnsafeRawPointer?, _ count: Int) -> Int32 {
    guard let bytes, size + count <= limit else {
      isTooLarge = true
      return 1
    }
    var done = 0
    while done < count {
      let more = write(descriptor, bytes + done, count - done)
      if more < 0 && errno == EINTR { continue }
      guard more > 0 else {
        failure = DownloadError("\(path): \(String(cString: strerror(errno))); make room on the disk and run it again")
        return 1
      }
      done += more
    }
    size += count
    return 0
  }

  private func show(_ total: Int64) -> Int32 {
    do {
      try progress?(size, whole ?? (total > 0 ? start + Int(total) : nil))
      return 0
    } catch {
      failure = error
      return 1
    }
  }
}
