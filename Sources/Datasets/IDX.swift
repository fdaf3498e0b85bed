import Archives
import Foundation
import Tensors

/// IDX files, the format of MNIST: a big-endian header, then unsigned bytes. Plain or gzip.
///
/// Header: two zero bytes, the element type (08: unsigned byte), the number of dimensions, then each dimension as 32
/// bits. Nothing is allocated by what a header says before the file is known to hold it.
enum IDX {
  /// Images and labels that belong together, as one set of grayscale images. Throws `DataError`.
  static func load(images: String, labels: String, classes: Int, notes: [String] = []) throws -> ImageSet {
    let pixels = try read(images, dimensions: 3, holding: "images")
    let tags = try read(labels, dimensions: 1, holding: "labels")
    guard tags.shape[0] == pixels.shape[0] else {
      throw DataError(
        "\(labels): \(tags.shape[0]) labels for the \(pixels.shape[0]) images of \(images); use files of one data set"
      )
    }
    if let position = tags.bytes.firstIndex(where: { $0 >= classes }) {
      throw DataError(
        "\(labels): label \(tags.bytes[position]) at position \(position) is not in 0 … \(classes - 1); "
          + "the file is damaged or belongs to another data set")
    }
    return ImageSet(
      channels: 1, height: pixels.shape[1], width: pixels.shape[2], pixels: .levels(pixels.bytes),
      labels: tags.bytes.map(Int.init),
      classes: classes, notes: notes)
  }

  /// Throws `DataError` when a training and a test set of the files in `place` do not go together.
  static func check(train: ImageSet, test: ImageSet, _ place: String) throws {
    guard train.height == test.height, train.width == test.width else {
      throw DataError(
        "\(place): training images of \(train.height)×\(train.width) but test images of \(test.height)×\(test.width); "
          + "take both from one data set")
    }
    guard train.count >= 2 else {
      throw DataError("\(place): one training image; at least two are required, one of them for validation")
    }
  }

  /// The dimensions and the bytes of one file. Throws `DataError` naming the file.
  static func read(_ path: String, dimensions: Int, holding what: String) throws -> (shape: [Int], bytes: [UInt8]) {
    let file = try contents(path)
    let headerSize = 4 + 4 * dimensions
    let isPacked = path.hasSuffix(".gz")
    do {
      let header = isPacked ? try Gzip.unpack(file, limit: headerSize) : Array(file.prefix(headerSize))
      let (shape, promised) = try parse(header, dimensions: dimensions, path: path, holding: what)
      // Images are noisy; what would shrink to half a percent is not unpacked.
      guard !isPacked || promised <= max(1 << 28, 200 * file.count) else {
        throw DataError(
          "\(path): \(described(shape)) \(what) would unpack to \(promised >> 20) MB from \(file.count >> 10) kB, which no "
            + "data set does; download the file again")
      }
      // One byte more than promised is enough to see that there is too much.
      let whole = isPacked ? try Gzip.unpack(file, limit: headerSize + promised + 1) : file
      let held = whole.count - headerSize
      guard held >= promised else {
        throw DataError(
          "\(path): truncated: the header announces \(described(shape)) \(what), the data are \(promised - held) bytes short; "
            + "download the file again")
      }
      guard held == promised else {
        let extra = isPacked ? "more bytes" : "\(held - promised) bytes more"
        throw DataError(
          "\(path): \(extra) than the header announces (\(described(shape)) \(what)); download the file again")
      }
      return (shape, Array(whole[headerSize...]))
    } catch let failure as Gzip.Failure {
      throw DataError("\(path): \(failure.reason); download the file again")
    }
  }

  private static func contents(_ path: String) throws -> [UInt8] {
    do {
      let file = try InputFile(URL(fileURLWithPath: path))
      return try file.prefix(file.count)
    } catch let error as FileError {
      let exists = FileManager.default.fileExists(atPath: path)
      throw DataError(
        exists
          ? "\(path): \(error)"
          : "\(path): no such file; data.dir must name the folder of the data set's files")
    }
  }

  /// The dimensions, and the bytes they need after the header.
  private static func parse(
    _ header: [UInt8], dimensions: Int, path: String, holding what: String
  ) throws -> (shape: [Int], promised: Int) {
    guard header.count == 4 + 4 * dimensions else {
      throw DataError("\(path): the header itself is truncated (\(header.count) bytes); download the file again")
    }
    // Unsigned and signed bytes, 16 and 32 bits, float and double.
    guard header[0] == 0, header[1] == 0, [0x08, 0x09, 0x0B, 0x0C, 0x0D, 0x0E].contains(header[2]) else {
      let isReversed = header[2] == 0 && header[3] == 0 && header[0] > 0 && header[0] <= 4
      let reason = isReversed ? "not an IDX file: the magic is in the wrong byte order" : "not an IDX file: wrong magic"
      throw DataError("\(path): \(reason); download the file again")
    }
    guard header[2] == 8 else {
      let type = "0x0" + String(header[2], radix: 16, uppercase: true)
      throw DataError("\(path): element type \(type), expected unsigned bytes (0x08); convert the file to bytes")
    }
    guard header[3] == UInt8(dimensions) else {
      throw DataError(
        "\(path): \(header[3]) dimensions, but \(what) have \(dimensions); image and label files may be swapped")
    }
    let shape = (1...dimensions).map { place in header[(4 * place)..<(4 * place + 4)].reduce(0) { $0 << 8 | Int($1) } }
    guard shape.allSatisfy({ $0 > 0 }) else {
      throw DataError("\(path): holds no \(what) (\(described(shape))); download the file again")
    }
    var promised = 1
    for extent in shape {
      let (product, overflow) = promised.multipliedReportingOverflow(by: extent)
      guard !overflow, product < Int.max - 64 else {
        throw DataError("\(path): the header's dimensions \(described(shape)) overflow; download the file again")
      }
      promised = product
    }
    return (shape, promised)
  }

  private static func described(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: "×") }
}
