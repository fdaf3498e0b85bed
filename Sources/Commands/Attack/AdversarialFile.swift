import Datasets
import Evaluation
import Foundation

/// Adversarial images on disk, for numpy: `x_adv` (float32, clean pixels where nothing broke the image), `x_test` (the
/// clean images), `y_test`, `index` (data set indices) and `broken` (0 or 1).
enum AdversarialFile {
  /// Writes the points so far. Throws `DataError` or `FileError`.
  static func write(_ path: String, _ evaluation: RobustnessEvaluation, layout: LabelledImages.Layout) throws {
    let set = evaluation.set, shape = set.shape, n = set.count
    let sizes =
      layout == .nhwc
      ? [n, shape.height, shape.width, shape.channels] : [n, shape.channels, shape.height, shape.width]
    func arranged(_ images: UnsafeBufferPointer<Float>) -> [Float] {
      guard layout == .nhwc else { return Array(images) }
      var result: [Float] = []
      result.reserveCapacity(images.count)
      for image in 0..<n {
        for pixel in 0..<shape.pixels {
          for channel in 0..<shape.channels {
            result.append(images[image * shape.planarCount + channel * shape.pixels + pixel])
          }
        }
      }
      return result
    }
    let verdicts = evaluation.record.examples
    var file = NPZWriter()
    try file.add("x_adv", shape: sizes, floats: arranged(UnsafeBufferPointer(evaluation.adversarials.buffer)))
    try file.add("x_test", shape: sizes, floats: arranged(UnsafeBufferPointer(set.images.buffer)))
    try file.add("y_test", shape: [n], integers: set.labels)
    try file.add("index", shape: [n], integers: set.indices)
    let broken = (0..<n).map { verdicts.indices.contains($0) && verdicts[$0].breaking != nil ? 1 : 0 }
    try file.add("broken", shape: [n], integers: broken)
    try file.write(to: URL(fileURLWithPath: path))
  }

  /// Takes the points of an interrupted evaluation over. Throws `CommandFailure`.
  static func restore(
    _ path: String, into evaluation: RobustnessEvaluation, broken: [Bool], layout: LabelledImages.Layout
  ) throws {
    guard broken.contains(true) else { return }
    let size = evaluation.set.shape.planarCount
    do {
      let saved = try LabelledImages(npz: path, layout: layout, member: "x_adv")
      guard saved.shape == evaluation.set.shape, saved.labels == evaluation.set.labels else {
        throw DataError("\(path): holds other images")
      }
      saved.pixels.withUnsafeBufferPointer { pixels in
        guard let base = pixels.baseAddress else { return }
        for (image, isBroken) in broken.enumerated() where isBroken {
          (evaluation.adversarials.pointer + image * size).update(from: base + image * size, count: size)
        }
      }
      // A clean image is right, so a point that breaks it is another one.
      let isOlder = broken.indices.contains { image in
        broken[image]
          && (0..<size).allSatisfy {
            evaluation.adversarials.pointer[image * size + $0] == evaluation.set.image(image)[$0]
          }
      }
      if isOlder { throw DataError("\(path): is older than the verdicts") }
    } catch {
      throw CommandFailure.failed(
        "\(error): --resume with --save-adversarials needs the file that the interrupted evaluation wrote; "
          + "give it, or leave --save-adversarials out")
    }
  }
}
