import Tensors

/// Changes training images at random before they are attacked. Validation and test images never come here.
///
/// What happens to an image is a function of (seed, step, dataset index) alone: neither the other images of the batch
/// nor their order matter, and a step that is run again gives the same bits.
package struct Augmenter: Sendable {
  /// What is done.
  package let policy: AugmentationPolicy
  private var steps: [any AugmentationStep] { policy.steps }
  /// The image under change.
  private var image: AugmentedImage
  private let seed: UInt32

  /// The policy on images of the size of these data; the random streams are those of `seed`.
  package init(_ policy: AugmentationPolicy, data: DataSplits, seed: UInt32) {
    let images = data.train.images
    self.init(policy, channels: images.channels, height: images.height, width: images.width, seed: seed)
  }

  init(_ policy: AugmentationPolicy, channels: Int, height: Int, width: Int, seed: UInt32) {
    self.policy = policy
    image = AugmentedImage(
      channels: channels, height: height, width: width,
      pixels: [Float](repeating: 0, count: channels * height * width))
    self.seed = seed
  }

  /// Writes example `position` of a split as a step sees it, [C][H][W] in [0, 1]. Throws `DataError` where its file
  /// cannot be read.
  package mutating func copy(
    _ position: Int, of split: Split, step: Int, to place: UnsafeMutablePointer<Float>
  ) throws {
    let example = split.indices[position]
    if let crop = policy.original, let raster = try split.images.original(example) {
      // Steps have the attempts from 0 on.
      var stream = RandomStream(
        seed: seed, purpose: .augmentation, step: UInt32(truncatingIfNeeded: step),
        example: UInt32(truncatingIfNeeded: example), attempt: .max)
      crop.apply(to: raster, &stream, width: image.width, height: image.height)
        .copy(to: place, channels: image.channels)
    } else {
      try split.copyImage(position, to: place)
    }
    apply(to: place, examples: [example], step: step)
  }

  /// Changes `images` [examples.count][C][H][W] in place; `examples` are dataset indices. The results are in [0, 1].
  package mutating func apply(to images: UnsafeMutablePointer<Float>, examples: [Int], step: Int) {
    guard !steps.isEmpty else { return }
    let size = image.pixels.count
    for (row, example) in examples.enumerated() {
      let place = images + row * size
      for offset in 0..<size { image.pixels[offset] = place[offset] }
      for (number, change) in steps.enumerated() {
        var stream = RandomStream(
          seed: seed, purpose: .augmentation, step: UInt32(truncatingIfNeeded: step),
          example: UInt32(truncatingIfNeeded: example), attempt: UInt32(number))
        change.apply(to: &image, &stream)
      }
      for offset in 0..<size { place[offset] = min(max(image.pixels[offset], 0), 1) }
    }
  }
}
