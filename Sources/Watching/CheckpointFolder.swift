import Foundation
import Tensors

/// The checkpoint files of a folder, as they lie there. Reads no contents.
package struct CheckpointFolder: Sendable {
  /// The endings that are looked for.
  package static let endings = ["pt", "pth", "ckpt", "safetensors"]

  /// The folder, as it was typed.
  package let path: String

  package init(_ path: String) { self.path = path }

  /// The path of a file in it.
  package func file(_ name: String) -> String { path.hasSuffix("/") ? path + name : "\(path)/\(name)" }

  /// Its files, without hidden ones, folders, pipes and links that lead nowhere. Throws `FileError` when the folder is
  /// missing, is none or cannot be read.
  package func look() throws -> [FolderEntry] {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw FileError(
        errno == EACCES
          ? "\(path): permission denied; make its parent folder accessible"
          : "\(path): no such folder; give the one that the training writes its checkpoints to, or make it with mkdir -p"
      )
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw FileError("\(path): is a file; give the folder that it is in, or measure it alone with 'dualab attack'")
    }
    guard let folder = opendir(path) else {
      throw FileError("\(path): cannot be read (\(String(cString: strerror(errno)))); run chmod u+rx on it")
    }
    defer { closedir(folder) }
    var entries: [FolderEntry] = []
    while let record = readdir(folder) {
      let name = withUnsafePointer(to: &record.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: Int(record.pointee.d_reclen)) {
          String(validatingCString: $0)
        }
      }
      if let name, Self.isCheckpoint(name), let stamp = stamp(of: name) { entries.append(FolderEntry(name, stamp)) }
    }
    return entries
  }

  /// The stamp of a regular file; nil where there is none.
  package func stamp(of name: String) -> FileStamp? {
    var status = stat()
    guard stat(file(name), &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return FileStamp(
      size: Int(status.st_size), modified: status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec,
      inode: UInt64(status.st_ino))
  }

  /// A name that ends like a checkpoint and is not hidden.
  static func isCheckpoint(_ name: String) -> Bool {
    guard !name.hasPrefix("."), let dot = name.lastIndex(of: "."), dot > name.startIndex else { return false }
    return endings.contains(name[name.index(after: dot)...].lowercased())
  }

  /// A folder below it, up to four levels down, that has checkpoints, and how many: a hint where it has none itself.
  package func folderBelow() -> (path: String, count: Int)? {
    var queue = [(self, 0)], visited = 0
    while !queue.isEmpty, visited < 256 {
      let (folder, depth) = queue.removeFirst()
      visited += 1
      let count = (try? folder.look())?.count ?? 0
      if count > 0, depth > 0 { return (folder.path, count) }
      guard depth < 4, let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else { continue }
      for name in names.sorted() where !name.hasPrefix(".") {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: folder.file(name), isDirectory: &isFolder), isFolder.boolValue {
          queue.append((CheckpointFolder(folder.file(name)), depth + 1))
        }
      }
    }
    return nil
  }
}
