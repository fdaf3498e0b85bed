import Foundation

/// Files that are either whole or not there.
public enum AtomicFile {
  /// Writes under a temporary name beside `url`, flushes to the disk, renames. A failure leaves what was there before.
  public static func write(_ data: Data, to url: URL) throws {
    let temporary = url.deletingLastPathComponent().appendingPathComponent(".\(url.lastPathComponent).partial")
    do {
      guard FileManager.default.createFile(atPath: temporary.path, contents: nil) else {
        throw CocoaError(.fileWriteNoPermission)
      }
      let handle = try FileHandle(forWritingTo: temporary)
      try handle.write(contentsOf: data)
      try handle.synchronize()
      try handle.close()
      guard rename(temporary.path, url.path) == 0 else { throw CocoaError(.fileWriteUnknown) }
      flushFolder(of: url)
    } catch {
      try? FileManager.default.removeItem(at: temporary)
      throw FileError(
        "\(url.path): cannot be written; check that the folder exists, is writable and the disk has space")
    }
  }

  /// Makes the new name itself survive a power failure.
  private static func flushFolder(of url: URL) {
    let descriptor = open(url.deletingLastPathComponent().path, O_RDONLY)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
