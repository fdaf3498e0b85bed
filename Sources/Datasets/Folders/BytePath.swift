import Foundation

/// A path as the bytes that the system has. They need not be UTF-8; in messages other bytes are escaped.
struct BytePath: Hashable, Sendable, CustomStringConvertible {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }
  init(_ text: String) { bytes = Array(text.utf8) }

  /// The entry `name` of this folder.
  func appending(_ name: [UInt8]) -> BytePath { BytePath(bytes + (bytes.last == 0x2F ? [] : [0x2F]) + name) }

  /// The last component.
  var name: [UInt8] { Array(bytes.split(separator: 0x2F).last ?? bytes[...]) }

  var description: String { BytePath.text(bytes) }

  /// Bytes in words: `caf\xE9.jpg` where they are not UTF-8.
  static func text(_ bytes: [UInt8]) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    var result = ""
    var rest = bytes[...]
    while let first = rest.first {
      let length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
      if let character = String(validating: rest.prefix(length), as: UTF8.self) {
        result += character
        rest = rest.dropFirst(length)
      } else {
        result += "\\x" + String(first, radix: 16, uppercase: true)
        rest = rest.dropFirst()
      }
    }
    return result
  }

  // MARK: the file system

  /// What a path leads to, links followed.
  enum Kind: Hashable {
    /// A folder, with what tells it from every other.
    case folder(Identity)
    /// A regular file.
    case file(size: Int)
    /// A device, a pipe, a socket; or a link that leads nowhere.
    case other
  }

  /// The device and number of a folder.
  struct Identity: Hashable {
    let device: UInt64
    let number: UInt64
  }

  var kind: Kind {
    var status = stat()
    guard withPath({ stat($0, &status) }) == 0 else { return .other }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return .folder(Identity(device: UInt64(status.st_dev), number: UInt64(status.st_ino)))
    case S_IFREG: return .file(size: Int(status.st_size))
    default: return .other
    }
  }

  /// The names in a folder, sorted by their bytes. Throws `DataError`.
  func entries() throws -> [[UInt8]] {
    guard let folder = withPath({ opendir($0) }) else {
      throw DataError("\(self): cannot be listed (\(String(cString: strerror(errno)))); check its permissions")
    }
    defer { closedir(folder) }
    var names: [[UInt8]] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
        field.withMemoryRebound(to: UInt8.self, capacity: 256) { text in
          Array(
            UnsafeBufferPointer(
              start: text, count: strnlen(UnsafeRawPointer(text).assumingMemoryBound(to: CChar.self), 256)))
        }
      }
      if name != [0x2E], name != [0x2E, 0x2E] { names.append(name) }
    }
    return names.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// Opens a regular file. Throws `DataError`.
  private func opened() throws -> (descriptor: Int32, size: Int) {
    // A pipe that nobody writes to must not be waited for.
    let descriptor = withPath { open($0, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
    guard descriptor >= 0 else {
      throw DataError("\(self): cannot be read (\(String(cString: strerror(errno)))); check its permissions")
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw DataError("\(self): not a regular file; remove it")
    }
    return (descriptor, Int(status.st_size))
  }

  /// The bytes of a regular file of any size, piece by piece. Throws `DataError`.
  func read(_ body: (UnsafeRawBufferPointer) -> Void) throws {
    let (descriptor, _) = try opened()
    defer { close(descriptor) }
    var piece = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = piece.withUnsafeMutableBytes { Foundation.read(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw DataError("\(self): cannot be read to its end (\(String(cString: strerror(errno)))); check the disk")
      }
      if count == 0 { return }
      piece.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }
  }

  /// The bytes of a regular file of at most `limit` of them. Throws `DataError`.
  func contents(limit: Int = 256 << 20) throws -> Data {
    let (descriptor, size) = try opened()
    defer { close(descriptor) }
    guard size <= limit else {
      throw DataError("\(self): \(size >> 20) MiB; at most \(limit >> 20) MiB are read as one file")
    }
    var data = Data(count: size)
    let count = data.withUnsafeMutableBytes { buffer in
      var done = 0
      while done < size {
        let more = Foundation.read(descriptor, buffer.baseAddress.map { $0 + done }, size - done)
        if more < 0 && errno == EINTR { continue }
        guard more > 0 else { break }
        done += more
      }
      return done
    }
    guard count == size else { throw DataError("\(self): cannot be read to its end; check the disk") }
    return data
  }

  /// The path as C wants it, with a zero at its end.
  private func withPath<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    body(bytes.map { CChar(bitPattern: $0) } + [0])
  }
}
