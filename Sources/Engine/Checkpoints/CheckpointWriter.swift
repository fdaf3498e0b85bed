import Events
import Foundation
import Synchronization
import Tensors

/// Writes checkpoints while training goes on, one after the other, on a thread of its own.
final class CheckpointWriter: Sendable {
  private let queue = DispatchQueue(label: "dualab.checkpoints", qos: .utility)
  private let waiting = Atomic(0)

  /// True while a checkpoint is not on the disk yet.
  var isBusy: Bool { waiting.load(ordering: .acquiring) > 0 }

  /// Writes the file atomically; then tells what became of it.
  func write(
    _ file: Safetensors, to url: URL, note: CheckpointNote,
    then tell: @escaping @Sendable (Result<CheckpointNote, FileError>) -> Void
  ) {
    waiting.add(1, ordering: .acquiringAndReleasing)
    queue.async { [self] in
      let result = Result { () throws(FileError) in try Self.write(file, to: url) }.map { note }
      waiting.subtract(1, ordering: .acquiringAndReleasing)
      tell(result)
    }
  }

  /// Blocks until everything is on the disk.
  func drain() { queue.sync {} }

  /// Seals the file and writes it; makes the folder if it is missing.
  static func write(_ file: Safetensors, to url: URL) throws(FileError) {
    let folder = url.deletingLastPathComponent()
    do { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) } catch {
      throw FileError("\(folder.path): cannot create this folder; choose another with --out")
    }
    do {
      var file = file
      file.seal()
      try file.write(to: url)
    } catch let error as FileError { throw error } catch {
      throw FileError("\(url.path): cannot be written")
    }
  }

  /// Deletes all but the newest few checkpoints of one kind, `auto-STEP.safetensors`.
  static func prune(_ kind: CheckpointKind, in folder: URL, keeping count: Int) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let steps = names.compactMap { name -> Int? in
      guard name.hasPrefix("\(kind.rawValue)-"), name.hasSuffix(".safetensors") else { return nil }
      return Int(name.dropFirst(kind.rawValue.count + 1).dropLast(".safetensors".count))
    }
    for step in steps.sorted().dropLast(max(1, count)) {
      try? FileManager.default.removeItem(at: folder.appendingPathComponent("\(kind.rawValue)-\(step).safetensors"))
    }
  }
}
