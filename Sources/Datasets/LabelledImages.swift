import Foundation
import Tensors

/// Images to evaluate on, all of one size, with their labels: from a file or from a data set's split.
package struct LabelledImages: Sendable {
  /// Where the channels of an `.npz` stand.
  package enum Layout: String, Sendable, CaseIterable {
    case nhwc, nchw
  }

  /// Where they come from: `fashion-mnist:test`, or a file.
  package let source: String
  /// The size of an image.
  package let shape: Shape
  /// [n][C][H][W] in [0, 1].
  package let pixels: [Float]
  /// The class of each image, 0 or more.
  package let labels: [Int]
  /// The data set index of each image, by which attacks key their random numbers.
  package let indices: [Int]

  /// How many there are.
  package var count: Int { labels.count }

  /// The first `limit` images of a split; nil: all.
  package init(_ split: Split, source: String, limit: Int? = nil) {
    let part = limit.map(split.prefix) ?? split, images = split.images
    self.source = source
    shape = Shape(images.channels, images.height, images.width)
    labels = (0..<part.count).map(part.label)
    indices = part.indices
    var pixels = [Float](repeating: 0, count: part.count * images.imageSize)
    pixels.withUnsafeMutableBufferPointer { pixels in
      guard let base = pixels.baseAddress else { return }
      for position in 0..<part.count { part.copyImage(position, to: base + position * images.imageSize) }
    }
    self.pixels = pixels
  }

  /// The first `limit` images of a `.npz` with `x_test` (uint8, or floats in [0, 1]) and `y_test`; `member` is another
  /// name than `x_test`. Throws `DataError`.
  package init(npz path: String, layout: Layout = .nhwc, limit: Int? = nil, member: String = "x_test") throws {
    do {
      let archive = try Zip(try Self.contents(path))
      let images = try Self.array(member, archive), labels = try Self.array("y_test", archive)
      guard (3...4).contains(images.shape.count) else {
        throw NPY.Failure(
          reason: "\(member) is \(images.describedShape); give images of 4 dimensions, \(layout.rawValue)")
      }
      self.labels = try Self.labels(labels, images: images.shape[0], limit: limit)
      // Three dimensions are grey images without the channels' one.
      let axes = images.shape.count == 3 ? [nil, 1, 2] : layout == .nhwc ? [3, 1, 2] : [1, 2, 3]
      let shape = axes.map { $0.map { images.shape[$0] } ?? 1 }
      let strides = axes.map { $0.map { images.strides[$0] } ?? 0 }
      self.shape = try Self.checkedShape(shape, member)
      pixels = try Self.pixels(
        images, member, count: self.labels.count, self.shape, image: images.strides[0], strides: strides)
    } catch let failure as Zip.Failure {
      throw DataError("\(path): \(failure.reason); write it again with numpy.savez")
    } catch let failure as NPY.Failure {
      throw DataError("\(path): \(failure.reason)")
    }
    source = path
    indices = Array(labels.indices)
  }

  /// The first `limit` images of a `.safetensors` with `images` (uint8, or floats in [0, 1]; NCHW) and `labels` (whole
  /// numbers). Throws `DataError`.
  package init(safetensors path: String, limit: Int? = nil) throws {
    do {
      let file = try Safetensors(contentsOf: URL(fileURLWithPath: path))
      guard let images = file.tensors["images"], let labels = file.tensors["labels"] else {
        let missing = ["images", "labels"].filter { file.tensors[$0] == nil }.joined(separator: " and ")
        throw NPY.Failure(reason: "no tensor \(missing); give images (uint8, NCHW) and labels (int64)")
      }
      guard images.shape.count == 4, labels.shape == [images.shape[0]] else {
        throw NPY.Failure(
          reason: "images \(images.shape) and labels \(labels.shape) do not fit; give [n, C, H, W] and [n]")
      }
      shape = try Self.checkedShape(Array(images.shape[1...]), "images")
      let count = try Self.count(images.shape[0], limit)
      let classes = try file.wholeNumbers("labels")
      try Self.check(labels: classes)
      self.labels = Array(classes.prefix(count))
      let values =
        images.type == .uint8 ? try file.bytes("images").map { Float($0) / 255 } : try file.numbers("images")
      pixels = Array(values.prefix(count * shape.planarCount))
      try Self.check(pixels: pixels, shape, "images")
    } catch let failure as NPY.Failure {
      throw DataError("\(path): \(failure.reason)")
    } catch let error as FileError {
      let line = "\(error)"
      throw DataError(line.hasPrefix(path) ? line : "\(path): \(line)")
    }
    source = path
    indices = Array(labels.indices)
  }

  /// Throws `DataError` when a label is not one of the network's classes.
  package func check(classes: Int) throws {
    if let place = labels.firstIndex(where: { $0 >= classes }) {
      throw DataError(
        "\(source): label \(labels[place]) at position \(place) is not in 0 … \(classes - 1), the classes of the network; "
          + "use the data it was trained on")
    }
  }

  // MARK: reading

  private static func contents(_ path: String) throws -> Data {
    do { return try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped) } catch {
      let exists = FileManager.default.fileExists(atPath: path)
      throw DataError(
        "\(path): "
          + (exists
            ? "cannot be read; check that it is a file and its permissions" : "no such file; pass the path of an .npz"))
    }
  }

  private static func array(_ name: String, _ archive: Zip) throws -> NPY {
    guard let bytes = try archive.contents(of: "\(name).npy") else {
      let there = archive.names.prefix(6).joined(separator: ", ")
      throw NPY.Failure(reason: "no member \(name); give x_test and y_test (there: \(there.isEmpty ? "none" : there))")
    }
    do { return try NPY(bytes) } catch let failure as NPY.Failure {
      throw NPY.Failure(reason: "\(name) \(failure.reason); write it again with numpy.savez")
    }
  }

  private static func labels(_ array: NPY, images: Int, limit: Int?) throws -> [Int] {
    guard array.shape.count == 1 || (array.shape.count == 2 && array.shape[1] == 1), array.kind != .float else {
      throw NPY.Failure(
        reason: "y_test is \(array.describedShape) of '\(array.kind.rawValue)'; give one whole number an image")
    }
    guard array.count == images else {
      throw NPY.Failure(reason: "\(array.count) labels (y_test) for \(images) images; give one each")
    }
    let count = try count(images, limit)
    let all = (0..<array.count).map { array.integer($0) ?? Int.max }
    try check(labels: all)
    return Array(all.prefix(count))
  }

  private static func check(labels: [Int]) throws {
    if let place = labels.firstIndex(where: { $0 < 0 }) {
      throw NPY.Failure(reason: "label \(labels[place]) at position \(place) is out of range; classes count from 0")
    }
  }

  private static func count(_ images: Int, _ limit: Int?) throws -> Int {
    guard images > 0 else { throw NPY.Failure(reason: "holds no images; give at least one") }
    return min(images, limit ?? images)
  }

  private static func checkedShape(_ shape: [Int], _ name: String) throws -> Shape {
    guard shape.count == 3, shape.allSatisfy({ $0 > 0 && $0 <= 65_536 }) else {
      let size = shape.map(String.init).joined(separator: "×")
      throw NPY.Failure(reason: "\(name) holds images of \(size) (channels, rows, columns); each must be 1 or more")
    }
    return Shape(shape[0], shape[1], shape[2])
  }

  /// Brings any layout into NCHW and [0, 1]. Bytes are levels of 255.
  private static func pixels(
    _ array: NPY, _ name: String, count: Int, _ shape: Shape, image imageStride: Int, strides: [Int]
  ) throws -> [Float] {
    guard array.kind == .float || (array.kind == .unsigned && array.size == 1) else {
      throw NPY.Failure(
        reason: "\(name) holds \(array.size)-byte whole numbers; give uint8, or floats in [0, 1]")
    }
    var pixels: [Float] = []
    pixels.reserveCapacity(count * shape.planarCount)
    for image in 0..<count {
      for channel in 0..<shape.channels {
        for row in 0..<shape.height {
          let start = image * imageStride + channel * strides[0] + row * strides[1]
          for column in 0..<shape.width {
            let value = Float(array.number(start + column * strides[2]))
            pixels.append(array.kind == .float ? value : value / 255)
          }
        }
      }
    }
    try check(pixels: pixels, shape, name)
    return pixels
  }

  private static func check(pixels: [Float], _ shape: Shape, _ name: String) throws {
    if let place = pixels.firstIndex(where: { !($0 >= 0 && $0 <= 1) }) {
      throw NPY.Failure(
        reason:
          "\(name): image \(place / shape.planarCount) has a pixel \(pixels[place]) outside [0, 1]; divide by 255, "
          + "and leave mean and std to the network")
    }
  }
}
