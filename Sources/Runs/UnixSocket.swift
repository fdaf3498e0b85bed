import Foundation

/// A Unix socket in a folder. Paths of sockets may have only about a hundred bytes; that of the folder may be longer,
/// and is gone through by its descriptor.
enum UnixSocket {
  /// The file's name in the folder of a run.
  static let name = "control.sock"

  /// Opens a socket that listens, which only the user can reach. A socket that a killed process left is replaced.
  static func listen(in folder: URL) throws -> Int32 {
    unlink(folder.appendingPathComponent(name).path)
    return try with(folder) { descriptor, address, length in
      let mask = umask(0o177)
      defer { umask(mask) }
      return bind(descriptor, address, length) == 0 && Foundation.listen(descriptor, 8) == 0
    }
  }

  /// Connects to the process that listens.
  static func connect(in folder: URL) throws -> Int32 {
    try with(folder) { descriptor, address, length in Foundation.connect(descriptor, address, length) == 0 }
  }

  private static func with(
    _ folder: URL, _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Bool
  ) throws -> Int32 {
    let path = folder.appendingPathComponent(name).path
    let directory = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { if directory >= 0 { close(directory) } }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0, directory >= 0 else { throw RunError("\(path): \(String(cString: strerror(errno)))") }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let short = Array("/proc/self/fd/\(directory)/\(name)".utf8CString)
    withUnsafeMutableBytes(of: &address.sun_path) { target in
      for (index, byte) in short.enumerated() where index < target.count { target[index] = UInt8(bitPattern: byte) }
    }
    let isDone = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard isDone else {
      let reason = String(cString: strerror(errno))
      close(descriptor)
      throw RunError("\(path): \(reason)")
    }
    return descriptor
  }
}

/// Lines over a socket. A peer that has gone away is an end, not a signal.
final class SocketLines: Sendable {
  private let descriptor: Int32

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// The longest line that is read.
  private static let longest = 1 << 16

  /// Hands every line to `body` until the peer ends, `body` returns false, or a line is too long.
  func read(_ body: (String) -> Bool) {
    var buffer: [UInt8] = [], chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = recv(descriptor, &chunk, chunk.count, 0)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      buffer += chunk[..<count]
      while let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: buffer[..<end], as: UTF8.self)
        buffer.removeFirst(end + 1)
        guard body(line) else { return }
      }
      guard buffer.count <= Self.longest else { return }
    }
  }

  /// Writes a line; false when the peer is gone.
  @discardableResult
  func write(_ line: String) -> Bool {
    var bytes = Array((line + "\n").utf8)[...]
    while !bytes.isEmpty {
      let sent = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if sent < 0, errno == EINTR { continue }
      guard sent > 0 else { return false }
      bytes = bytes.dropFirst(sent)
    }
    return true
  }

  /// Ends both directions: a reader wakes.
  func end() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}
