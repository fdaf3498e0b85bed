import Tensors

/// A crop of the image's own size from the image with `padding` pixels around it; every offset is equally likely.
struct Crop: AugmentationStep {
  let padding: Int
  let border: AugmentedImage.Border

  func apply(to image: inout AugmentedImage, _ stream: inout RandomStream) {
    let choices = UInt32(2 * padding + 1)
    let down = Int(stream.below(choices)) - padding
    let right = Int(stream.below(choices)) - padding
    apply(to: &image, down: down, right: right)
  }

  /// The crop that begins `down` rows and `right` columns after the image's own corner; 0, 0 is the image.
  func apply(to image: inout AugmentedImage, down: Int, right: Int) {
    if down == 0, right == 0 { return }
    image.map { image, channel, y, x in image.pixel(channel, y + down, x + right, border) }
  }
}
