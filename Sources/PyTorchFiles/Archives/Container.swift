import Archives
import Foundation
import Spelling
import Tensors

/// The outside of a checkpoint: where its pickle and its storages lie.
protocol Container {
  /// The value that the pickle holds.
  var root: PickledValue { get }
  /// The bytes of a storage.
  func bytes(of storage: StorageRecord) throws -> Data
}

extension ZipUse {
  static let checkpoint = ZipUse(
    kind: "any checkpoint", damaged: Remedy.downloadAgain, rewrite: "save it again with torch.save")
}

extension ZipArchive {
  /// The contents of an entry. Throws when it is compressed, cut off or damaged.
  func storedContents(_ name: String) throws -> Data {
    if let entry = entries[name], !entry.isStored {
      throw FileError(
        "its entry '\(oneLine(name))' is compressed, but torch.save stores entries uncompressed; unpack it and zip it "
          + "again with 'zip -0 -r', or save it again with torch.save")
    }
    return try contents(name)
  }
}

/// `torch.save` since 1.6: a zip file with a pickle and one entry for each storage.
struct ZipContainer: Container {
  let root: PickledValue
  private let archive: ZipArchive
  private let folder: String

  /// Reads the pickle and compares every storage that it names with the archive's entries.
  init(_ archive: ZipArchive, name: String) throws {
    self.archive = archive
    folder = try ZipKind.folder(of: archive, name: name)
    if archive.entries[folder + "byteorder"] != nil {
      let order = String(decoding: try archive.storedContents(folder + "byteorder").prefix(16), as: UTF8.self)
      guard order == "little" else {
        throw FileError(
          "was saved with byte order '\(oneLine(order))', expected little; on any PC: "
            + Remedy.python(name, load: "torch.load(FILE, weights_only=True)"))
      }
    }
    let pickle = [UInt8](try archive.storedContents(folder + "data.pkl"))
    guard !pickle.isEmpty else {
      throw FileError("its data.pkl is empty: saving was interrupted; save it again with torch.save")
    }
    var machine = PickleMachine(pickle)
    let value = try machine.run()
    root = PickledValue(table: PickledValue.Table(machine.heap), index: value)
    for storage in root.table.heap.storages { try check(storage) }
  }

  private func check(_ storage: StorageRecord) throws {
    let entry = "\(folder)data/\(storage.key)"
    guard let size = archive.entries[entry]?.size else {
      throw FileError(
        "has no entry '\(oneLine(entry))', which its tensors need; the file is incomplete, save or "
          + "download it again")
    }
    guard let bytes = try storage.byteCount(), bytes != size else { return }
    throw FileError(
      "its entry '\(oneLine(entry))' has \(size) bytes, expected \(bytes); the file is damaged, "
        + "save or download it again"
    )
  }

  func bytes(of storage: StorageRecord) throws -> Data { try archive.storedContents("\(folder)data/\(storage.key)") }
}

/// `torch.save` before 1.6: pickles of a magic number, a version, the byte order, the values and the storages' keys;
/// then an element count and the bytes of each storage.
struct LegacyContainer: Container {
  static let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]

  let root: PickledValue
  private let places: [String: Range<Int>]

  init(_ bytes: [UInt8], name: String) throws {
    var machine = PickleMachine(bytes)
    let magic = try machine.run()
    guard case .longInteger(let range) = machine.heap[magic], bytes[range].elementsEqual(Self.magic) else {
      throw FileError(
        "is a plain pickle, not a file of torch.save; if you trust it: "
          + Remedy.python(name, load: "__import__(\"pickle\").load(open(FILE, \"rb\"))"))
    }
    let version = try machine.run()
    guard case .integer(1001) = machine.heap[version] else {
      throw FileError("has an unknown version of the format before torch 1.6; \(Remedy.saveAgain)")
    }
    let description = try machine.run()
    let system = PickledValue(table: PickledValue.Table(machine.heap), index: description)
    if case .bool(false)? = system["little_endian"]?.content {
      throw FileError(
        "was saved on a big-endian machine; on any PC: "
          + Remedy.python(name, load: "torch.load(FILE, weights_only=True)"))
    }
    let value = try machine.run(), keys = try machine.run()
    root = PickledValue(table: PickledValue.Table(machine.heap), index: value)
    places = try Self.places(of: machine.heap, keys: keys, from: machine.position)
  }

  private static func places(
    of heap: PickleHeap, keys: PickleHeap.Index, from start: Int
  ) throws -> [String: Range<Int>] {
    guard let keys = heap.elements(keys) else { throw FileError("its list of storages is malformed") }
    let storages = Dictionary(heap.storages.map { ($0.key, $0) }) { first, _ in first }
    var places: [String: Range<Int>] = [:]
    var position = start
    for index in keys {
      guard let key = heap.name(index), let storage = storages[key], let length = try storage.byteCount() else {
        throw FileError("its list of storages names one of an unknown type; \(Remedy.saveAgain)")
      }
      guard heap.bytes.count - position >= 8, length <= heap.bytes.count - position - 8 else {
        throw FileError("ends before its last tensor; the file is incomplete, save or download it again")
      }
      let count = heap.bytes[position..<(position + 8)].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      guard count == UInt64(storage.count) else {
        throw FileError(
          "its storage '\(oneLine(key))' has \(count) elements, expected \(storage.count); the file is "
            + "damaged, save or download it again")
      }
      places[key] = (position + 8)..<(position + 8 + length)
      position += 8 + length
    }
    for storage in heap.storages {
      guard try places[storage.key]?.count == storage.byteCount() else {
        throw FileError(
          "has too few bytes for storage '\(oneLine(storage.key))', which its tensors need; the file is incomplete, "
            + "save or download it again")
      }
    }
    return places
  }

  func bytes(of storage: StorageRecord) throws -> Data {
    guard let place = places[storage.key] else { throw FileError("has no storage '\(oneLine(storage.key))'") }
    return Data(root.table.heap.bytes[place])
  }
}
