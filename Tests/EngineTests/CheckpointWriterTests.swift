import Events
import Foundation
import Synchronization
import Tensors
import TestSupport
import Testing

@testable import Engine

@Suite struct CheckpointWriterTests {
  /// What became of the checkpoints, in the order in which that was known.
  private final class Told: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
  }

  /// Three megabytes wait for a disk that does not answer, where the fourth has no room.
  @Test func whatWaitsForASlowDiskDoesNotFillTheMemory() throws {
    let folder = try newTemporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let free = Mutex(13 << 20), told = Told()
    let begun = DispatchSemaphore(value: 0), disk = DispatchSemaphore(value: 0)
    let writer = CheckpointWriter(freeMemory: { free.withLock { $0 } })
    var file = Safetensors()
    file.add("w", shape: [1 << 18], floats: Array(repeating: 0.5, count: 1 << 18))
    func write(_ kind: CheckpointKind, _ step: Int, waits: Bool = false) {
      let url = folder.appendingPathComponent("\(kind)-\(step).safetensors")
      writer.write(file, to: url, note: CheckpointNote(step: step, kind: kind, path: url.path)) { result in
        if waits {
          begun.signal()
          disk.wait()
        }
        switch result {
        case .success(let note): told.add("\(note.kind) \(note.step)")
        case .failure(let error): told.add("\(error)")
        }
      }
    }
    // Written, but its end is not told: nothing after it is begun.
    write(.auto, 1, waits: true)
    begun.wait()
    for step in 2...4 {
      write(.before, step)
      free.withLock { $0 -= 1 << 20 }
    }
    write(.before, 5)
    #expect(told.all.count == 1 && told.all[0].contains("before-5.safetensors: left out, since the disk is slow"))
    #expect(told.all.first?.hasSuffix("going back to step 5 starts from an earlier one") == true)
    // The newest of those to go on from always waits, and takes the place of the one before it.
    write(.auto, 6)
    write(.auto, 7)
    disk.signal()
    writer.drain()
    #expect(Array(told.all.dropFirst()) == ["auto 1", "before 2", "before 3", "before 4", "auto 7"])
  }
}
