import Tensors

/// All pixels times one factor, uniform in 1 − change … 1 + change.
struct Brightness: AugmentationStep {
  let change: Float

  func apply(to image: AugmentedImage, _ stream: inout RandomStream) -> AugmentedImage {
    apply(to: image, factor: stream.uniform(1 - change, 1 + change))
  }

  /// The image times `factor`; may leave [0, 1].
  func apply(to image: AugmentedImage, factor: Float) -> AugmentedImage {
    image.mapped { channel, y, x in image.pixel(channel, y, x, .zero) * factor }
  }
}
