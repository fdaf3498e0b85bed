import CLibzip
import Foundation
import Spelling
import Tensors

/// A zip file whose entries are stored without compression, read through libzip.
final class ZipArchive {
  /// One entry.
  struct Entry: Sendable {
    let index: UInt64
    /// Bytes of its contents.
    let size: Int
    let isStored: Bool
  }

  private let handle: OpaquePointer
  /// The entries by name.
  private(set) var entries: [String: Entry] = [:]

  /// Opens a file.
  convenience init(_ file: InputFile) throws {
    try ZipDirectory.check(file)
    let descriptor = try file.duplicate()
    var code: Int32 = 0
    guard let handle = zip_fdopen(descriptor, 0, &code) else {
      close(descriptor)
      throw Self.failure(code)
    }
    try self.init(handle, fileSize: file.count)
  }

  /// Reads bytes in memory.
  convenience init(_ data: Data) throws {
    try ZipDirectory.check(data)
    guard let copy = malloc(max(1, data.count)) else { throw FileError("not enough memory") }
    data.withUnsafeBytes { if let start = $0.baseAddress { memcpy(copy, start, data.count) } }
    var error = zip_error_t()
    guard let source = zip_source_buffer_create(copy, UInt64(data.count), 1, &error) else {
      free(copy)
      throw Self.failure(zip_error_code_zip(&error))
    }
    guard let handle = zip_open_from_source(source, ZIP_RDONLY, &error) else {
      zip_source_free(source)
      throw Self.failure(zip_error_code_zip(&error))
    }
    try self.init(handle, fileSize: data.count)
  }

  private init(_ handle: OpaquePointer, fileSize: Int) throws {
    self.handle = handle
    let count = zip_get_num_entries(handle, 0)
    guard count >= 0, count <= ZipDirectory.mostEntries else {
      throw FileError("is a zip file of \(count) entries, more than any checkpoint has; pass a file of torch.save")
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
      throw FileError("is a damaged zip file: entry \(index) has no name or size; \(Remedy.downloadAgain)")
    }
    let name = String(cString: raw)
    guard status.valid & UInt64(ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD) != 0,
      let size = Int(exactly: status.size), let packed = Int(exactly: status.comp_size), packed <= fileSize - total
    else {
      throw FileError(
        "is a damaged zip file: its entries need more bytes than the file has (\(fileSize)); \(Remedy.downloadAgain)")
    }
    guard status.encryption_method == ZIP_EM_NONE else {
      throw FileError("is an encrypted zip file; unpack it with unzip and save the weights again with torch.save")
    }
    let isStored = status.comp_method == ZIP_CM_STORE
    guard !isStored || size == packed else {
      throw FileError("is a damaged zip file: '\(oneLine(name))' has two different sizes; \(Remedy.downloadAgain)")
    }
    guard entries.updateValue(Entry(index: index, size: size, isStored: isStored), forKey: name) == nil else {
      throw FileError("has two entries named '\(oneLine(name))'; save it again with torch.save")
    }
    return total + packed
  }

  /// The contents of an entry. Throws when it is compressed, cut off or damaged.
  func contents(_ name: String) throws -> Data {
    guard let entry = entries[name] else { throw FileError("has no entry '\(oneLine(name))'") }
    guard entry.isStored else {
      throw FileError(
        "its entry '\(oneLine(name))' is compressed, but torch.save stores entries uncompressed; unpack it and zip it "
          + "again with 'zip -0 -r', or save it again with torch.save")
    }
    guard entry.size > 0 else { return Data() }
    guard let file = zip_fopen_index(handle, entry.index, 0) else { throw damaged(name) }
    defer { zip_fclose(file) }
    guard let memory = malloc(entry.size) else {
      throw FileError("not enough memory for '\(oneLine(name))' (\(entry.size) bytes)")
    }
    var filled = 0
    while filled < entry.size {
      let got = zip_fread(file, memory + filled, UInt64(entry.size - filled))
      guard got > 0 else { break }
      filled += Int(got)
    }
    // The checksum is compared when the end is read.
    var extra: UInt8 = 0
    guard filled == entry.size, zip_fread(file, &extra, 1) == 0 else {
      free(memory)
      throw damaged(name)
    }
    return Data(bytesNoCopy: memory, count: entry.size, deallocator: .free)
  }

  private func damaged(_ name: String) -> FileError {
    FileError(
      "its entry '\(oneLine(name))' is cut off or does not match its checksum; \(Remedy.downloadAgain), or save it "
        + "again with torch.save")
  }

  private static func failure(_ code: Int32) -> FileError {
    switch code {
    case ZIP_ER_MEMORY: FileError("not enough memory to read its list of entries")
    default:
      FileError("is a damaged or incomplete zip file (no list of entries at its end); \(Remedy.downloadAgain)")
    }
  }
}
