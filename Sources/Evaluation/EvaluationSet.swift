import Attacks
import Datasets
import Tensors

/// The labeled images of an evaluation, [n][C][H][W] in [0, 1].
package final class EvaluationSet {
  /// The size of an image.
  package let shape: Shape
  /// The pixels, image after image.
  package let images: Storage
  /// The labels.
  package let labels: [Int]
  /// The data set indices. They key the random numbers, so that an image gets the same attack in every subset.
  package let indices: [Int]

  /// How many images.
  package var count: Int { labels.count }

  /// Takes ownership of the pixels. Without `indices`: 0, 1, 2, … Throws when counts don't match, or a pixel is NaN or
  /// outside [0, 1].
  package init(images: Storage, shape: Shape, labels: [Int], indices: [Int]? = nil) throws(EvaluationError) {
    self.shape = shape
    self.images = images
    self.labels = labels
    self.indices = indices ?? Array(labels.indices)
    guard !labels.isEmpty else { throw EvaluationError("no images to attack; give at least one") }
    guard images.count == labels.count * shape.planarCount, self.indices.count == labels.count else {
      throw EvaluationError(
        "\(labels.count) labels and \(images.count) pixels: images of \(shape.channels)×\(shape.height)×\(shape.width) "
          + "need \(labels.count * shape.planarCount)")
    }
    if let place = images.buffer.firstIndex(where: { !($0 >= 0 && $0 <= 1) }) {
      throw EvaluationError(
        "image \(place / shape.planarCount) has a pixel \(images.pointer[place]) outside [0, 1]; "
          + "divide by 255, and leave normalization by mean and std to the model")
    }
  }

  /// A copy of an array of pixels.
  package convenience init(
    images: [Float], shape: Shape, labels: [Int], indices: [Int]? = nil
  ) throws(EvaluationError) {
    let storage = Storage(count: images.count)
    storage.pointer.update(from: images, count: images.count)
    try self.init(images: storage, shape: shape, labels: labels, indices: indices)
  }

  /// A copy of images from a file or a data set.
  package convenience init(_ images: LabeledImages) throws(EvaluationError) {
    try self.init(images: images.pixels, shape: images.shape, labels: images.labels, indices: images.indices)
  }

  /// All images, or those of a range, for an attack that maximizes their cross-entropy with the random numbers of
  /// evaluations.
  package func batch(seed: UInt32, _ range: Range<Int>? = nil) -> AttackBatch {
    let range = range ?? 0..<count
    return AttackBatch(
      images: image(range.lowerBound), examples: Array(indices[range]), target: .labels(Array(labels[range])),
      seed: seed, purpose: .evaluationStart)
  }

  /// A copy of the images at some positions. They keep their data set indices, and thereby their random numbers.
  package func part(_ positions: [Int]) throws(EvaluationError) -> EvaluationSet {
    let pixels = shape.planarCount, part = Storage(count: positions.count * pixels)
    for (row, position) in positions.enumerated() {
      (part.pointer + row * pixels).update(from: image(position), count: pixels)
    }
    return try EvaluationSet(
      images: part, shape: shape, labels: positions.map { labels[$0] }, indices: positions.map { indices[$0] })
  }

  /// Where an image starts.
  package func image(_ number: Int) -> UnsafePointer<Float> {
    UnsafePointer(images.pointer + number * shape.planarCount)
  }
}
