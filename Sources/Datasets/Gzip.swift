import CZlib
import Foundation

/// Unpacks gzip data with zlib, which checks the CRC-32 and the length at the end of the stream.
enum Gzip {
  /// Why gzip data cannot be unpacked, in words that follow a file's name.
  struct Failure: Error {
    let reason: String
  }

  /// True when the data begin like gzip.
  static func isGzip(_ data: [UInt8]) -> Bool { data.count >= 2 && data[0] == 0x1F && data[1] == 0x8B }

  /// The unpacked bytes. Stops after the first `limit` of them, so that a small file cannot fill the memory; only then
  /// is the checksum not reached. Throws `Failure`.
  static func unpack(_ data: [UInt8], limit: Int) throws -> [UInt8] {
    guard isGzip(data) else { throw Failure(reason: "is named .gz but is not gzip data") }
    // zlib keeps the address of its stream, so the stream must have one that stays.
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    defer { stream.deallocate() }
    // 15 bits of window, and 16 to ask for the gzip wrapper.
    guard inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw Failure(reason: "cannot be unpacked: zlib did not start")
    }
    defer { inflateEnd(stream) }
    var unpacked: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    var consumed = 0
    while true {
      let (status, used, made) = step(stream, data[consumed...], &chunk)
      consumed += used
      unpacked.append(contentsOf: chunk[..<made])
      if unpacked.count >= limit { return Array(unpacked[..<limit]) }
      switch status {
      case Z_STREAM_END:
        if consumed == data.count { return unpacked }
        // A gzip file may be several streams one after the other.
        guard isGzip(Array(data[consumed...].prefix(2))), inflateReset(stream) == Z_OK else {
          throw Failure(reason: "has \(data.count - consumed) bytes after the end of the gzip stream")
        }
      case Z_OK where used > 0 || made > 0: continue
      case Z_OK, Z_BUF_ERROR: throw Failure(reason: "is truncated: the gzip stream ends early")
      default:
        throw Failure(
          reason: "is damaged: " + (stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(status)"))
      }
    }
  }

  /// One call of zlib: the status, the bytes used and the bytes made.
  private static func step(
    _ stream: UnsafeMutablePointer<z_stream>, _ input: ArraySlice<UInt8>, _ output: inout [UInt8]
  ) -> (Int32, Int, Int) {
    input.withUnsafeBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        let offered = min(source.count, 1 << 30)
        stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
        stream.pointee.avail_in = UInt32(offered)
        stream.pointee.next_out = target.baseAddress
        stream.pointee.avail_out = UInt32(target.count)
        let status = inflate(stream, Z_NO_FLUSH)
        return (status, offered - Int(stream.pointee.avail_in), target.count - Int(stream.pointee.avail_out))
      }
    }
  }
}
