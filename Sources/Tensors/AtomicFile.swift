import Foundation

/// Files that are either whole or not there.
package enum AtomicFile {
  /// Writes under a temporary name next to `url`, flushes to the disk, renames. A failure leaves what was there before.
  ///
  /// A link stays one: what it leads to is written. Devices and pipes, which cannot be renamed over, are written to as
  /// they are. Throws `FileError`.
  package static func write(_ data: Data, to url: URL) throws {
    do {
      if isSpecial(url) { return try writeStraight(data, to: url) }
      try replace(url.resolvingSymlinksInPath(), with: data)
    } catch let error as FileError {
      throw error
    } catch {
      throw FileError(
        "\(url.relativePath): cannot be written; check that the folder exists, is writable and the disk has space")
    }
  }

  /// Checks that a file of this size can be written next to `url`, by writing and deleting one. Devices and pipes are not
  /// asked. Throws `FileError` or a system error.
  package static func checkRoom(_ size: Int, for url: URL) throws {
    if isSpecial(url) { return }
    let (handle, temporary) = try created(for: url.resolvingSymlinksInPath())
    defer { unlink(temporary) }
    // Not all at once: sizes come from numbers of images.
    let piece = Data(count: min(size, 1 << 20))
    for start in stride(from: 0, to: size, by: 1 << 20) {
      try handle.write(contentsOf: piece.prefix(size - start))
    }
    try handle.synchronize()
    try handle.close()
  }

  private static func replace(_ url: URL, with data: Data) throws {
    let (handle, temporary) = try created(for: url)
    do {
      keepMode(of: url, on: handle)
      try handle.write(contentsOf: data)
      try handle.synchronize()
      guard rename(temporary, url.path) == 0 else { throw CocoaError(.fileWriteUnknown) }
      try handle.close()
      flushFolder(of: url)
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// A temporary file next to `url` that was not there before: whatever somebody put in its place, a link or a file, is
  /// neither followed nor deleted.
  private static func created(for url: URL) throws -> (FileHandle, path: String) {
    let folder = url.deletingLastPathComponent(), name = String(url.lastPathComponent.prefix(60))
    for number in 0..<1000 {
      let path = folder.appendingPathComponent(".\(name).\(getpid())-\(number).partial").path
      let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
      if descriptor >= 0 { return (FileHandle(fileDescriptor: descriptor, closeOnDealloc: true), path) }
      guard errno == EEXIST else { throw CocoaError(.fileWriteNoPermission) }
    }
    throw CocoaError(.fileWriteFileExists)
  }

  /// The new file gets the mode of the one that it replaces.
  private static func keepMode(of url: URL, on handle: FileHandle) {
    var status = stat()
    guard stat(url.path, &status) == 0 else { return }
    fchmod(handle.fileDescriptor, status.st_mode & 0o7777)
  }

  /// Devices and pipes. A pipe that nobody reads is an error, and not a reason to wait.
  private static func writeStraight(_ data: Data, to url: URL) throws {
    let descriptor = open(url.path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      guard errno == ENXIO else { throw CocoaError(.fileWriteNoPermission) }
      throw FileError("\(url.relativePath): nobody reads this pipe; start its reader first, or write to a file")
    }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    let flags = fcntl(descriptor, F_GETFL)
    if flags >= 0 { _ = fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK) }
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
