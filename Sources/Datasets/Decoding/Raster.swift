/// An RGB image of levels 0 … 255 as decoders give it: row by row, red, green, blue of each pixel.
struct Raster: Hashable, Sendable {
  let width: Int
  let height: Int
  /// height·width·3 levels.
  let levels: [UInt8]

  /// A part of it; `box` must lie inside.
  func cropped(to box: Box) -> Raster {
    precondition(
      box.left >= 0 && box.top >= 0 && box.right <= width && box.bottom <= height, "a crop outside the image")
    if box.width == width, box.height == height { return self }
    var part: [UInt8] = []
    part.reserveCapacity(box.width * box.height * 3)
    for row in box.top..<box.bottom {
      let start = (row * width + box.left) * 3
      part.append(contentsOf: levels[start..<(start + box.width * 3)])
    }
    return Raster(width: box.width, height: box.height, levels: part)
  }

  /// Shorter side `side`, the other in proportion, rounded down, as torchvision's Resize does.
  func resized(shorterSide side: Int) -> Raster {
    let size = Self.size(width, height, shorterSide: side)
    return resized(width: size.width, height: size.height)
  }

  /// The size after `resized(shorterSide:)`.
  static func size(_ width: Int, _ height: Int, shorterSide side: Int) -> (width: Int, height: Int) {
    width <= height ? (side, max(1, side * height / width)) : (max(1, side * width / height), side)
  }

  /// The square of `side` in the middle; it begins at ⌊(extent − side)/2⌋.
  func centered(_ side: Int) -> Raster {
    cropped(to: Box(left: (width - side) / 2, top: (height - side) / 2, width: side, height: side))
  }

  /// Each pixel's gray level in all three channels: what Pillow's `convert("L")` gives,
  /// (19595 R + 38470 G + 7471 B + 32768) / 65536 without the remainder.
  var gray: Raster {
    var gray = levels
    for place in stride(from: 0, to: levels.count - 2, by: 3) {
      let weighted = 19595 * Int(levels[place]) + 38470 * Int(levels[place + 1]) + 7471 * Int(levels[place + 2])
      let level = UInt8((weighted + 0x8000) >> 16)
      (gray[place], gray[place + 1], gray[place + 2]) = (level, level, level)
    }
    return Raster(width: width, height: height, levels: gray)
  }

  /// Writes its first channels as floats in [0, 1], CHW.
  func copy(to destination: UnsafeMutablePointer<Float>, channels: Int = 3) {
    let plane = width * height
    levels.withUnsafeBufferPointer { levels in
      for pixel in 0..<plane {
        for channel in 0..<channels { destination[channel * plane + pixel] = Float(levels[pixel * 3 + channel]) / 255 }
      }
    }
  }

  /// A rectangle of whole pixels.
  struct Box: Hashable, Sendable {
    var left: Int
    var top: Int
    var width: Int
    var height: Int
    var right: Int { left + width }
    var bottom: Int { top + height }
  }
}
