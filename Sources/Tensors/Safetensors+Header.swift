import Foundation

extension Safetensors {
  /// True for a file that can be read to its end: no folder, pipe or device.
  package static func isRegular(_ url: URL) -> Bool {
    var status = stat()
    return stat(url.path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// The metadata of a file, without its tensors: quick, whatever its size. Throws `FileError`.
  package static func metadata(of url: URL) throws -> [String: String] {
    guard isRegular(url) else { throw FileError("\(url.relativePath): is not a regular file") }
    guard let file = FileHandle(forReadingAtPath: url.path) else {
      throw FileError("\(url.relativePath): cannot be read; check its permissions")
    }
    defer { try? file.close() }
    do {
      guard let head = try file.read(upToCount: 8), head.count == 8 else { throw FileError("fewer than 8 bytes") }
      let length = head.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
      guard length > 0, length <= UInt64(longestHeader) else { throw FileError("header length \(length)") }
      guard let text = try file.read(upToCount: Int(length)), text.count == Int(length) else {
        throw FileError("header length \(length) is larger than the file")
      }
      return try metadata(inHeader: text)
    } catch let error as FileError {
      throw FileError("\(url.relativePath): not a readable checkpoint (\(error))")
    } catch {
      throw FileError("\(url.relativePath): cannot be read (\(error.localizedDescription))")
    }
  }
}
