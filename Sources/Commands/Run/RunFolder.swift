import Foundation
import Runs
import Tensors

/// The folder of a run: `preset.yaml`, `run.sqlite` and `checkpoints/`. One process writes to it at a time.
package struct RunFolder {
  /// The folder itself.
  package let url: URL
  private let isOurs: Bool
  private let lock: RunLock

  /// Creates the folder and writes `preset` to it, so that problems show before the training. Throws `CommandFailure`
  /// when it cannot be created or is not empty, and `RunError` when another process has it.
  package init(_ url: URL, preset: String) throws {
    self.url = url
    let files = FileManager.default
    var isDirectory: ObjCBool = false
    let exists = files.fileExists(atPath: url.path, isDirectory: &isDirectory)
    isOurs = !exists
    if exists, !isDirectory.boolValue {
      throw CommandFailure.failed("--out \(url.relativePath): this is a file; use another folder")
    }
    // Before anything is made in a folder of somebody else.
    if exists {
      if let holder = RunLock.holder(of: url) {
        throw CommandFailure.failed("--out \(url.relativePath): in use by process \(holder); use another folder")
      }
      try Self.checkEmpty(url)
    }
    do { try files.createDirectory(at: url, withIntermediateDirectories: true) } catch { throw Self.unwritable(url) }
    lock = try RunLock(url)
    do {
      // Another process may have been faster between the two.
      try Self.checkEmpty(url)
      try files.createDirectory(at: url.appendingPathComponent("checkpoints"), withIntermediateDirectories: true)
      try AtomicFile.write(Data(preset.utf8), to: presetFile)
    } catch let error as CommandFailure { throw error } catch {
      // A folder left behind would block the next attempt.
      discard()
      throw Self.unwritable(url)
    }
  }

  /// Takes the folder of a run that goes on. Throws `RunError` when it is no run, or another process has it.
  init(resuming url: URL) throws {
    self.url = url
    isOurs = false
    guard RunStore.isRun(url) else {
      _ = try RunStore.open(url, writing: false)
      throw RunError("\(url.relativePath): not a run")
    }
    lock = try RunLock(url)
  }

  /// Lets others write to the folder from now on.
  func release() { lock.release() }

  /// Replaces `preset.yaml`; if that fails, the former one stays.
  func keep(_ preset: String) { Self.keep(preset, in: url) }

  /// The same in a folder of a run.
  static func keep(_ preset: String, in url: URL) {
    try? AtomicFile.write(Data(preset.utf8), to: url.appendingPathComponent("preset.yaml"))
  }

  /// `runs/20261124-031500-trades` below the current folder; with `-2`, `-3`, … if that exists.
  package static func usual(preset: String, date: Date, zone: TimeZone, exists: (String) -> Bool) -> String {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = zone
    let part = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
    let day = digits(part.year, 4) + digits(part.month, 2) + digits(part.day, 2)
    let time = digits(part.hour, 2) + digits(part.minute, 2) + digits(part.second, 2)
    return free("runs/\(day)-\(time)-\(preset)", exists: exists)
  }

  /// The name, with `-2`, `-3`, … if that exists.
  static func free(_ name: String, exists: (String) -> Bool) -> String {
    guard exists(name) else { return name }
    var number = 2
    while exists("\(name)-\(number)") { number += 1 }
    return "\(name)-\(number)"
  }

  /// Deletes the folder if nothing was trained, so that the same command works once the cause is gone.
  package func discard() {
    let files = FileManager.default, checkpoints = url.appendingPathComponent("checkpoints")
    let written = (try? files.contentsOfDirectory(atPath: checkpoints.path)) ?? []
    // The weights that every run begins with.
    for name in written where name == "auto-0.safetensors" || (name.hasPrefix(".") && name.hasSuffix(".partial")) {
      try? files.removeItem(at: checkpoints.appendingPathComponent(name))
    }
    // rmdir only deletes empty folders, so no results are lost.
    guard rmdir(checkpoints.path) == 0 || errno == ENOENT else { return }
    // The lock last: until then nobody else begins here.
    for name in ["preset.yaml"] + ["", "-wal", "-shm"].map({ RunStore.fileName + $0 }) + ["run.lock"] {
      try? files.removeItem(at: url.appendingPathComponent(name))
    }
    if isOurs { rmdir(url.path) }
  }

  private var presetFile: URL { url.appendingPathComponent("preset.yaml") }

  /// The lock itself is no content.
  private static func checkEmpty(_ url: URL) throws {
    guard let contents = try? FileManager.default.contentsOfDirectory(atPath: url.path) else { throw unwritable(url) }
    guard contents.allSatisfy({ $0 == "run.lock" }) else {
      let remedy =
        RunStore.isRun(url)
        ? "use a new one, or go on with --resume \(url.relativePath)" : "use a new one, or delete it first"
      throw CommandFailure.failed("--out \(url.relativePath): the folder is not empty; \(remedy)")
    }
  }

  private static func digits(_ number: Int?, _ count: Int) -> String {
    let text = "\(number ?? 0)"
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }

  private static func unwritable(_ url: URL) -> CommandFailure {
    .failed("--out \(url.relativePath): cannot write to the folder; use one you can write to")
  }
}
