/// Pillow's bilinear resampling, to the bit: a triangle as wide as the scale where the image shrinks, first along rows,
/// then along columns, each rounded to a level. (Pillow, `Resample.c`.)
extension Raster {
  /// This image at another size.
  func resized(width newWidth: Int, height newHeight: Int) -> Raster {
    let wide = newWidth == width ? self : alongRows(Weights(from: width, to: newWidth))
    return newHeight == height ? wide : wide.alongColumns(Weights(from: height, to: newHeight))
  }

  /// The weights of the input pixels that each output pixel is a mean of, in units of 2⁻²².
  struct Weights {
    static let precision = 22
    /// For each output pixel the first input pixel and how many there are.
    let ranges: [(first: Int, count: Int)]
    /// Weights of output pixel i from i·stride on.
    let values: [Int32]
    let stride: Int

    init(from extent: Int, to size: Int) {
      let scale = Double(extent) / Double(size), wide = max(scale, 1)
      // Half the width of the triangle.
      let support = wide
      let stride = Int(support.rounded(.up)) * 2 + 1
      var ranges: [(Int, Int)] = []
      var values = [Int32](repeating: 0, count: stride * size)
      for output in 0..<size {
        let center = (Double(output) + 0.5) * scale
        let first = max(Int(center - support + 0.5), 0), end = min(Int(center + support + 0.5), extent)
        let weights = (first..<end).map { max(0, 1 - abs((Double($0) - center + 0.5) * (1 / wide))) }
        let sum = weights.reduce(0, +)
        for (place, weight) in weights.enumerated() {
          values[output * stride + place] = Int32(
            0.5 + (sum == 0 ? weight : weight * (1 / sum)) * Double(1 << Self.precision))
        }
        ranges.append((first, end - first))
      }
      (self.ranges, self.values, self.stride) = (ranges, values, stride)
    }
  }

  private static let half = Int32(1) << Int32(Weights.precision - 1)

  @inline(__always)
  private static func level(_ sum: Int32) -> UInt8 {
    UInt8(truncatingIfNeeded: min(max(sum >> Int32(Weights.precision), 0), 255))
  }

  private func alongRows(_ weights: Weights) -> Raster {
    let columns = weights.ranges.count, size = columns * height * 3
    let result = [UInt8](unsafeUninitializedCapacity: size) { target, count in
      levels.withUnsafeBufferPointer { levels in
        weights.values.withUnsafeBufferPointer { values in
          var place = 0
          for row in 0..<height {
            for column in 0..<columns {
              let (first, taps) = weights.ranges[column]
              var red = Self.half, green = Self.half, blue = Self.half
              var input = (row * width + first) * 3
              for tap in (column * weights.stride)..<(column * weights.stride + taps) {
                let weight = values[tap]
                red &+= Int32(levels[input]) &* weight
                green &+= Int32(levels[input + 1]) &* weight
                blue &+= Int32(levels[input + 2]) &* weight
                input += 3
              }
              target[place] = Self.level(red)
              target[place + 1] = Self.level(green)
              target[place + 2] = Self.level(blue)
              place += 3
            }
          }
        }
      }
      count = size
    }
    return Raster(width: columns, height: height, levels: result)
  }

  private func alongColumns(_ weights: Weights) -> Raster {
    let rows = weights.ranges.count, line = width * 3, size = rows * line
    var sums = [Int32](repeating: 0, count: line)
    let result = [UInt8](unsafeUninitializedCapacity: size) { target, count in
      levels.withUnsafeBufferPointer { levels in
        sums.withUnsafeMutableBufferPointer { sums in
          for row in 0..<rows {
            let (first, taps) = weights.ranges[row]
            for place in 0..<line { sums[place] = Self.half }
            for tap in 0..<taps {
              let weight = weights.values[row * weights.stride + tap], input = (first + tap) * line
              for place in 0..<line { sums[place] &+= Int32(levels[input + place]) &* weight }
            }
            for place in 0..<line { target[row * line + place] = Self.level(sums[place]) }
          }
        }
      }
      count = size
    }
    return Raster(width: width, height: rows, levels: result)
  }
}
