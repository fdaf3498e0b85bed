import Tensors

/// Some images of a set, in a fixed order: training, validation or test.
public struct Split: Sendable {
  /// The set they are taken from.
  public let images: ImageSet
  /// The place of each example in `images`: its dataset index, by which attacks key their random numbers.
  public let indices: [Int]

  /// The examples of `images` at `indices`; all of them unless said otherwise.
  public init(_ images: ImageSet, indices: [Int]? = nil) {
    self.images = images
    self.indices = indices ?? Array(0..<images.count)
  }

  /// How many examples there are.
  public var count: Int { indices.count }

  /// The class of example `position`.
  public func label(_ position: Int) -> Int { Int(images.labels[indices[position]]) }

  /// Writes example `position` as floats in [0, 1], CHW.
  public func copyImage(_ position: Int, to destination: UnsafeMutablePointer<Float>) {
    images.copyImage(indices[position], to: destination)
  }

  /// The first `limit` examples.
  public func prefix(_ limit: Int) -> Split { Split(images, indices: Array(indices.prefix(limit))) }
}

/// The data of a run.
public struct DataSplits: Sendable {
  /// Examples to learn from, in the order of their dataset index.
  public let train: Split
  /// Examples of the same set kept out of training, in random order: any prefix is a fair sample.
  public let validation: Split
  /// Examples of the test set.
  public let test: Split
  /// The source's name, as the `data` setting gives it.
  public let name: String
  /// True when the task was constructed to show an effect; the screen must say so.
  public let constructed: Bool
  /// What each class shows, by label.
  public let classNames: [String]
  /// What the first layer of a network subtracts, per channel.
  public let mean: [Float]
  /// What the first layer of a network then divides by, per channel.
  public let deviation: [Float]

  /// Splits a random share of the training set off for validation, at least one example and at most all but one.
  /// The choice depends on `seed` and the number of images only.
  init(source: any DataSource.Type, train: ImageSet, test: ImageSet, validationFraction: Double, seed: UInt32) {
    var stream = RandomStream(seed: seed, purpose: .validationSplit)
    let order = stream.permutation(train.count)
    let kept = min(max(Int((Double(train.count) * validationFraction).rounded()), 1), train.count - 1)
    self.train = Split(train, indices: order[kept...].sorted())
    self.validation = Split(train, indices: Array(order[..<kept]))
    self.test = Split(test)
    name = source.name
    constructed = source.constructed
    classNames = source.classNames
    (mean, deviation) = source.standardisation(channels: train.channels)
  }

  /// One line: `mirage 16×16×1, 3686 train, 410 validation, 1024 test`.
  public var description: String {
    let images = train.images
    return "\(name) \(images.height)×\(images.width)×\(images.channels), \(train.count) train, "
      + "\(validation.count) validation, \(test.count) test"
  }
}
