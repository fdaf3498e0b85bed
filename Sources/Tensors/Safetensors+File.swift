import Foundation

// MARK: reading

extension Safetensors {
  /// Headers longer than this are refused before they are parsed (the limit of the reference implementation).
  static let longestHeader = 100_000_000

  private struct Entry: Codable {
    var dtype: String
    var shape: [Int]
    var offsets: [Int]
    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case offsets = "data_offsets"
    }
  }

  /// The header: `__metadata__` and one entry a tensor.
  private struct Header: Codable {
    var metadata: [String: String] = [:]
    var entries: [String: Entry] = [:]

    private struct Name: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    init() {}

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Name.self)
      for key in container.allKeys {
        if key.stringValue == "__metadata__" {
          metadata = try container.decode([String: String].self, forKey: key)
        } else {
          entries[key.stringValue] = try container.decode(Entry.self, forKey: key)
        }
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Name.self)
      if !metadata.isEmpty { try container.encode(metadata, forKey: Name(stringValue: "__metadata__")) }
      for (name, entry) in entries { try container.encode(entry, forKey: Name(stringValue: name)) }
    }
  }

  /// Bytes of a file that is read as a whole.
  private static let largestRead = 4 << 30

  /// Reads a file. Throws `FileError` with the file's name and what is wrong.
  package init(contentsOf url: URL) throws {
    let data: Data
    if url.hasDirectoryPath || (try? url.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory == true {
      throw FileError("\(url.relativePath): is a folder; pass a file")
    }
    // A pipe that nobody writes to must not be waited for.
    var status = stat()
    guard stat(url.path, &status) == 0 else {
      throw FileError("\(url.relativePath): \(FileError.unreadable(errno))")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw FileError("\(url.relativePath): is not a regular file; pass a file")
    }
    // A training may cut its checkpoint off while it is read, which ends a program that has mapped it. Only what no
    // checkpoint reaches is mapped.
    do {
      data = try Data(contentsOf: url, options: Int(status.st_size) > Self.largestRead ? .alwaysMapped : [])
    } catch { throw FileError("\(url.relativePath): \(FileError.unreadable(errno))") }
    do { try self.init(data: data) } catch let error as FileError {
      if let other = ForeignFile(data, path: url.relativePath) { throw FileError("\(url.relativePath): \(other)") }
      throw FileError("\(url.relativePath): \(error); save it again with the safetensors library")
    }
    guard isIntact else {
      throw FileError(
        "\(url.relativePath): damaged: its checksum is not that of its contents; use an earlier checkpoint")
    }
  }

  /// Reads the bytes of a file. Throws `FileError`.
  package init(data: Data) throws {
    guard data.count >= 8 else { throw FileError("not a safetensors file: fewer than 8 bytes") }
    let length = data.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    guard length <= UInt64(data.count - 8), length <= UInt64(Self.longestHeader) else {
      throw FileError("header length \(length) is larger than the file")
    }
    guard length > 0 else { throw FileError("header length 0: no header") }
    let start = data.startIndex + 8 + Int(length)
    let header = try Self.header(data[(data.startIndex + 8)..<start])
    self.init(metadata: header.metadata)

    try addTensors(header, data[start...])
  }

  /// Takes the tensors out of the bytes behind the header; they must cover them without gap or overlap.
  private mutating func addTensors(_ header: Header, _ body: Data) throws {
    for (name, entry) in header.entries where entry.offsets.count != 2 {
      throw FileError("tensor '\(name)': data_offsets are not two numbers")
    }
    let inOrder = header.entries.sorted {
      ($0.value.offsets[0], $0.value.offsets[1], $0.key) < ($1.value.offsets[0], $1.value.offsets[1], $1.key)
    }
    var covered = 0
    for (name, entry) in inOrder {
      let (begin, end) = (entry.offsets[0], entry.offsets[1])
      guard begin >= 0, end >= begin else { throw FileError("tensor '\(name)': offsets \(begin) … \(end)") }
      guard end <= body.count else { throw FileError("tensor '\(name)' ends past the end of the file") }
      guard begin == covered else {
        throw FileError("tensor '\(name)' starts at byte \(begin), expected \(covered): gap or overlap")
      }
      covered = end
      guard let type = ElementType(rawValue: entry.dtype) else {
        unreadable[name] = entry.dtype
        continue
      }
      let bytes = try Self.byteCount(name, entry.shape, type)
      guard bytes == end - begin else {
        throw FileError("tensor '\(name)': shape \(entry.shape) needs \(bytes) bytes, its offsets span \(end - begin)")
      }
      let first = body.startIndex + begin
      tensors[name] = Tensor(type: type, shape: entry.shape, bytes: body[first..<(first + bytes)])
    }
    guard covered == body.count else {
      throw FileError("\(body.count - covered) bytes do not belong to any tensor")
    }
  }

  /// The metadata in the bytes of a header. Throws `FileError`.
  static func metadata(inHeader bytes: Data) throws -> [String: String] { try header(bytes).metadata }

  private static func header(_ bytes: Data) throws -> Header {
    guard String(data: bytes, encoding: .utf8) != nil else { throw FileError("header is not valid UTF-8") }
    do { return try JSONDecoder().decode(Header.self, from: Data(bytes)) } catch {
      throw FileError("malformed header: \(reason(error))")
    }
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, _): "'\(key.stringValue)' is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' has the wrong type"
    case DecodingError.dataCorrupted(let context):
      context.codingPath.isEmpty
        ? "no valid JSON" : "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' is out of range"
    default: "no valid JSON"
    }
  }

  private static func byteCount(_ name: String, _ shape: [Int], _ type: ElementType) throws -> Int {
    var bytes = type.size
    for dimension in shape {
      guard dimension >= 0 else { throw FileError("tensor '\(name)': negative dimension \(dimension)") }
      let (product, overflow) = bytes.multipliedReportingOverflow(by: dimension)
      guard !overflow else { throw FileError("tensor '\(name)': shape \(shape) overflows") }
      bytes = product
    }
    return bytes
  }
}

// MARK: writing

extension Safetensors {
  /// The bytes of a file with these tensors, sorted by name.
  package func encoded() throws -> Data {
    var header = Header()
    header.metadata = metadata
    var body = Data()
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      header.entries[name] = Entry(
        dtype: tensor.type.rawValue, shape: tensor.shape, offsets: [body.count, body.count + tensor.bytes.count])
      body.append(tensor.bytes)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var text = try encoder.encode(header)
    while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
    var data = Data()
    withUnsafeBytes(of: UInt64(text.count).littleEndian) { data.append(contentsOf: $0) }
    data.append(text)
    data.append(body)
    return data
  }

  /// Writes the file atomically: under another name, flushed to the disk, then renamed. Throws `FileError`.
  package func write(to url: URL) throws { try AtomicFile.write(encoded(), to: url) }
}
