import Archives
import Foundation
import Spelling
import Tensors

/// Decoded images in one file, of which only the table is read at first: it opens at once, and the system keeps in
/// memory what is used.
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

  /// Where an image is in the file, and how large it is.
  private struct Row {
    let offset: Int
    let width: Int
    let height: Int
    let label: Int

    /// Numbers of 20 bytes. Nil for an image that has no pixel or more than a file may have.
    init?(_ bytes: ArraySlice<UInt8>) {
      offset = ImageCache.number(bytes.prefix(8))
      width = ImageCache.number(bytes.dropFirst(8).prefix(4))
      height = ImageCache.number(bytes.dropFirst(12).prefix(4))
      label = ImageCache.number(bytes.dropFirst(16))
      let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
      guard !overflow, (1...ImageFile.largest).contains(pixels) else { return nil }
    }

    var count: Int { width * height * 3 }
  }

  let header: Header
  private let path: String
  private let file: InputFile
  private let rows: [Row]

  /// True for a file that begins as one.
  static func isCache(_ path: String) -> Bool {
    guard let file = try? InputFile(URL(fileURLWithPath: path)) else { return false }
    return (try? file.prefix(magic.count)).map { Data($0) == magic } ?? false
  }

  /// Opens a file and checks its table. Throws `DataError`.
  init(_ path: String) throws {
    do { try self.init(checking: path, InputFile(URL(fileURLWithPath: path))) } catch let error as FileError {
      throw DataError("\(path): \(error)")
    }
  }

  private init(checking path: String, _ file: InputFile) throws {
    func damaged(_ reason: String) -> DataError {
      DataError("\(path): \(reason); make it again with 'dualab data convert'")
    }
    guard file.count >= 24, Data(try file.prefix(16)) == Self.magic else { throw damaged("not a cache of images") }
    let length = Self.number(try file.read(from: 16, 8)[...])
    guard length <= Self.largestHeader, length <= file.count - 24,
      let header = try? JSONDecoder().decode(Header.self, from: Data(file.read(from: 24, length)))
    else { throw damaged("the header is damaged") }
    let table = 24 + length, room = (file.count - table) / Self.rowSize
    guard (0...room).contains(header.train), (0...(room - header.train)).contains(header.test),
      header.classes.count >= 2, (0...65_536).contains(header.resize)
    else { throw damaged("the header says more than the file holds") }
    let count = header.train + header.test, bytes = try file.read(from: table, count * Self.rowSize)
    let rows = try (0..<count).map { image in
      guard let row = Row(bytes[(image * Self.rowSize)..<((image + 1) * Self.rowSize)]), row.offset >= table,
        row.offset <= file.count, row.count <= file.count - row.offset, row.label < header.classes.count
      else { throw damaged("image \(image) is not in the file (\(file.count) bytes)") }
      return row
    }
    self.init(header: header, path: path, file: file, rows: rows)
  }

  private init(header: Header, path: String, file: InputFile, rows: [Row]) {
    (self.header, self.path, self.file, self.rows) = (header, path, file, rows)
  }

  /// Throws `DataError` where the file was cut or cannot be read any more.
  func levels(_ index: Int) throws -> (width: Int, height: Int, levels: [UInt8]) {
    let row = rows[index]
    do {
      return (row.width, row.height, try file.read(from: row.offset, row.count))
    } catch let error as FileError {
      throw DataError("\(path): image \(index): \(error)")
    }
  }

  /// Both sets. Throws `DataError` where images of several sizes stay as they are.
  func load(_ preparation: Preparation) throws -> (train: ImageSet, test: ImageSet) {
    (
      try set(0..<header.train, preparation, notes: [about] + header.notes),
      try set(header.train..<rows.count, preparation, notes: [])
    )
  }

  /// The test images, to evaluate on. Throws `DataError` as `load` does.
  func test(_ preparation: Preparation) throws -> ImageSet {
    let notes = ["images of the test set in \(path)", ClassFolders.order(header.classes), about]
    return try set(header.train..<rows.count, preparation, notes: notes + header.notes)
  }

  private var about: String {
    "\(path): decoded images" + (header.resize > 0 ? ", resized to a shorter side of \(header.resize)" : "")
  }

  private func set(_ range: Range<Int>, _ preparation: Preparation, notes: [String]) throws -> ImageSet {
    guard !range.isEmpty else {
      throw DataError("\(path): holds no \(range.lowerBound == 0 ? "training" : "test") images")
    }
    let part = ImageCache(header: header, path: path, file: file, rows: Array(rows[range]))
    var size = (width: preparation.crop, height: preparation.crop)
    if preparation.isNone {
      let sizes = Set(part.rows.map { Size(width: $0.width, height: $0.height) })
      guard let only = sizes.first, sizes.count == 1 else {
        throw DataError("\(path): images of \(sizes.count) sizes; set data.crop=SIDE to bring them to one")
      }
      size = (only.width, only.height)
    }
    for (image, row) in part.rows.enumerated() {
      guard let misfit = preparation.misfit(width: row.width, height: row.height) else { continue }
      throw DataError("\(path): image \(range.lowerBound + image): \(misfit); use a smaller data.resize")
    }
    let gray = preparation.isGray ? ["images are converted to one gray channel, as PIL's convert('L') does"] : []
    return ImageSet(
      height: size.height, width: size.width, source: part, preparation: preparation, labels: part.rows.map(\.label),
      classNames: header.classes, notes: notes + gray)
  }

  private struct Size: Hashable {
    let width: Int
    let height: Int
  }

  /// A little-endian number; one that is too large is `Int.max`.
  private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
    Int(exactly: bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }) ?? .max
  }
}
