import Foundation
import Tensors

/// The folder of a run: `preset.yaml` and `checkpoints/`.
package struct RunFolder {
  /// The folder itself.
  package let url: URL
  private let isOurs: Bool

  /// Creates the folder and writes `preset` to it, so that problems show before the training. Throws `CommandFailure`
  /// when it cannot be created or is not empty.
  package init(_ url: URL, preset: String) throws {
    self.url = url
    let files = FileManager.default
    var isDirectory: ObjCBool = false
    let exists = files.fileExists(atPath: url.path, isDirectory: &isDirectory)
    isOurs = !exists
    if exists, !isDirectory.boolValue {
      throw CommandFailure.failed("--out \(url.relativePath): this is a file; use another folder")
    }
    if exists {
      do {
        let contents = try files.contentsOfDirectory(atPath: url.path)
        guard contents.isEmpty else {
          throw CommandFailure.failed(
            "--out \(url.relativePath): the folder is not empty; use a new one, or delete it first")
        }
      } catch let error as CommandFailure {
        throw error
      } catch {
        throw Self.unwritable(url)
      }
    }
    do {
      try files.createDirectory(at: url.appendingPathComponent("checkpoints"), withIntermediateDirectories: true)
      try AtomicFile.write(Data(preset.utf8), to: presetFile)
    } catch {
      // A folder left behind would block the next attempt.
      discard()
      throw Self.unwritable(url)
    }
  }

  /// Replaces `preset.yaml`; if that fails, the former one stays.
  func keep(_ preset: String) { try? AtomicFile.write(Data(preset.utf8), to: presetFile) }

  /// `runs/20261124-031500-trades` below the current folder; with `-2`, `-3`, … if that exists.
  package static func usual(preset: String, date: Date, zone: TimeZone, exists: (String) -> Bool) -> String {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = zone
    let part = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
    let day = digits(part.year, 4) + digits(part.month, 2) + digits(part.day, 2)
    let time = digits(part.hour, 2) + digits(part.minute, 2) + digits(part.second, 2)
    let name = "runs/\(day)-\(time)-\(preset)"
    guard exists(name) else { return name }
    var number = 2
    while exists("\(name)-\(number)") { number += 1 }
    return "\(name)-\(number)"
  }

  /// Deletes the folder if nothing but the preset is in it, so that the same command works once the cause is gone.
  package func discard() {
    let files = FileManager.default
    try? files.removeItem(at: presetFile)
    // rmdir only deletes empty folders, so no results are lost.
    rmdir(url.appendingPathComponent("checkpoints").path)
    if isOurs { rmdir(url.path) }
  }

  private var presetFile: URL { url.appendingPathComponent("preset.yaml") }

  private static func digits(_ number: Int?, _ count: Int) -> String {
    let text = "\(number ?? 0)"
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }

  private static func unwritable(_ url: URL) -> CommandFailure {
    .failed("--out \(url.relativePath): cannot write to the folder; use one you can write to")
  }
}
