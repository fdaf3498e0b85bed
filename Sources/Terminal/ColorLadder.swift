import Plotting

/// Maps any color to the nearest one of the terminal, by its number there: direct → 256 → 16 → 8 → none.
package struct ColorLadder: Sendable, Hashable {
  /// The number of colors used; 0 for none.
  package let colors: Int

  /// The most colors that the terminal has (`available`) and that `limit` allows.
  package init(available: Int, limit: Int?) {
    let allowed = min(available, limit ?? available)
    colors = allowed > 256 ? allowed : [256, 16, 8].first { $0 <= allowed } ?? 0
  }

  /// The number of a color; -1 for the terminal's default.
  package func number(of color: Color) -> Int32 {
    guard colors > 0 else { return -1 }
    switch color {
    case .terminal: return -1
    case .palette(let n) where Int(n) < min(colors, 256) && (colors <= 256 || n < 8): return Int32(n)
    case .palette(let n): return nearest(Self.palette(n))
    case .rgb(let red, let green, let blue): return nearest(RGB(Int32(red), Int32(green), Int32(blue)))
    }
  }

  /// Red, green, blue, each 0…255.
  private struct RGB: Hashable {
    var red, green, blue: Int32
    init(_ red: Int32, _ green: Int32, _ blue: Int32) { (self.red, self.green, self.blue) = (red, green, blue) }

    func distance(to other: RGB) -> Int32 {
      let (r, g, b) = (red - other.red, green - other.green, blue - other.blue)
      return r * r + g * g + b * b
    }
  }

  private func nearest(_ color: RGB) -> Int32 {
    switch colors {
    case 257...:
      // Such a terminal keeps 0…7 for the named colors, so the eight darkest blues become black.
      let number = color.red << 16 | color.green << 8 | color.blue
      return number < 8 ? 0 : number
    case 256: return Self.nearestOf256(color)
    default: return Self.nearest(color, among: 0..<Int32(colors))
    }
  }

  /// Only the 6×6×6 cube and the 24 grays: users change the first 16 colors.
  private static func nearestOf256(_ color: RGB) -> Int32 {
    func step(_ value: Int32) -> Int32 {
      Int32(levels.indices.min { abs(levels[$0] - value) < abs(levels[$1] - value) } ?? 0)
    }
    let cube = 16 + 36 * step(color.red) + 6 * step(color.green) + step(color.blue)
    let gray = nearest(color, among: 232..<256)
    return color.distance(to: palette(UInt8(gray))) < color.distance(to: palette(UInt8(cube))) ? gray : cube
  }

  private static func nearest(_ color: RGB, among numbers: Range<Int32>) -> Int32 {
    numbers.min { color.distance(to: palette(UInt8($0))) < color.distance(to: palette(UInt8($1))) } ?? -1
  }

  /// The six levels of the color cube.
  private static let levels: [Int32] = [0, 95, 135, 175, 215, 255]

  /// The 16 named colors as in xterm.
  private static let names: [RGB] = [
    RGB(0, 0, 0), RGB(205, 0, 0), RGB(0, 205, 0), RGB(205, 205, 0), RGB(0, 0, 238), RGB(205, 0, 205), RGB(0, 205, 205),
    RGB(229, 229, 229), RGB(127, 127, 127), RGB(255, 0, 0), RGB(0, 255, 0), RGB(255, 255, 0), RGB(92, 92, 255),
    RGB(255, 0, 255), RGB(0, 255, 255), RGB(255, 255, 255),
  ]

  private static func palette(_ number: UInt8) -> RGB {
    let n = Int32(number)
    switch n {
    case ..<16: return names[Int(n)]
    case 16..<232:
      let cube = Int(n - 16)
      return RGB(levels[cube / 36], levels[cube / 6 % 6], levels[cube % 6])
    default:
      let gray = 8 + 10 * (n - 232)
      return RGB(gray, gray, gray)
    }
  }
}
