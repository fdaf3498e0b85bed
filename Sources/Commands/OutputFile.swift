import Foundation

/// A file that a command will write: checked before hours of work.
struct OutputFile {
  /// The option that names it, for messages.
  let option: String
  let path: String

  init(_ option: String, _ path: String) { (self.option, self.path) = (option, path) }

  /// Throws when it cannot be written (`makesFolder`: its folder may be missing), or is one of the command's `inputs`
  /// or other `outputs`: by the same name, through a link, or in another spelling.
  func check(
    inputs: [(option: String, path: String?)] = [], outputs: [OutputFile] = [], makesFolder: Bool = false
  ) throws {
    let files = FileManager.default
    var isFolder: ObjCBool = false
    let exists = files.fileExists(atPath: path, isDirectory: &isFolder)
    if exists, isFolder.boolValue {
      throw CommandFailure.failed("\(path) is a folder; use the name of a file")
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let isSpecial = exists && !isRegular
    guard makesFolder || files.isWritableFile(atPath: isSpecial ? path : folder) else {
      throw CommandFailure.failed("\(path): its folder is missing or can't be written to; use a different folder")
    }
    if isSpecial { return }
    for case (let name, let input?) in inputs where isSameFile(as: input) {
      throw CommandFailure.usage(
        "\(option) \(path): this would overwrite the file of \(name); use another file")
    }
    for other in outputs where isSameFile(as: other.path) {
      throw CommandFailure.usage("\(option) \(path): \(other.option) writes to the same file; use another one")
    }
  }

  private var isRegular: Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  private func isSameFile(as other: String) -> Bool {
    var one = stat(), two = stat()
    if stat(path, &one) == 0, stat(other, &two) == 0 { return one.st_dev == two.st_dev && one.st_ino == two.st_ino }
    return Self.place(path) == Self.place(other)
  }

  /// The path of a file that need not exist, without links and dots.
  private static func place(_ path: String) -> String {
    let url = URL(fileURLWithPath: path).standardizedFileURL
    return url.deletingLastPathComponent().resolvingSymlinksInPath().path + "/" + url.lastPathComponent
  }
}
