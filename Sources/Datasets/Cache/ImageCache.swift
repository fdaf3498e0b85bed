import Foundation
import Spelling
import Tensors

/// Decoded images in one file that is mapped, not read: it opens at once, and the system keeps in memory what is used.
///
///     magic (16 bytes), length of the header (8), header (JSON), a table of the images, their levels, RGB, row by row
///
/// A row of the table is offset (8), width (4), height (4), label (4), all little-endian. Nothing of it is believed
/// that the file does not hold.
struct ImageCache: RasterSource {
  static let magic = Data("dualab images 1\n".utf8)
  static let rowSize = 20
  /// Bytes of the header at most; a thousand classes take 20 kB.
  private static let largestHeader = 16 << 20

  struct Header: Codable, Hashable {
    var classes: [String]
    /// Images of the training set, which come first, and of the test set.
    var train: Int
    var test: Int
    /// The shorter side that all images were resized to; 0: they have the size of their files.
    var resize: Int
    /// What was said of the files that it was made of.
    var notes: [String]
  }

  let header: Header
  private let path: String
  private let data: Data
  private let table: Int
  /// The first image of this part.
  private let first: Int
  let labels: [Int]

  /// True for a file that begins as one.
  static func isCache(_ path: String) -> Bool {
    guard let file = FileHandle(forReadingAtPath: path) else { return false }
    defer { try? file.close() }
    return (try? file.read(upToCount: magic.count)) == magic
  }

  /// Opens a file and checks its table. Throws `DataError`.
  init(_ path: String) throws {
    guard let data = try? Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped) else {
      throw DataError("\(path): cannot be read; check its permissions")
    }
    func damaged(_ reason: String) -> DataError {
      DataError("\(path): \(reason); make it again with 'dualab data convert'")
    }
    guard data.count >= 24, data.prefix(16) == Self.magic else { throw damaged("not a cache of images") }
    let length = Self.number(data, 16, 8)
    guard length <= Self.largestHeader, length <= data.count - 24 else { throw damaged("the header is damaged") }
    guard let header = try? JSONDecoder().decode(Header.self, from: data[24..<(24 + length)]) else {
      throw damaged("the header is damaged")
    }
    let table = 24 + length
    guard header.train >= 0, header.test >= 0, header.train <= data.count / Self.rowSize,
      header.test <= data.count / Self.rowSize,
      (header.train + header.test) * Self.rowSize <= data.count - table, header.classes.count >= 2,
      (0...65_536).contains(header.resize)
    else { throw damaged("the header says more than the file holds") }
    var labels: [Int] = []
    for image in 0..<(header.train + header.test) {
      let row = table + image * Self.rowSize
      let offset = Self.number(data, row, 8), width = Self.number(data, row + 8, 4),
        height = Self.number(data, row + 12, 4)
      let label = Self.number(data, row + 16, 4)
      guard width > 0, height > 0, width * height <= ImageFile.largest, offset >= table, offset <= data.count,
        width * height * 3 <= data.count - offset, label < header.classes.count
      else { throw damaged("image \(image) is not in the file (\(data.count) bytes)") }
      labels.append(label)
    }
    self.init(header: header, path: path, data: data, table: table, first: 0, labels: labels)
  }

  private init(header: Header, path: String, data: Data, table: Int, first: Int, labels: [Int]) {
    (self.header, self.path, self.data, self.table, self.first, self.labels) = (
      header, path, data, table, first, labels
    )
  }

  func levels(_ index: Int) throws -> (width: Int, height: Int, levels: [UInt8]) {
    let row = table + (first + index) * Self.rowSize
    let offset = Self.number(data, row, 8), width = Self.number(data, row + 8, 4),
      height = Self.number(data, row + 12, 4)
    return (width, height, [UInt8](data[offset..<(offset + width * height * 3)]))
  }

  /// Both sets. Throws `DataError` where images of several sizes stay as they are.
  func load(_ preparation: Preparation) throws -> (train: ImageSet, test: ImageSet) {
    (try set(0..<header.train, preparation), try set(header.train..<(header.train + header.test), preparation))
  }

  private func set(_ range: Range<Int>, _ preparation: Preparation) throws -> ImageSet {
    guard !range.isEmpty else {
      throw DataError("\(path): holds no \(range.lowerBound == 0 ? "training" : "test") images")
    }
    let part = ImageCache(
      header: header, path: path, data: data, table: table, first: range.lowerBound, labels: Array(labels[range]))
    var size = (width: preparation.crop, height: preparation.crop)
    if preparation.isNone {
      let sizes = Set(
        range.map { image in
          let row = table + image * Self.rowSize
          return Size(width: Self.number(data, row + 8, 4), height: Self.number(data, row + 12, 4))
        })
      guard let only = sizes.first, sizes.count == 1 else {
        throw DataError("\(path): images of \(sizes.count) sizes; set data.crop=SIDE to bring them to one")
      }
      size = (only.width, only.height)
    }
    let resized = header.resize > 0 ? ", resized to a shorter side of \(header.resize)" : ""
    return ImageSet(
      height: size.height, width: size.width, source: part, preparation: preparation, labels: part.labels,
      classNames: header.classes,
      notes: range.lowerBound == 0 ? ["\(path): decoded images\(resized)"] + header.notes : [])
  }

  private struct Size: Hashable {
    let width: Int
    let height: Int
  }

  /// A little-endian number; one that is too large is `Int.max`.
  private static func number(_ data: Data, _ place: Int, _ count: Int) -> Int {
    let start = data.startIndex + place
    let value = data[start..<(start + count)].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Int(exactly: value) ?? .max
  }
}
