import CLibzip
import Foundation
import Tensors

/// Writes a zip file in memory through libzip: entries stored, each starting at a multiple of 64 bytes as torch
/// aligns them.
package enum ZipWriter {
  private static let alignment = 64
  /// The mark of torch's padding in the extra field of a local header.
  private static let paddingMark: UInt16 = 0x4246

  package static func encoded(_ entries: [(name: String, contents: Data)]) throws -> Data {
    var error = zip_error_t()
    guard let target = zip_source_buffer_create(nil, 0, 0, &error) else { throw failure() }
    defer { zip_source_free(target) }
    // The archive frees its source when it is closed; the bytes are read from it afterwards.
    zip_source_keep(target)
    guard let archive = zip_open_from_source(target, ZIP_CREATE | ZIP_TRUNCATE, &error) else {
      zip_source_free(target)
      throw failure()
    }
    // libzip reads the contents only when it closes the archive, so they are copied for it to own.
    var offset = 0
    do {
      for entry in entries { try add(entry.name, entry.contents, to: archive, at: &offset) }
    } catch {
      zip_discard(archive)
      throw error
    }
    guard zip_close(archive) == 0 else {
      zip_discard(archive)
      throw failure()
    }
    return try bytes(of: target)
  }

  private static func add(
    _ name: String, _ contents: Data, to archive: OpaquePointer, at offset: inout Int
  ) throws {
    guard let copy = malloc(max(1, contents.count)) else { throw failure() }
    contents.withUnsafeBytes { if let start = $0.baseAddress { memcpy(copy, start, contents.count) } }
    guard let source = zip_source_buffer(archive, copy, UInt64(contents.count), 1) else {
      free(copy)
      throw failure()
    }
    let index = zip_file_add(archive, name, source, UInt32(ZIP_FL_ENC_UTF_8))
    guard index >= 0 else {
      zip_source_free(source)
      throw failure()
    }
    let number = UInt64(index), header = 30 + name.utf8.count + 4
    let padding = (alignment - (offset + header) % alignment) % alignment
    let zeros = [UInt8](repeating: 0, count: padding)
    guard zip_set_file_compression(archive, number, ZIP_CM_STORE, 0) == 0,
      zip_file_set_dostime(archive, number, 0, 0x21, 0) == 0,
      zip_file_extra_field_set(archive, number, paddingMark, 0, zeros, UInt16(padding), UInt32(ZIP_FL_LOCAL)) == 0
    else { throw failure() }
    offset += header + padding + contents.count
  }

  private static func bytes(of source: OpaquePointer) throws -> Data {
    var status = zip_stat_t()
    guard zip_source_stat(source, &status) == 0, zip_source_open(source) == 0 else { throw failure() }
    defer { zip_source_close(source) }
    guard let size = Int(exactly: status.size), let memory = malloc(max(1, size)) else { throw failure() }
    guard zip_source_read(source, memory, UInt64(size)) == Int64(size) else {
      free(memory)
      throw failure()
    }
    return Data(bytesNoCopy: memory, count: size, deallocator: .free)
  }

  private static func failure() -> FileError { FileError("not enough memory to make the zip file") }
}
