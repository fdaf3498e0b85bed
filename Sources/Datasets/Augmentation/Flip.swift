import Tensors

/// Left and right change places, in half of the cases.
struct Flip: AugmentationStep {
  func apply(to image: inout AugmentedImage, _ stream: inout RandomStream) {
    if stream.bits() & 1 == 1 { apply(to: &image) }
  }

  /// The mirrored image.
  func apply(to image: inout AugmentedImage) {
    image.map { image, channel, y, x in image.pixel(channel, y, image.width - 1 - x, .zero) }
  }
}
