import Foundation

extension Safetensors {
  /// The metadata of a file, without its tensors: quick, whatever its size. Throws `FileError`.
  package static func metadata(of url: URL) throws -> [String: String] {
    guard let file = FileHandle(forReadingAtPath: url.path) else {
      throw FileError("\(url.path): cannot be read; check its permissions")
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
      throw FileError("\(url.path): not a readable checkpoint (\(error))")
    } catch {
      throw FileError("\(url.path): cannot be read (\(error.localizedDescription))")
    }
  }
}
