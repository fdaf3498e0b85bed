import Foundation

/// Downloads and unpacks so that a folder is there whole or not at all.
package struct Installer {
  /// What is happening to a file.
  package enum Stage: Sendable {
    case downloading(done: Int, total: Int?)
    case checking
    case unpacking(done: Int)
  }

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
    let temporary = "\(folder)/.unpacking-\(UUID().uuidString)"
    try? FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: temporary) }
    try TarUnpacker.unpack(archive, into: temporary, limit: PublishedFile.largestUnpacked) {
      try progress(file, .unpacking(done: $0))
    }
    guard rename("\(temporary)/\(inside)", target) == 0 else {
      throw DownloadError("\(archive): holds no folder \(inside); it is another archive than expected")
    }
    try? FileManager.default.removeItem(atPath: archive)
  }
}
