import Events
import Foundation
import Readout
import Synchronization
import Watching

/// The file of `--out`: events as JSON lines, appended as they come. Nothing that is there is ever overwritten. It is
/// locked for other watches while this object exists.
final class EventFile: Sendable {
  /// What the file had when it was opened.
  let record: WatchRecord
  private let path: String
  private let handle: Mutex<FileHandle>

  /// Opens a file of events, or makes one. Throws `CommandFailure` when it has anything else, cannot be written, or is
  /// written by another watch.
  init(_ path: String) throws {
    self.path = path
    let handle = try Self.open(path)
    let data: Data
    do { data = try handle.readToEnd() ?? Data() } catch {
      throw CommandFailure.failed("--out \(path): cannot be read; check its disk, or use another file")
    }
    record = try Self.record(data, path)
    // A watch that was killed may have left half a line.
    let whole = data.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    if whole < data.count { try handle.truncate(atOffset: UInt64(whole)) }
    self.handle = Mutex(handle)
  }

  /// A regular file that no other watch writes.
  private static func open(_ path: String) throws -> FileHandle {
    // Without O_NONBLOCK, opening a pipe may wait for ever.
    let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o644)
    guard descriptor >= 0 else {
      throw CommandFailure.failed(
        errno == EISDIR
          ? "--out \(path): is a folder; use the name of a file"
          : "--out \(path): cannot be written (\(String(cString: strerror(errno)))); check that its folder exists and "
            + "is writable")
    }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw CommandFailure.failed("--out \(path): is not a regular file; use the name of a file")
    }
    // A file system without locks has none to respect.
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      throw CommandFailure.failed("--out \(path): another 'watch' is writing it; wait for it, or use another file")
    }
    return handle
  }

  private static func record(_ data: Data, _ path: String) throws -> WatchRecord {
    var record = WatchRecord()
    let lines = data.split(separator: UInt8(ascii: "\n"))
    for (number, line) in lines.enumerated() {
      if let event = try? JSONDecoder().decode(Event.self, from: Data(line)) {
        record.take(event)
      } else if number < lines.count - 1 || number == 0 || data.last == UInt8(ascii: "\n") {
        throw CommandFailure.usage(
          "--out \(path): line \(number + 1) is no event of dualab; use another file, this one is left as it is")
      }
    }
    return record
  }

  /// Writes the description of a new watch.
  func begin(_ description: SessionDescription) throws { try append(.started(description)) }

  /// Appends an event. Throws `CommandFailure`.
  func append(_ event: Event) throws {
    do {
      try handle.withLock { handle in
        try handle.seekToEnd()
        try handle.write(contentsOf: Data((HeadlessReport.json(event) + "\n").utf8))
      }
    } catch {
      throw CommandFailure.failed("--out \(path): cannot be written; check that the disk has space")
    }
  }
}
