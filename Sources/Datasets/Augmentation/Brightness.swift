import Tensors

/// All pixels times one factor, uniform in 1 − change … 1 + change.
struct Brightness: AugmentationStep {
  let change: Float

  func apply(to image: inout AugmentedImage, _ stream: inout RandomStream) {
    apply(to: &image, factor: stream.uniform(1 - change, 1 + change))
  }

  /// The image times `factor`; may leave [0, 1].
  func apply(to image: inout AugmentedImage, factor: Float) {
    image.map { image, channel, y, x in image.pixel(channel, y, x, .zero) * factor }
  }
}
