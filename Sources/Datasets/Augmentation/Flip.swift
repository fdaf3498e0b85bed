import Tensors

/// Left and right change places, in half of the cases.
struct Flip: AugmentationStep {
  func apply(to image: AugmentedImage, _ stream: inout RandomStream) -> AugmentedImage {
    stream.bits() & 1 == 1 ? apply(to: image) : image
  }

  /// The mirrored image.
  func apply(to image: AugmentedImage) -> AugmentedImage {
    image.mapped { channel, y, x in image.pixel(channel, y, image.width - 1 - x, .zero) }
  }
}
