import CZlib
import Foundation

/// A zip archive of stored and deflated members, as `numpy.savez` writes them. Sizes are believed only as far as the file
/// holds the bytes; every member's CRC-32 is checked.
struct Zip {
  /// Why an archive cannot be read, in words that follow its name.
  struct Failure: Error {
    let reason: String
  }

  private struct Member {
    let method: Int
    let checksum: UInt32
    let packedSize: Int
    let size: Int
    let headerOffset: Int
  }

  private let data: Data
  private var members: [String: Member] = [:]

  /// Reads the central directory. Throws `Failure`.
  init(_ data: Data) throws {
    self.data = data
    let end = try endRecord()
    var place = end.directory
    for _ in 0..<end.count {
      guard try number(place, 4) == 0x0201_4B50 else { throw Failure(reason: "is damaged: no directory entry") }
      let nameLength = try number(place + 28, 2), extraLength = try number(place + 30, 2)
      let name = String(decoding: try bytes(place + 46, nameLength), as: UTF8.self)
      guard try number(place + 8, 2) & 1 == 0 else { throw Failure(reason: "has the encrypted member \(name)") }
      guard members[name] == nil else { throw Failure(reason: "has the member \(name) twice") }
      members[name] = try member(place, extra: place + 46 + nameLength, extraLength: extraLength)
      place += 46 + nameLength + extraLength + (try number(place + 32, 2))
    }
  }

  /// The members' names, sorted.
  var names: [String] { members.keys.sorted() }

  /// The unpacked bytes of a member; nil when there is none of that name. Throws `Failure`.
  func contents(of name: String) throws -> [UInt8]? {
    guard let member = members[name] else { return nil }
    guard try number(member.headerOffset, 4) == 0x0403_4B50 else {
      throw Failure(reason: "is damaged: member \(name) has no header")
    }
    let gap = try number(member.headerOffset + 26, 2) + number(member.headerOffset + 28, 2)
    let packed = try bytes(member.headerOffset + 30 + gap, member.packedSize)
    let unpacked: [UInt8]
    switch member.method {
    case 0: unpacked = [UInt8](packed)
    case 8: unpacked = try Inflate.raw(packed, limit: member.size, name: name)
    default: throw Failure(reason: "packs member \(name) by method \(member.method); use stored or deflated")
    }
    guard unpacked.count == member.size else {
      throw Failure(reason: "is damaged: member \(name) has \(unpacked.count) bytes where \(member.size) are declared")
    }
    guard Inflate.checksum(unpacked) == member.checksum else {
      throw Failure(reason: "is damaged: the CRC-32 of member \(name) does not match")
    }
    return unpacked
  }

  // MARK: the directory

  /// Entries and place of the directory, from the record at the end of the file, behind which a comment may stand.
  private func endRecord() throws -> (count: Int, directory: Int) {
    let last = data.count - 22
    var place = last
    while place >= max(0, last - 0xFFFF) {
      if try number(place, 4) == 0x0605_4B50, try place + 22 + number(place + 20, 2) == data.count {
        let count = try number(place + 10, 2), directory = try number(place + 16, 4)
        // The 64-bit record is found through a locator just before this one.
        if place >= 20, try number(place - 20, 4) == 0x0706_4B50 {
          let wide = try number(place - 12, 8)
          guard try number(wide, 4) == 0x0606_4B50 else { throw Failure(reason: "is damaged: no zip64 end record") }
          return (try number(wide + 32, 8), try number(wide + 48, 8))
        }
        return (count, directory)
      }
      place -= 1
    }
    throw Failure(reason: "is not a zip archive: no central directory")
  }

  /// An entry of the directory; sizes of 4 GiB and more stand in its extra field.
  private func member(_ place: Int, extra: Int, extraLength: Int) throws -> Member {
    var fields = [try number(place + 24, 4), try number(place + 20, 4), try number(place + 42, 4)]
    var field = extra
    while field + 4 <= extra + extraLength {
      let length = try number(field + 2, 2)
      if try number(field, 2) == 1 {
        var wide = field + 4
        for index in fields.indices where fields[index] == 0xFFFF_FFFF && wide + 8 <= field + 4 + length {
          fields[index] = try number(wide, 8)
          wide += 8
        }
      }
      field += 4 + length
    }
    return Member(
      method: try number(place + 10, 2), checksum: UInt32(try number(place + 16, 4)), packedSize: fields[1],
      size: fields[0], headerOffset: fields[2])
  }

  /// A little-endian number.
  private func number(_ place: Int, _ count: Int) throws -> Int {
    let value = try bytes(place, count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard let number = Int(exactly: value) else { throw Failure(reason: "is damaged: a size of \(value) bytes") }
    return number
  }

  private func bytes(_ place: Int, _ count: Int) throws -> Data {
    guard place >= 0, count >= 0, place <= data.count, count <= data.count - place else {
      throw Failure(reason: "is cut or damaged: it ends before what it promises")
    }
    return data[(data.startIndex + place)..<(data.startIndex + place + count)]
  }
}

/// zlib without a wrapper.
enum Inflate {
  /// The unpacked bytes of a deflate stream; memory grows with what is unpacked. Throws `Zip.Failure`.
  static func raw(_ packed: Data, limit: Int, name: String) throws -> [UInt8] {
    // zlib keeps the address of its stream, so the stream must have one that stays.
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    defer { stream.deallocate() }
    guard inflateInit2_(stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw Zip.Failure(reason: "cannot be unpacked: zlib did not start")
    }
    defer { inflateEnd(stream) }
    let source = [UInt8](packed)
    var unpacked: [UInt8] = [], chunk = [UInt8](repeating: 0, count: 1 << 18)
    var consumed = 0
    while true {
      let offered = min(source.count - consumed, 1 << 30)
      let (status, left, made) = source.withUnsafeBufferPointer { source in
        chunk.withUnsafeMutableBufferPointer { target in
          stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress.map { $0 + consumed })
          stream.pointee.avail_in = UInt32(offered)
          stream.pointee.next_out = target.baseAddress
          stream.pointee.avail_out = UInt32(target.count)
          let status = inflate(stream, Z_NO_FLUSH)
          return (status, Int(stream.pointee.avail_in), target.count - Int(stream.pointee.avail_out))
        }
      }
      consumed += offered - left
      unpacked.append(contentsOf: chunk[..<made])
      if unpacked.count > limit {
        throw Zip.Failure(reason: "is damaged: member \(name) unpacks to more than the \(limit) bytes declared")
      }
      if status == Z_STREAM_END { return unpacked }
      guard status == Z_OK, made > 0 || left < offered else {
        throw Zip.Failure(reason: "is damaged: member \(name) is not a whole deflate stream")
      }
    }
  }

  /// CRC-32 as zip has it.
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var sum = crc32(0, nil, 0), place = 0
    bytes.withUnsafeBufferPointer { bytes in
      while place < bytes.count {
        let count = min(bytes.count - place, 1 << 30)
        sum = crc32(sum, bytes.baseAddress.map { $0 + place }, UInt32(count))
        place += count
      }
    }
    return UInt32(truncatingIfNeeded: sum)
  }
}
