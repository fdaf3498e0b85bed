import Foundation
import PyTorchFiles

/// Damages files in the ways that disks, networks and hostile hands do.
struct Mutator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// A damaged copy of one of the files. Most are pickles in an archive that is otherwise sound, since an archive's
  /// checksums would stop the damage before the pickle is looked at.
  mutating func mutated(_ seeds: [Data]) throws -> Data {
    var data = [UInt8](seeds[below(seeds.count)])
    let other = [UInt8](seeds[below(seeds.count)]), way = below(4)
    guard way > 0, data.starts(with: [0x50, 0x4B]), let pickle = Self.pickle(of: data) else {
      for _ in 0...below(4) { mutate(&data, other) }
      return Data(data)
    }
    var body = [UInt8](data[pickle])
    if way == 1 {
      for _ in 0...below(4) { mutate(&body, Self.pickle(of: other).map { [UInt8](other[$0]) } ?? other) }
      let storages = (0..<12).map { (key: String($0), bytes: Data(count: [432, 16, 16, 16, 16, 8, 192, 12][$0 % 8])) }
      return try PyTorchFile.encoded(pickle: Data(body), storages: storages)
    }
    for _ in 0...below(3) { overwrite(&body) }
    data.replaceSubrange(pickle, with: body)
    Self.correctChecksum(&data, of: body)
    return Data(data)
  }

  /// CRC-32 of each single byte.
  private static let checksums: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1 == 1 ? 0xEDB8_8320 : 0) }
  }

  /// Writes the checksum of the pickle into the archive's list of entries, where it is the first.
  private static func correctChecksum(_ data: inout [UInt8], of pickle: [UInt8]) {
    let last = data.count - 46
    guard let place = (0..<max(0, last)).first(where: { data[$0] == 0x50 && data[$0 + 1] == 0x4B && data[$0 + 2] == 1 })
    else {
      return
    }
    var checksum = UInt32.max
    for byte in pickle { checksum = checksum >> 8 ^ checksums[Int(UInt8(truncatingIfNeeded: checksum) ^ byte)] }
    for byte in 0..<4 { data[place + 16 + byte] = UInt8(truncatingIfNeeded: ~checksum >> UInt32(8 * byte)) }
  }

  /// Where the pickle of one of torch's archives lies: from the first PROTO to the first STOP before the next header.
  private static func pickle(of data: [UInt8]) -> Range<Int>? {
    guard let start = data.firstIndex(of: 0x80) else { return nil }
    var end = start
    while end + 4 < data.count, data[end] != 0x50 || data[end + 1] != 0x4B || data[end + 2] != 7 { end += 1 }
    return start..<end
  }

  private mutating func mutate(_ data: inout [UInt8], _ other: [UInt8]) {
    guard !data.isEmpty else { return }
    let place = below(data.count)
    switch below(8) {
    case 0...2: overwrite(&data)
    case 3: data.removeLast(min(data.count, below(64) == 0 ? below(data.count) : below(40)))
    case 4: data.removeSubrange(place..<min(data.count, place + 1 + below(32)))
    case 5:
      let from = below(max(1, other.count))
      data.insert(contentsOf: other[from..<min(other.count, from + 1 + below(64))], at: place)
    case 6:
      let from = below(max(1, other.count)), piece = other[from..<min(other.count, from + 1 + below(64))]
      data.replaceSubrange(place..<min(data.count, place + piece.count), with: piece)
    default: overwrite(&data)
    }
  }

  /// Damage that leaves the length as it is: a flipped bit, another byte, another instruction, a length that lies.
  private mutating func overwrite(_ data: inout [UInt8]) {
    guard !data.isEmpty else { return }
    let place = below(data.count)
    switch below(5) {
    case 0: data[place] ^= 1 << UInt8(below(8))
    case 1: data[place] = UInt8(below(256))
    case 2:
      data[place] = [0x28, 0x29, 0x30, 0x52, 0x62, 0x68, 0x71, 0x74, 0x75, 0x81, 0x85, 0x86, 0x87, 0x7D][below(14)]
    case 3:
      let from = below(data.count), length = min(1 + below(16), data.count - max(from, place))
      for byte in 0..<length { data[place + byte] = data[from + byte] }
    default:
      let values: [UInt64] = [0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF, 1 << 40, .max >> 1, .max]
      let value = values[below(values.count)]
      for byte in 0..<[1, 2, 4, 8][below(4)] where place + byte < data.count {
        data[place + byte] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(byte)))
      }
    }
  }

  /// A number below `limit`, by SplitMix64.
  private mutating func below(_ limit: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((bits ^ (bits >> 31)) % UInt64(max(1, limit)))
  }
}
