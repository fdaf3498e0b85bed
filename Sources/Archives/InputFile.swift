import Foundation
import Tensors

/// An open file that is read by position: never mapped, since a training script may cut it off at any moment.
package final class InputFile: Sendable {
  private let descriptor: Int32
  /// Bytes in all, when it was opened.
  package let count: Int

  /// Opens a file. Throws for folders, pipes and devices.
  package init(_ url: URL) throws {
    descriptor = open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(FileError.unreadable(errno)) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let reason = FileError.unreadable(errno)
      close(descriptor)
      throw FileError(reason)
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: count = Int(status.st_size)
    case S_IFDIR:
      close(descriptor)
      throw FileError("is a folder; pass a file")
    default:
      close(descriptor)
      throw FileError("is not a regular file; pass a file")
    }
  }

  deinit { close(descriptor) }

  /// The first bytes, up to `length`.
  package func prefix(_ length: Int) throws -> [UInt8] { try read(from: 0, min(length, count)) }

  /// `wanted` bytes from the place `start`.
  package func read(from start: Int, _ wanted: Int) throws -> [UInt8] {
    var problem: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
      while filled < wanted {
        let got = pread(descriptor, buffer.baseAddress.map { $0 + filled }, wanted - filled, off_t(start + filled))
        if got < 0, errno == EINTR { continue }
        if got <= 0 {
          problem = got < 0 ? errno : 0
          break
        }
        filled += got
      }
    }
    guard problem == 0 else { throw FileError(FileError.unreadable(problem)) }
    guard bytes.count == wanted else { throw FileError("became shorter while it was read; read it again") }
    return bytes
  }

  /// A second descriptor of the same file, for a library that closes it and moves its reading position.
  func duplicate() throws -> Int32 {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { throw FileError(FileError.unreadable(errno)) }
    return copy
  }
}
