import Foundation

/// A color in CIELAB for the white D65.
package struct LabColor: Sendable {
  /// Lightness in 0 … 100, green–red and blue–yellow.
  package let l, a, b: Double

  package init(l: Double, a: Double, b: Double) { (self.l, self.a, self.b) = (l, a, b) }

  /// From linear sRGB, each in 0 … 1.
  package init(linearRGB rgb: [Double]) {
    func f(_ t: Double) -> Double { t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116 }
    let x = f((0.4124564 * rgb[0] + 0.3575761 * rgb[1] + 0.1804375 * rgb[2]) / 0.95047)
    let y = f(0.2126729 * rgb[0] + 0.7151522 * rgb[1] + 0.0721750 * rgb[2])
    let z = f((0.0193339 * rgb[0] + 0.1191920 * rgb[1] + 0.9503041 * rgb[2]) / 1.08883)
    self.init(l: 116 * y - 16, a: 500 * (x - y), b: 200 * (y - z))
  }

  /// The color difference CIEDE2000, as Sharma, Wu and Dalal state it: "The CIEDE2000 Color-Difference Formula:
  /// Implementation Notes, Supplementary Test Data, and Mathematical Observations", Color Res. Appl. 30(1), 2005.
  package func difference(to other: LabColor) -> Double {
    let meanChroma = (hypot(a, b) + hypot(other.a, other.b)) / 2
    let stretch = 1.5 - 0.5 * LabColor.saturation(meanChroma)
    let one = Polar(a: stretch * a, b: b), two = Polar(a: stretch * other.a, b: other.b)
    let isGray = one.chroma * two.chroma == 0

    var turn = two.hue - one.hue
    if isGray { turn = 0 } else if turn > 180 { turn -= 360 } else if turn < -180 { turn += 360 }
    let lightness = other.l - l, chroma = two.chroma - one.chroma
    let hue = 2 * (one.chroma * two.chroma).squareRoot() * LabColor.sine(turn / 2)

    let middleL = (l + other.l) / 2, middleC = (one.chroma + two.chroma) / 2
    var middleH = one.hue + two.hue
    if !isGray {
      if abs(one.hue - two.hue) > 180 { middleH += middleH < 360 ? 360 : -360 }
      middleH /= 2
    }
    let weight =
      1 - 0.17 * LabColor.cosine(middleH - 30) + 0.24 * LabColor.cosine(2 * middleH)
      + 0.32 * LabColor.cosine(3 * middleH + 6) - 0.20 * LabColor.cosine(4 * middleH - 63)
    let offset = (middleL - 50) * (middleL - 50)
    let partL = lightness / (1 + 0.015 * offset / (20 + offset).squareRoot())
    let partC = chroma / (1 + 0.045 * middleC), partH = hue / (1 + 0.015 * middleC * weight)
    let bend = 60 * exp(-((middleH - 275) / 25) * ((middleH - 275) / 25))
    let rotation = -LabColor.sine(bend) * 2 * LabColor.saturation(middleC)
    return (partL * partL + partC * partC + partH * partH + rotation * partC * partH).squareRoot()
  }

  /// Chroma and hue in degrees, 0 … 360.
  private struct Polar {
    let chroma, hue: Double

    init(a: Double, b: Double) {
      chroma = hypot(a, b)
      let angle = a == 0 && b == 0 ? 0 : atan2(b, a) * 180 / .pi
      hue = angle < 0 ? angle + 360 : angle
    }
  }

  private static func saturation(_ chroma: Double) -> Double {
    let power = pow(chroma, 7)
    return (power / (power + 6_103_515_625)).squareRoot()
  }

  private static func sine(_ degrees: Double) -> Double { sin(degrees * .pi / 180) }
  private static func cosine(_ degrees: Double) -> Double { cos(degrees * .pi / 180) }
}
