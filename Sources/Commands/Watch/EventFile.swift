import Events
import Foundation
import Readout
import Synchronization
import Watching

/// The file of `--out`: events as JSON lines, appended as they come. Nothing that is there is ever overwritten.
final class EventFile: Sendable {
  /// What the file had when it was opened.
  let record: WatchRecord
  private let path: String
  private let handle: Mutex<FileHandle>

  /// Opens a file of events, or makes one. Throws `CommandFailure` when it has anything else, or cannot be written.
  init(_ path: String) throws {
    self.path = path
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    if isFolder.boolValue { throw CommandFailure.failed("--out \(path): is a folder; use the name of a file") }
    guard exists || FileManager.default.createFile(atPath: path, contents: nil),
      let handle = FileHandle(forUpdatingAtPath: path)
    else {
      throw CommandFailure.failed("--out \(path): cannot be written; check that its folder exists and is writable")
    }
    let data = (try? handle.readToEnd()) ?? Data()
    record = try Self.record(data, path)
    // A watch that was killed may have left half a line.
    let whole = data.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    if whole < data.count { try handle.truncate(atOffset: UInt64(whole)) }
    self.handle = Mutex(handle)
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
