import Plotting

/// A picture drawn in cells, two pixels in each: as half blocks in color, or as one character of a brightness ramp.
struct Raster: Sendable {
  /// [channels][height][width] in [0, 1]; one channel is gray, of several the first three are red, green and blue.
  let pixels: [Float]
  let channels: Int, height: Int, width: Int

  /// From dark to bright.
  private static let ramp = Array(" .:-=+*#%@".unicodeScalars)
  /// Colors differ by at least this, so that a terminal does not run out of pairs of them.
  private static let levels: Float = 51

  /// Draws it over all of `rect`. A pixel of the screen is the mean of what lies under it.
  func draw(into buffer: inout CellBuffer, in rect: Rect, context: PaneContext) {
    guard !rect.isEmpty, width > 0, height > 0, pixels.count >= channels * height * width, channels > 0 else { return }
    let hasColors = context.symbols != .ascii && context.theme.name != Theme.mono.name
    for y in 0..<rect.height {
      for x in 0..<rect.width {
        let upper = mean(x, 2 * y, rect), lower = mean(x, 2 * y + 1, rect)
        buffer[rect.x + x, rect.y + y] =
          hasColors
          ? Cell("▀", Style(Self.color(upper), on: Self.color(lower)))
          : Cell(Self.character(upper, lower), context.theme.style(.text))
      }
    }
  }

  /// Red, green and blue of one of the `rect.width` × 2`rect.height` pixels that are drawn.
  private func mean(_ x: Int, _ y: Int, _ rect: Rect) -> [Float] {
    let columns = span(x, of: rect.width, in: width), rows = span(y, of: 2 * rect.height, in: height)
    let count = Float(columns.count * rows.count)
    return (0..<min(3, channels)).map { channel in
      var sum: Float = 0
      for row in rows {
        for column in columns { sum += pixels[(channel * height + row) * width + column] }
      }
      return sum / count
    }
  }

  /// The source pixels under pixel `place` of `count`; at least one.
  private func span(_ place: Int, of count: Int, in extent: Int) -> Range<Int> {
    let start = min(extent - 1, place * extent / count)
    return start..<max(start + 1, min(extent, (place + 1) * extent / count))
  }

  private static func color(_ values: [Float]) -> Color {
    let part = { (value: Float) in UInt8((min(1, max(0, value)) * levels).rounded() / levels * 255) }
    let first = part(values.first ?? 0)
    return values.count < 3 ? .rgb(first, first, first) : .rgb(first, part(values[1]), part(values[2]))
  }

  private static func character(_ upper: [Float], _ lower: [Float]) -> Unicode.Scalar {
    let all = upper + lower, light = all.reduce(0, +) / Float(max(1, all.count))
    guard light.isFinite else { return "?" }
    return ramp[min(ramp.count - 1, max(0, Int((min(1, max(0, light)) * Float(ramp.count - 1)).rounded())))]
  }
}
