import Foundation

extension Color {
  /// Linear red, green and blue in 0 … 1 (sRGB decoded); nil for the terminal's own colors, whose look is unknown.
  package var linearRGB: [Double]? {
    guard case .rgb(let red, let green, let blue) = self else { return nil }
    return [red, green, blue].map { level in
      let value = Double(level) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
  }

  /// The contrast ratio of WCAG 2.2 (1.4.3), in 1 … 21; nil when a color is the terminal's own.
  package func contrast(with other: Color) -> Double? {
    guard let one = linearRGB, let two = other.linearRGB else { return nil }
    let lights = [one, two].map { 0.2126 * $0[0] + 0.7152 * $0[1] + 0.0722 * $0[2] }.sorted()
    return (lights[1] + 0.05) / (lights[0] + 0.05)
  }

  /// This color with a share of another one in it, both as sRGB; itself when one is the terminal's own.
  package func mixed(with other: Color, share: Double) -> Color {
    guard case .rgb(let r, let g, let b) = self, case .rgb(let red, let green, let blue) = other else { return self }
    func mix(_ one: UInt8, _ two: UInt8) -> UInt8 {
      UInt8(min(255, max(0, (Double(one) * (1 - share) + Double(two) * share).rounded())))
    }
    return .rgb(mix(r, red), mix(g, green), mix(b, blue))
  }
}
