import Foundation

/// Downloads and unpacks so that a folder is there whole or not at all.
package struct Installer {
  /// What is happening to a file.
  package enum Stage: Sendable {
    case downloading(done: Int, total: Int?)
    case unpacking(done: Int)
  }

  /// What the name of a folder that is being unpacked begins with.
  private static let prefix = ".unpacking-"

  private let fetcher: Fetcher

  package init(_ fetcher: Fetcher) { self.fetcher = fetcher }

  /// Puts `files` below `folder`: archives become their folder, other files stay as they are. Returns the folder of the
  /// data set. Throws `DownloadError`, or what `progress` throws.
  package func install(
    _ files: [PublishedFile], into folder: String, progress: (PublishedFile, Stage) throws -> Void
  ) throws -> String {
    do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
      throw DownloadError("\(folder): cannot be made; check its permissions, or set DUALAB_DATA to another folder")
    }
    for file in files {
      if let target = file.folder.map({ "\(folder)/\($0)" }), FileManager.default.fileExists(atPath: target) {
        throw DownloadError("\(target) is there already; use it ('dualab data check'), or move it away")
      }
      let path = try fetcher.fetch(file, into: folder) { try progress(file, .downloading(done: $0, total: $1)) }
      if let inside = file.folder { try unpack(path, inside, folder, file, progress) }
    }
    return files.first?.folder.map { "\(folder)/\($0)" } ?? folder
  }

  private func unpack(
    _ archive: String, _ inside: String, _ folder: String, _ file: PublishedFile,
    _ progress: (PublishedFile, Stage) throws -> Void
  ) throws {
    let target = "\(folder)/\(inside)"
    Self.removeLeftovers(in: folder)
    let temporary = "\(folder)/\(Self.prefix)\(UUID().uuidString)"
    try? FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: false)
    let lock = Self.lock(temporary)
    defer {
      try? FileManager.default.removeItem(atPath: temporary)
      if let lock { close(lock) }
    }
    try TarUnpacker.unpack(archive, into: temporary, limit: PublishedFile.largestUnpacked) {
      try progress(file, .unpacking(done: $0))
    }
    guard rename("\(temporary)/\(inside)", target) == 0 else {
      throw DownloadError("\(archive): holds no folder \(inside); it is another archive than expected")
    }
    try? FileManager.default.removeItem(atPath: archive)
  }

  /// Removes what a download that was killed has left. A folder in which another one is unpacking is locked, and stays.
  private static func removeLeftovers(in folder: String) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name.hasPrefix(prefix) {
      guard let lock = lock("\(folder)/\(name)") else { continue }
      try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
      close(lock)
    }
  }

  /// Locks a folder as long as the descriptor is open; nil where another program has.
  private static func lock(_ folder: String) -> Int32? {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return descriptor }
    close(descriptor)
    return nil
  }
}
