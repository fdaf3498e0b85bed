import Spelling

/// Labelled images, all of one size: what a data source delivers.
package struct ImageSet: Sendable {
  /// How pixels are kept: as they came, so that 60 000 byte images take 47 MB and not 188.
  package enum Pixels: Sendable {
    /// Levels 0 … 255, NCHW; they stand for level/255.
    case levels([UInt8])
    /// Values in [0, 1], NCHW.
    case values([Float])
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
  package let labels: [UInt8]
  /// How many classes there are.
  package let classes: Int

  /// A set of `labels.count` images; `pixels` must hold exactly as many values as they have.
  package init(channels: Int, height: Int, width: Int, pixels: Pixels, labels: [UInt8], classes: Int) {
    let held =
      switch pixels {
      case .levels(let levels): levels.count
      case .values(let values): values.count
      }
    precondition(held == labels.count * channels * height * width, "pixels do not fit the labels and the image size")
    precondition(labels.allSatisfy { $0 < classes }, "a label is not below the number of classes")
    self.channels = channels
    self.height = height
    self.width = width
    self.pixels = pixels
    self.labels = labels
    self.classes = classes
  }

  /// How many images there are.
  package var count: Int { labels.count }

  /// Values of one image: channels·height·width.
  package var imageSize: Int { channels * height * width }

  /// Writes image `index` as `imageSize` floats in [0, 1], CHW.
  package func copyImage(_ index: Int, to destination: UnsafeMutablePointer<Float>) {
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
    }
  }
}

/// Why there are no data. The description is one line: what, where, remedy.
package struct DataError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What, where, remedy.
  package let description: String
  /// An error with this line.
  package init(_ description: String) { self.description = oneLine(description) }
}
