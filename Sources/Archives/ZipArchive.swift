import CLibzip
import Foundation
import Spelling
import Tensors

/// What the reader of an archive can do about a damaged one.
package struct ZipUse: Sendable {
  /// What the archive should be: `any checkpoint`.
  let kind: String
  /// Gets a whole file.
  let damaged: String
  /// Makes a new one.
  let rewrite: String

  package init(kind: String, damaged: String, rewrite: String) {
    (self.kind, self.damaged, self.rewrite) = (kind, damaged, rewrite)
  }
}

/// A zip file, read through libzip. Sizes are believed only as far as the file has room for them.
package final class ZipArchive {
  /// One entry.
  package struct Entry: Sendable {
    let index: UInt64
    /// Bytes of its contents, as the list of entries has it.
    package let size: Int
    /// Bytes that they take in the archive.
    package let packed: Int
    /// False for compressed contents.
    package let isStored: Bool
  }

  private let handle: OpaquePointer
  private let use: ZipUse
  /// The entries by name.
  package private(set) var entries: [String: Entry] = [:]

  /// Opens a file. Throws `FileError`, without the file's name.
  package convenience init(_ file: InputFile, _ use: ZipUse) throws {
    try ZipDirectory.check(file, use)
    let descriptor = try file.duplicate()
    var code: Int32 = 0
    guard let handle = zip_fdopen(descriptor, 0, &code) else {
      close(descriptor)
      throw Self.failure(code, use)
    }
    try self.init(handle, fileSize: file.count, use)
  }

  /// Reads bytes in memory.
  package convenience init(_ data: Data, _ use: ZipUse) throws {
    try ZipDirectory.check(data, use)
    guard let copy = malloc(max(1, data.count)) else { throw FileError("not enough memory") }
    data.withUnsafeBytes { if let start = $0.baseAddress { memcpy(copy, start, data.count) } }
    var error = zip_error_t()
    guard let source = zip_source_buffer_create(copy, UInt64(data.count), 1, &error) else {
      free(copy)
      throw Self.failure(zip_error_code_zip(&error), use)
    }
    guard let handle = zip_open_from_source(source, ZIP_RDONLY, &error) else {
      zip_source_free(source)
      throw Self.failure(zip_error_code_zip(&error), use)
    }
    try self.init(handle, fileSize: data.count, use)
  }

  private init(_ handle: OpaquePointer, fileSize: Int, _ use: ZipUse) throws {
    self.handle = handle
    self.use = use
    let count = zip_get_num_entries(handle, 0)
    guard count >= 0, count <= ZipDirectory.mostEntries else {
      throw FileError("is a zip file of \(count) entries, more than \(use.kind) has; \(use.rewrite)")
    }
    entries.reserveCapacity(Int(count))
    var total = 0
    for index in 0..<UInt64(count) { total = try addEntry(index, total: total, fileSize: fileSize) }
  }

  deinit { zip_discard(handle) }

  private func addEntry(_ index: UInt64, total: Int, fileSize: Int) throws -> Int {
    var status = zip_stat_t()
    let flags = UInt32(ZIP_FL_ENC_RAW)
    guard let raw = zip_get_name(handle, index, flags), zip_stat_index(handle, index, flags, &status) == 0 else {
      throw FileError("is a damaged zip file: entry \(index) has no name or size; \(use.damaged)")
    }
    let name = String(cString: raw)
    guard status.valid & UInt64(ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD) != 0,
      let size = Int(exactly: status.size), let packed = Int(exactly: status.comp_size), packed <= fileSize - total
    else {
      throw FileError(
        "is a damaged zip file: its entries need more bytes than the file has (\(fileSize)); \(use.damaged)")
    }
    guard status.encryption_method == ZIP_EM_NONE else {
      throw FileError("is an encrypted zip file; unpack it with unzip and \(use.rewrite)")
    }
    let isStored = status.comp_method == ZIP_CM_STORE
    guard !isStored || size == packed else {
      throw FileError("is a damaged zip file: '\(oneLine(name))' has two different sizes; \(use.damaged)")
    }
    guard entries.updateValue(Entry(index: index, size: size, packed: packed, isStored: isStored), forKey: name) == nil
    else {
      throw FileError("has two entries named '\(oneLine(name))'; \(use.rewrite)")
    }
    return total + packed
  }

  private static func failure(_ code: Int32, _ use: ZipUse) -> FileError {
    switch code {
    case ZIP_ER_MEMORY: FileError("not enough memory to read its list of entries")
    default: FileError("is a damaged or incomplete zip file (no list of entries at its end); \(use.damaged)")
    }
  }
}

// MARK: contents

extension ZipArchive {
  /// The contents of an entry as a stream. Throws `FileError` when there is none of that name.
  package func stream(_ name: String) throws -> Stream {
    guard let entry = entries[name] else { throw FileError("has no entry '\(oneLine(name))'") }
    guard let file = zip_fopen_index(handle, entry.index, 0) else { throw damaged(name) }
    return Stream(self, file, name: name, size: entry.size)
  }

  /// The whole contents of an entry, which must not be compressed: no more bytes than the file has.
  package func contents(_ name: String) throws -> Data {
    let stream = try stream(name), size = stream.size
    guard size > 0 else { return Data() }
    guard let memory = malloc(size) else {
      throw FileError("not enough memory for '\(oneLine(name))' (\(size) bytes)")
    }
    do {
      try stream.read(memory, size)
      try stream.finish()
    } catch {
      free(memory)
      throw error
    }
    return Data(bytesNoCopy: memory, count: size, deallocator: .free)
  }

  fileprivate func damaged(_ name: String) -> FileError {
    FileError(
      "its entry '\(oneLine(name))' is cut off or does not match its checksum; \(use.damaged), or \(use.rewrite)")
  }

  /// One entry, unpacked as it is read.
  package final class Stream {
    private let archive: ZipArchive
    private let file: OpaquePointer
    private let name: String
    /// Bytes in all, as the list of entries has it.
    package let size: Int
    /// Bytes read so far.
    package private(set) var position = 0

    fileprivate init(_ archive: ZipArchive, _ file: OpaquePointer, name: String, size: Int) {
      (self.archive, self.file, self.name, self.size) = (archive, file, name, size)
    }

    deinit { zip_fclose(file) }

    /// Reads exactly `count` bytes. Throws `FileError` where there are fewer.
    package func read(_ target: UnsafeMutableRawPointer, _ count: Int) throws {
      var filled = 0
      while filled < count {
        let got = zip_fread(file, target + filled, UInt64(count - filled))
        guard got > 0 else { throw archive.damaged(name) }
        filled += Int(got)
      }
      position += count
    }

    /// Checks that the contents end here and match their checksum, which is compared when the end is read.
    package func finish() throws {
      var extra: UInt8 = 0
      guard position == size, zip_fread(file, &extra, 1) == 0 else { throw archive.damaged(name) }
    }
  }
}
