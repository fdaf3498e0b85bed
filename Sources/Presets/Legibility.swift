import Foundation
import Plotting

/// How a person sees colors.
package enum Vision: String, Sendable, CaseIterable {
  case normal, protanopia, deuteranopia, tritanopia

  /// What linear red, green and blue turn into (Machado, Oliveira and Fernandes 2009, severity 1).
  fileprivate var rows: [[Double]] {
    switch self {
    case .normal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    case .protanopia:
      [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    case .deuteranopia:
      [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    case .tritanopia:
      [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    }
  }
}

/// Whether the colors of a theme can be told apart. Only RGB colors can be judged: how a terminal shows its own colors
/// is unknown.
package enum Legibility {
  /// The contrast ratio of WCAG 2, in 1 … 21; nil when a color is the terminal's own.
  package static func contrast(_ first: Color, _ second: Color) -> Double? {
    guard let a = linear(first), let b = linear(second) else { return nil }
    let lights = [luminance(a), luminance(b)].sorted()
    return (lights[1] + 0.05) / (lights[0] + 0.05)
  }

  /// The distance of two colors in CIELAB (ΔE 1976) as `vision` sees them; nil when a color is the terminal's own.
  package static func difference(_ first: Color, _ second: Color, _ vision: Vision) -> Double? {
    guard let a = linear(first), let b = linear(second) else { return nil }
    let one = lab(seen(a, vision)), other = lab(seen(b, vision))
    return zip(one, other).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }

  private static func linear(_ color: Color) -> [Double]? {
    guard case .rgb(let red, let green, let blue) = color else { return nil }
    return [red, green, blue].map { level in
      let value = Double(level) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
  }

  private static func luminance(_ rgb: [Double]) -> Double { 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2] }

  private static func seen(_ rgb: [Double], _ vision: Vision) -> [Double] {
    vision.rows.map { row in min(max(zip(row, rgb).reduce(0) { $0 + $1.0 * $1.1 }, 0), 1) }
  }

  /// CIELAB for D65.
  private static func lab(_ rgb: [Double]) -> [Double] {
    func f(_ t: Double) -> Double { t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116 }
    let x = f((0.4124564 * rgb[0] + 0.3575761 * rgb[1] + 0.1804375 * rgb[2]) / 0.95047)
    let y = f(0.2126729 * rgb[0] + 0.7151522 * rgb[1] + 0.0721750 * rgb[2])
    let z = f((0.0193339 * rgb[0] + 0.1191920 * rgb[1] + 0.9503041 * rgb[2]) / 1.08883)
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
  }
}

extension ThemeFile {
  /// The roles of chart lines, which must be told apart by color.
  package static let series: [Theme.Role] = [.clean, .adversarial, .autoattack, .kl, .total]
  private static let graphics: [Theme.Role] = [.borderFocused, .progress, .mark]
  private static let decoration: [Theme.Role] = [.border, .progressRest]

  /// What is hard to read, one line each: text with a contrast below 4.5, chart lines below 3.
  package var warnings: [String] {
    Theme.Role.allCases.filter { !ThemeFile.decoration.contains($0) }.compactMap { role in
      let style = theme[role], needed = (ThemeFile.series + ThemeFile.graphics).contains(role) ? 3 : 4.5
      guard let contrast = Legibility.contrast(style.foreground, style.background), contrast < needed else {
        return nil
      }
      let shown = String(format: "%.1f", contrast)
      return "\(path): \(role.rawValue): contrast \(shown) against its background; needs \(needed) or more"
    }
  }

  /// The smallest distance between two chart lines as `vision` sees them; nil for the terminal's own colors.
  package func smallestSeriesDifference(_ vision: Vision) -> Double? {
    var smallest: Double?
    for (place, first) in ThemeFile.series.enumerated() {
      for second in ThemeFile.series[(place + 1)...] {
        guard let difference = Legibility.difference(theme[first].foreground, theme[second].foreground, vision)
        else { return nil }
        smallest = min(smallest ?? difference, difference)
      }
    }
    return smallest
  }
}
