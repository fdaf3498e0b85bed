import Downloads
import Foundation

/// SHA-256 of the files of a data set, as `sha256sum` gives them.
package enum FileDigests {
  /// Files that are listed one by one; more become one figure.
  private static let listed = 12

  /// Lines `SHA-256  FILE`; of a folder with many files one line, which is what
  /// `find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum` prints in it. Throws.
  package static func lines(_ path: String) throws -> [String] {
    let root = BytePath(path)
    if case .file = root.kind { return ["\(try digest(root))  \(path)"] }
    var found: [[UInt8]] = []
    try collect(root, [0x2E], [], &found)
    let files = found.sorted { $0.lexicographicallyPrecedes($1) }
    let digests = try parallelMap(files.count) { try digest(root.appending(files[$0])) }
    if files.count <= listed {
      return zip(digests, files).map { "\($0)  \(path)/\(BytePath.text(Array($1.dropFirst(2))))" }
    }
    var sum = SHA256()
    for (digest, file) in zip(digests, files) {
      (Array("\(digest)  ".utf8) + file + [0x0A]).withUnsafeBytes { sum.add($0) }
    }
    return ["\(sum.digest())  all \(files.count) files of \(path)"]
  }

  private static func digest(_ file: BytePath) throws -> String {
    var sum = SHA256()
    try file.read { sum.add($0) }
    return sum.digest()
  }

  private static func collect(
    _ folder: BytePath, _ name: [UInt8], _ above: [BytePath.Identity], _ files: inout [[UInt8]]
  ) throws {
    for entry in try folder.entries() {
      let path = folder.appending(entry), inner = name + [0x2F] + entry
      switch path.kind {
      case .file: files.append(inner)
      case .folder(let identity) where !above.contains(identity) && above.count < 64:
        try collect(path, inner, above + [identity], &files)
      default: continue
      }
    }
  }
}
