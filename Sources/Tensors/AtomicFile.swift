import Foundation

/// Files that are either whole or not there.
package enum AtomicFile {
  /// Writes under a temporary name next to `url`, flushes to the disk, renames. A failure leaves what was there before.
  ///
  /// A link stays one: what it leads to is written. Devices and pipes, which cannot be renamed over, are written to as they
  /// are. Throws `FileError`.
  package static func write(_ data: Data, to url: URL) throws {
    do {
      if isSpecial(url) { return try writeStraight(data, to: url) }
      try replace(url.resolvingSymlinksInPath(), with: data)
    } catch {
      throw FileError(
        "\(url.path): cannot be written; check that the folder exists, is writable and the disk has space")
    }
  }

  private static func replace(_ url: URL, with data: Data) throws {
    let temporary = url.deletingLastPathComponent().appendingPathComponent(".\(url.lastPathComponent).partial")
    do {
      let handle = try opened(temporary)
      try handle.truncate(atOffset: 0)
      try handle.write(contentsOf: data)
      try handle.synchronize()
      guard rename(temporary.path, url.path) == 0 else { throw CocoaError(.fileWriteUnknown) }
      try handle.close()
      flushFolder(of: url)
    } catch {
      try? FileManager.default.removeItem(at: temporary)
      throw error
    }
  }

  /// The temporary file, held alone: a second writer waits, and then finds the name gone and starts again. One name, so that
  /// writers that were killed leave one file behind and not many.
  private static func opened(_ temporary: URL) throws -> FileHandle {
    while true {
      let descriptor = open(temporary.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else { throw CocoaError(.fileWriteNoPermission) }
      let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
      // Where there are no locks this is what it would be without.
      flock(descriptor, LOCK_EX)
      var held = stat(), named = stat()
      if fstat(descriptor, &held) == 0, stat(temporary.path, &named) == 0, held.st_ino == named.st_ino { return handle }
    }
  }

  private static func writeStraight(_ data: Data, to url: URL) throws {
    let handle = try FileHandle(forWritingTo: url)
    try handle.write(contentsOf: data)
    try handle.close()
  }

  /// True for what exists and is neither a file nor a folder.
  private static func isSpecial(_ url: URL) -> Bool {
    var status = stat()
    guard stat(url.path, &status) == 0 else { return false }
    return ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
  }

  /// Makes the new name itself survive a power failure.
  private static func flushFolder(of url: URL) {
    let descriptor = open(url.deletingLastPathComponent().path, O_RDONLY)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
