import Spelling

/// Labeled images, all of one size: what a data source delivers.
package struct ImageSet: Sendable {
  /// How pixels are kept: as they came, so that 60 000 byte images take 47 MB and not 188.
  package enum Pixels: Sendable {
    /// Levels 0 … 255, NCHW; they stand for level/255.
    case levels([UInt8])
    /// Values in [0, 1], NCHW.
    case values([Float])
    /// Images of any size, decoded when they are wanted and then prepared to be of one.
    case rasters(any RasterSource, Preparation)
  }

  /// Color planes of an image.
  package let channels: Int
  /// Rows of an image.
  package let height: Int
  /// Columns of an image.
  package let width: Int
  /// The pixels of all images.
  package let pixels: Pixels
  /// The class of each image, below `classes`.
  package let labels: [Int]
  /// How many classes there are.
  package let classes: Int
  /// What each class shows, where the files tell; nil where the source does.
  package private(set) var classNames: [String]?
  /// What was recognized, converted, ignored or assumed when the files were read, a line each.
  package let notes: [String]

  /// A set of `labels.count` images; `pixels` must hold exactly as many values as they have.
  package init(
    channels: Int, height: Int, width: Int, pixels: Pixels, labels: [Int], classes: Int, classNames: [String]? = nil,
    notes: [String] = []
  ) {
    let needed = labels.count * channels * height * width
    let held =
      switch pixels {
      case .levels(let levels): levels.count
      case .values(let values): values.count
      case .rasters: needed
      }
    precondition(held == needed, "pixels do not fit the labels and the image size")
    precondition(labels.allSatisfy { (0..<classes).contains($0) }, "a label is not below the number of classes")
    self.channels = channels
    self.height = height
    self.width = width
    self.pixels = pixels
    self.labels = labels
    self.classes = classes
    self.classNames = classNames
    self.notes = notes
  }

  /// A set of images that `source` decodes.
  init(
    height: Int, width: Int, source: any RasterSource, preparation: Preparation, labels: [Int], classNames: [String],
    notes: [String]
  ) {
    self.init(
      channels: preparation.channels, height: height, width: width, pixels: .rasters(source, preparation),
      labels: labels,
      classes: classNames.count, classNames: classNames, notes: notes)
  }

  /// The same images with other names of their classes.
  func named(_ names: [String]) -> ImageSet {
    var set = self
    set.classNames = names
    return set
  }

  /// How many images there are.
  package var count: Int { labels.count }

  /// Values of one image: channels·height·width.
  package var imageSize: Int { channels * height * width }

  /// True where reading an image costs time: it is decoded from a file.
  package var isDecodedOnDemand: Bool { if case .rasters = pixels { true } else { false } }

  /// The image at its own size, where it is decoded from a file. Throws `DataError`.
  func original(_ index: Int) throws -> Raster? {
    guard case .rasters(let source, let preparation) = pixels else { return nil }
    let raster = try source.raster(index)
    return preparation.isGray ? raster.gray : raster
  }

  /// The order of all images in which any prefix is a fair sample: the order of the files, or, where they are sorted by
  /// class, one of each class in turn.
  package var fairOrder: [Int] { Self.fairOrder(of: labels, classes: classes) }

  static func fairOrder(of labels: [Int], classes: Int) -> [Int] {
    guard let first = labels.first, first != labels.last, zip(labels, labels.dropFirst()).allSatisfy(<=) else {
      return Array(labels.indices)
    }
    var seen = [Int](repeating: 0, count: classes)
    let ranks = labels.map { label in
      seen[label] += 1
      return seen[label]
    }
    return labels.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }
  }

  /// Writes image `index` as `imageSize` floats in [0, 1], CHW. Throws `DataError` where its file cannot be read any
  /// more.
  package func copyImage(_ index: Int, to destination: UnsafeMutablePointer<Float>) throws {
    precondition(index >= 0 && index < count, "no image of that index")
    let start = index * imageSize
    switch pixels {
    case .levels(let levels):
      levels.withUnsafeBufferPointer { levels in
        for offset in 0..<imageSize { destination[offset] = Float(levels[start + offset]) / 255 }
      }
    case .values(let values):
      values.withUnsafeBufferPointer { values in
        for offset in 0..<imageSize { destination[offset] = values[start + offset] }
      }
    case .rasters(let source, let preparation):
      let raster = preparation.apply(to: try source.raster(index))
      guard raster.width == width, raster.height == height else {
        throw DataError("image \(index) is no longer of \(width)×\(height); its file changed since the start")
      }
      raster.copy(to: destination, channels: channels)
    }
  }
}

/// Why there are no data. The description is one line: what, where, remedy.
package struct DataError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What, where, remedy.
  package let description: String
  /// Further places of the same fault, a line each, for those who want all of them.
  package let details: [String]

  /// An error with this line.
  package init(_ description: String, details: [String] = []) {
    self.description = oneLine(description)
    self.details = details.map { oneLine($0) }
  }
}
