import Foundation

/// The right to write to a run's folder: one process has it at a time. The system takes it back when the process ends,
/// however it ends.
package final class RunLock: Sendable {
  private let descriptor: Int32

  /// Takes the lock of a folder, which exists. Throws `RunError` that names the process that has it.
  package init(_ folder: URL) throws {
    let path = folder.appendingPathComponent("run.lock").path
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard descriptor >= 0 else {
      throw RunError("\(folder.relativePath): cannot write to the folder; use one you can write to")
    }
    // One who only asks whether somebody has it has it for a moment.
    var tries = 0
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0, tries < 10 {
      tries += 1
      usleep(10_000)
    }
    guard tries < 10 else {
      let holder = RunLock.holder(descriptor)
      close(descriptor)
      throw RunError(
        "\(folder.relativePath): in use by process \(holder); wait for its end, stop it, or follow it with 'dualab watch'"
      )
    }
    self.descriptor = descriptor
    let text = Array("\(getpid())\n".utf8)
    ftruncate(descriptor, 0)
    pwrite(descriptor, text, text.count, 0)
  }

  deinit { close(descriptor) }

  /// Gives the lock back before the process ends.
  package func release() { flock(descriptor, LOCK_UN) }

  /// The process that has the lock of a folder; nil when none has.
  package static func holder(of folder: URL) -> String? {
    let descriptor = open(folder.appendingPathComponent("run.lock").path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_SH | LOCK_NB) != 0 else { return nil }
    return holder(descriptor)
  }

  private static func holder(_ descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 32)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).prefix { $0.isNumber }
    return text.isEmpty ? "(unknown)" : String(text)
  }
}
