import Events
import Foundation
import Synchronization
import Tensors

/// Writes checkpoints while training goes on, one after the other, on a thread of its own.
///
/// Where the disk is slower than training, a checkpoint to go on from that still waits is replaced by the next, and the
/// newest is always written. Those before a change wait only up to a quarter of the memory: one more is left out, and
/// that is told. Going back to its step then starts from an earlier one.
final class CheckpointWriter: Sendable {
  private struct Job: Sendable {
    let file: Safetensors
    let url: URL
    let note: CheckpointNote
    let tell: @Sendable (Result<CheckpointNote, FileError>) -> Void
  }

  private let queue = DispatchQueue(label: "dualab.checkpoints", qos: .utility)
  private let waiting = Mutex<[Job]>([])
  private let freeMemory: @Sendable () -> Int
  private let before = Mutex<@Sendable () -> Void>({})

  /// `freeMemory` gives the bytes that this process can still get.
  init(freeMemory: @escaping @Sendable () -> Int = { AvailableMemory.bytes }) { self.freeMemory = freeMemory }

  /// Called on the writer's thread before each file is written: what was told before it is to be on the disk first, so
  /// that no run goes on from a step that its record has not reached.
  func setBefore(_ body: @escaping @Sendable () -> Void) { before.withLock { $0 = body } }

  /// Writes the file atomically; then tells what became of it.
  func write(
    _ file: Safetensors, to url: URL, note: CheckpointNote,
    then tell: @escaping @Sendable (Result<CheckpointNote, FileError>) -> Void
  ) {
    let isLeftOut = waiting.withLock { jobs in
      if note.kind == .before, !jobs.isEmpty, !hasRoom(for: file, after: jobs) { return true }
      jobs.removeAll { $0.note.kind == .auto && note.kind == .auto && $0.note.step > 0 }
      jobs.append(Job(file: file, url: url, note: note, tell: tell))
      return false
    }
    if isLeftOut {
      return tell(
        .failure(
          FileError(
            "\(url.relativePath): left out, since the disk is slow and the checkpoints that wait for it fill the memory; going "
              + "back to step \(note.step) starts from an earlier one")))
    }
    queue.async { [self] in
      guard let job = waiting.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { return }
      before.withLock { $0 }()
      job.tell(Result { () throws(FileError) in try Self.write(job.file, to: job.url) }.map { job.note })
    }
  }

  private func hasRoom(for file: Safetensors, after jobs: [Job]) -> Bool {
    let held = jobs.reduce(0) { $0 + $1.file.byteCount }, needed = held + file.byteCount
    let free = freeMemory()
    return free > Int.max - held || needed <= (free + held) / 4
  }

  /// Blocks until everything is on the disk.
  func drain() { queue.sync {} }

  /// Seals the file and writes it; makes the folder if it is missing.
  static func write(_ file: Safetensors, to url: URL) throws(FileError) {
    let folder = url.deletingLastPathComponent()
    do { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) } catch {
      throw FileError("\(folder.relativePath): cannot create this folder; choose another with --out")
    }
    do {
      var file = file
      file.seal()
      try file.write(to: url)
    } catch let error as FileError { throw error } catch {
      throw FileError("\(url.relativePath): cannot be written")
    }
  }

  /// Deletes all but the newest few checkpoints of one kind, `auto-STEP.safetensors`, and the first.
  static func prune(_ kind: CheckpointKind, in folder: URL, keeping count: Int) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let steps = names.compactMap { name -> Int? in
      guard name.hasPrefix("\(kind.rawValue)-"), name.hasSuffix(".safetensors") else { return nil }
      return Int(name.dropFirst(kind.rawValue.count + 1).dropLast(".safetensors".count))
    }
    // Any step can be reached again from the start.
    for step in steps.sorted().filter({ $0 > 0 }).dropLast(max(1, count)) {
      try? FileManager.default.removeItem(at: folder.appendingPathComponent("\(kind.rawValue)-\(step).safetensors"))
    }
  }
}
