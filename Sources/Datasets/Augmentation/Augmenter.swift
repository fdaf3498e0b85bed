import Events
import Tensors

/// Changes training images at random before they are attacked. Validation and test images never come here.
///
/// What happens to an image is a function of (seed, step, dataset index) alone: neither the other images of the batch nor
/// their order matter, and a step that is run again gives the same bits.
public struct Augmenter: Sendable {
  private let steps: [any AugmentationStep]
  /// The image under change.
  private var image: AugmentedImage
  private let seed: UInt32

  /// The policy of the setting `augment` on images of so many channels, rows and columns; the streams are those of `seed`.
  public init(_ settings: Settings, data: DataSplits) {
    let images = data.train.images
    self.init(
      settings.text("augment"), channels: images.channels, height: images.height, width: images.width,
      seed: UInt32(truncatingIfNeeded: settings.integer("seed")))
  }

  /// The policy of that name; one that does not exist changes nothing.
  init(_ policy: String, channels: Int, height: Int, width: Int, seed: UInt32) {
    steps = AugmentationPolicy.all.first { $0.name == policy }?.steps ?? []
    image = AugmentedImage(
      channels: channels, height: height, width: width,
      pixels: [Float](repeating: 0, count: channels * height * width))
    self.seed = seed
  }

  /// Changes `images` [examples.count][C][H][W] in place; `examples` are dataset indices. The results are in [0, 1].
  public mutating func apply(to images: UnsafeMutablePointer<Float>, examples: [Int], step: Int) {
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
