import Tensors

/// A crop of the image's own size from the image with `padding` pixels around it; every offset is equally likely.
struct Crop: AugmentationStep {
  let padding: Int
  let border: AugmentedImage.Border

  func apply(to image: AugmentedImage, _ stream: inout RandomStream) -> AugmentedImage {
    let choices = UInt32(2 * padding + 1)
    let down = Int(stream.below(choices)) - padding
    let right = Int(stream.below(choices)) - padding
    return apply(to: image, down: down, right: right)
  }

  /// The crop that begins `down` rows and `right` columns after the image's own corner; 0, 0 is the image.
  func apply(to image: AugmentedImage, down: Int, right: Int) -> AugmentedImage {
    if down == 0, right == 0 { return image }
    return image.mapped { channel, y, x in image.pixel(channel, y + down, x + right, border) }
  }
}
