import CZlib
import Foundation

/// The unpacked bytes of a gzip file, as they are wanted. Memory does not grow with the file.
final class GzipStream {
  private let file: FileHandle
  private let path: String
  private let stream: UnsafeMutablePointer<z_stream>
  private var input = [UInt8]()
  private var consumed = 0
  private var isAtEnd = false

  /// Throws `DownloadError`.
  init(_ path: String) throws {
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw DownloadError("\(path): cannot be read; check its permissions")
    }
    (self.file, self.path) = (file, path)
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 bits of window, and 16 to ask for the gzip wrapper.
    guard inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw DownloadError("\(path): zlib does not start")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    try? file.close()
  }

  /// The next `count` bytes, fewer at the end of the stream. Throws `DownloadError`.
  func read(_ count: Int) throws -> [UInt8] {
    var failure: DownloadError?
    let result = [UInt8](unsafeUninitializedCapacity: count) { target, made in
      do {
        while made < count, !isAtEnd {
          try fill()
          made += try inflate(into: UnsafeMutableBufferPointer(rebasing: target[made...]))
        }
      } catch let error as DownloadError {
        failure = error
      } catch {
        failure = DownloadError("\(path): \(error)")
      }
    }
    if let failure { throw failure }
    return result
  }

  private func fill() throws {
    guard consumed == input.count else { return }
    input = [UInt8](try file.read(upToCount: 1 << 18) ?? Data())
    consumed = 0
    if input.isEmpty { throw DownloadError("\(path): ends early; download it again") }
  }

  private func inflate(into target: UnsafeMutableBufferPointer<UInt8>) throws -> Int {
    let offered = input.count - consumed
    let (status, left, made) = input.withUnsafeMutableBufferPointer { input in
      stream.pointee.next_in = input.baseAddress.map { $0 + consumed }
      stream.pointee.avail_in = UInt32(offered)
      stream.pointee.next_out = target.baseAddress
      stream.pointee.avail_out = UInt32(target.count)
      let status = CZlib.inflate(stream, Z_NO_FLUSH)
      return (status, Int(stream.pointee.avail_in), target.count - Int(stream.pointee.avail_out))
    }
    consumed += offered - left
    switch status {
    case Z_STREAM_END: isAtEnd = true
    case Z_OK, Z_BUF_ERROR: break
    default: throw DownloadError("\(path): is not whole gzip data; download it again")
    }
    return made
  }
}
