import Datasets
import Foundation
import Tensors

/// Adversarial images in a file for numpy: `x_adv` (float32; the clean image if nothing broke it), `x_test` (the clean
/// images), `y_test`, `index` (data set indices), `broken` (1 where `x_adv` is adversarial, 0 where it is the clean
/// image), and `about`: what made them, as JSON in UTF-8.
package enum AdversarialFile {
  /// What `about` holds.
  private struct About: Encodable {
    let program, weights, weightsDigest, model, data, norm, attack, points, layout: String
    let eps: Double
    let seed: UInt32
    let images, cleanCorrect, broken: Int
    let complete: Bool
    /// Which part of all images these are; nil: all.
    let shard: String?

    enum CodingKeys: String, CodingKey {
      case program, weights, model, data, norm, attack, layout, eps, seed, images, broken, complete, shard
      case weightsDigest = "weights_digest"
      case points = "x_adv"
      case cleanCorrect = "clean_correct"
    }
  }

  /// Writes the points found so far. Throws `DataError` or `FileError`.
  package static func write(
    _ evaluation: RobustnessEvaluation, _ card: AttackCard, to path: String, layout: LabeledImages.Layout
  ) throws {
    let set = evaluation.set, shape = set.shape, n = set.count
    let sizes =
      layout == .nhwc
      ? [n, shape.height, shape.width, shape.channels] : [n, shape.channels, shape.height, shape.width]
    let verdicts = evaluation.record.examples
    var file = NPZWriter()
    try file.add("x_adv", shape: sizes, floats: arranged(evaluation.adversarials, shape, layout))
    try file.add("x_test", shape: sizes, floats: arranged(set.images, shape, layout))
    try file.add("y_test", shape: [n], integers: set.labels)
    try file.add("index", shape: [n], integers: set.indices)
    let broken = (0..<n).map { verdicts.indices.contains($0) && verdicts[$0].breaking != nil ? 1 : 0 }
    try file.add("broken", shape: [n], integers: broken)
    let report = evaluation.report()
    let about = About(
      program: card.program, weights: card.weights, weightsDigest: card.weightsDigest, model: card.model,
      data: card.data, norm: card.norm.rawValue, attack: report.title,
      points: "the point that broke the image where broken is 1, otherwise the clean image", layout: layout.rawValue,
      eps: card.eps, seed: card.seed, images: n, cleanCorrect: report.clean.correct,
      broken: broken.reduce(0, +), complete: report.isComplete, shard: evaluation.shard?.description)
    try file.add("about", text: String(decoding: try jsonLine(about), as: UTF8.self))
    try file.write(to: URL(fileURLWithPath: path))
  }

  /// The pixels of images in the order of the layout.
  private static func arranged(_ images: Storage, _ shape: Shape, _ layout: LabeledImages.Layout) -> [Float] {
    guard layout == .nhwc else { return Array(images.buffer) }
    var result: [Float] = []
    result.reserveCapacity(images.count)
    for first in stride(from: 0, to: images.count, by: shape.planarCount) {
      for pixel in 0..<shape.pixels {
        for channel in 0..<shape.channels { result.append(images.pointer[first + channel * shape.pixels + pixel]) }
      }
    }
    return result
  }

  /// Takes the points of an interrupted evaluation from its file, for the images that are `broken`. Throws one line.
  package static func restore(
    _ evaluation: RobustnessEvaluation, from path: String, broken: [Bool], layout: LabeledImages.Layout
  ) throws {
    guard broken.contains(true) else { return }
    let set = evaluation.set, size = set.shape.planarCount
    let saved = try LabeledImages(npz: path, layout: layout, member: "x_adv")
    guard saved.shape == set.shape, saved.labels == set.labels else { throw DataError("\(path): has different images") }
    for (image, isBroken) in broken.enumerated() where isBroken {
      let point = Array(saved.pixels[image * size..<(image + 1) * size])
      // The clean image is classified correctly, so the point that breaks it differs.
      guard point != Array(UnsafeBufferPointer(start: set.image(image), count: size)) else {
        throw DataError("\(path): is older than the verdicts")
      }
      (evaluation.adversarials.pointer + image * size).update(from: point, count: size)
    }
  }
}
