import Tensors

/// An image under augmentation, CHW, and what is read outside it.
struct AugmentedImage {
  let channels: Int
  let height: Int
  let width: Int
  /// channels·height·width values.
  var pixels: [Float]
  /// As many values, which the next change is written to.
  private var spare: [Float]

  /// An image, and memory to change it in.
  init(channels: Int, height: Int, width: Int, pixels: [Float]) {
    (self.channels, self.height, self.width, self.pixels) = (channels, height, width, pixels)
    spare = [Float](repeating: 0, count: pixels.count)
  }

  /// What lies outside an image.
  enum Border: Sendable, Hashable {
    /// Black.
    case zero
    /// The nearest pixel of the image: edge-replicated.
    case edge
    /// The image mirrored at its outermost pixels, which are not repeated.
    case reflect
  }

  /// A pixel of a plane; `y` and `x` may lie outside.
  func pixel(_ channel: Int, _ y: Int, _ x: Int, _ border: Border) -> Float {
    guard let row = Self.inside(y, height, border), let column = Self.inside(x, width, border) else { return 0 }
    return pixels[(channel * height + row) * width + column]
  }

  /// The place in 0 ..< extent that a place outside stands for; nil for black.
  static func inside(_ place: Int, _ extent: Int, _ border: Border) -> Int? {
    if place >= 0, place < extent { return place }
    switch border {
    case .zero: return nil
    case .edge: return min(max(place, 0), extent - 1)
    case .reflect:
      guard extent > 1 else { return 0 }
      let period = 2 * (extent - 1)
      let wrapped = ((place % period) + period) % period
      return wrapped < extent ? wrapped : period - wrapped
    }
  }

  /// Makes pixel (y, x) of each plane what `value` gives for it; it sees the image as it was.
  mutating func map(_ value: (_ image: AugmentedImage, _ channel: Int, _ y: Int, _ x: Int) -> Float) {
    var result: [Float] = []
    swap(&result, &spare)
    for channel in 0..<channels {
      for y in 0..<height {
        for x in 0..<width { result[(channel * height + y) * width + x] = value(self, channel, y, x) }
      }
    }
    swap(&result, &pixels)
    swap(&result, &spare)
  }
}

/// One random change of an image. Its draws come from a stream of its own for every (seed, step, example).
protocol AugmentationStep: Sendable {
  /// Draws the parameters and applies them.
  func apply(to image: inout AugmentedImage, _ stream: inout RandomStream)
}
