import Tensors

/// Some images of a set, in a fixed order: training, validation or test.
package struct Split: Sendable {
  /// The set they are taken from.
  package let images: ImageSet
  /// The place of each example in `images`: its dataset index, by which attacks key their random numbers.
  package let indices: [Int]

  /// The examples of `images` at `indices`; all of them unless said otherwise.
  package init(_ images: ImageSet, indices: [Int]? = nil) {
    self.images = images
    self.indices = indices ?? Array(0..<images.count)
  }

  /// How many examples there are.
  package var count: Int { indices.count }

  /// The class of example `position`.
  package func label(_ position: Int) -> Int { images.labels[indices[position]] }

  /// Writes example `position` as floats in [0, 1], CHW.
  package func copyImage(_ position: Int, to destination: UnsafeMutablePointer<Float>) throws {
    try images.copyImage(indices[position], to: destination)
  }

  /// Writes all examples, image after image; on all cores where they must be decoded. Throws `DataError`.
  package func copyImages(to destination: UnsafeMutablePointer<Float>) throws {
    let size = images.imageSize
    guard images.isDecodedOnDemand else {
      for position in 0..<count { try copyImage(position, to: destination + position * size) }
      return
    }
    let base = UncheckedPointer(address: destination)
    _ = try parallelMap(count) { try copyImage($0, to: base.address + $0 * size) }
  }

  /// The first `limit` examples.
  package func prefix(_ limit: Int) -> Split { Split(images, indices: Array(indices.prefix(limit))) }
}

/// Memory that several threads write different parts of.
private struct UncheckedPointer: @unchecked Sendable {
  let address: UnsafeMutablePointer<Float>
}

/// The data of a run.
package struct DataSplits: Sendable {
  /// Examples to learn from, in the order of their dataset index.
  package let train: Split
  /// Examples of the same set kept out of training, in random order: any prefix is a fair sample.
  package let validation: Split
  /// Examples of the test set; where it is sorted by class, of each class in turn, so that any prefix is a fair sample.
  package let test: Split
  /// The source's name, as the `data` setting gives it.
  package let name: String
  /// True when the task was constructed to show an effect; the screen must say so.
  package let constructed: Bool
  /// What each class shows, by label.
  package let classNames: [String]
  /// The same where folders of a person's own name the classes; nil elsewhere.
  package var folderClasses: [String]? { name == Folder.name ? classNames : nil }
  /// What was recognized, converted, ignored or assumed when the files were read, a line each.
  package let notes: [String]
  /// What the first layer of a network subtracts, per channel.
  package let mean: [Float]
  /// What the first layer of a network then divides by, per channel.
  package let deviation: [Float]

  /// Splits a random share of the training set off for validation, at least one example and at most all but one.
  /// The choice depends on `seed` and the number of images only.
  init(source: any DataSource.Type, train: ImageSet, test: ImageSet, validationFraction: Double, seed: UInt32) {
    var stream = RandomStream(seed: seed, purpose: .validationSplit)
    let order = stream.permutation(train.count)
    let kept = min(max(Int((Double(train.count) * validationFraction).rounded()), 1), train.count - 1)
    self.train = Split(train, indices: order[kept...].sorted())
    self.validation = Split(train, indices: Array(order[..<kept]))
    self.test = Split(test, indices: test.fairOrder)
    name = source.name
    constructed = source.constructed
    classNames = train.classNames ?? source.classNames
    notes = train.notes + test.notes
    (mean, deviation) = source.standardization(channels: train.channels)
  }

  /// One line: `mirage 16×16×1, 3686 train, 410 validation, 1024 test`.
  package var description: String {
    let images = train.images
    return "\(name) \(images.height)×\(images.width)×\(images.channels), \(train.count) train, "
      + "\(validation.count) validation, \(test.count) test"
  }
}
