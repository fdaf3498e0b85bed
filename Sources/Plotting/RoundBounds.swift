import Foundation

/// Bounds of axes that move in steps: while a chart grows, most of its cells stay as they are.
package enum RoundBounds {
  /// At most a third of an axis stays empty.
  private static let factors = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10]

  /// The smallest round number that is not below a value; the value itself unless it is positive and finite.
  package static func above(_ value: Double) -> Double { round(value, up: true) }

  /// The largest round number that is not above a value; the value itself unless it is positive and finite.
  package static func below(_ value: Double) -> Double { round(value, up: false) }

  /// The largest of 1, 2 and 5 times a power of ten that is not above a value; the value itself unless it is positive
  /// and finite.
  static func step(below value: Double) -> Double {
    guard value > 0, value.isFinite else { return value }
    let decade = pow(10, floor(log10(value) + 1e-9)), mantissa = value / decade
    return decade * (mantissa >= 5 ? 5 : mantissa >= 2 ? 2 : 1)
  }

  private static func round(_ value: Double, up: Bool) -> Double {
    guard value > 0, value.isFinite else { return value }
    let decade = pow(10, floor(log10(value)))
    guard decade > 0, (decade * 10).isFinite else { return value }
    // A value that is round but for rounding errors stays what it is.
    let mantissa = value / decade, tolerance = 1e-9
    let factor =
      up ? factors.first { $0 >= mantissa - tolerance } ?? 10 : factors.last { $0 <= mantissa + tolerance } ?? 1
    return factor * decade
  }

  /// A range around another one whose ends are multiples of a round step, about a fifth of it.
  package static func around(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
    let extent = range.upperBound - range.lowerBound
    guard extent > 0, extent.isFinite else { return range }
    let step = above(extent / 5)
    let low = (range.lowerBound / step + 1e-9).rounded(.down) * step
    let high = (range.upperBound / step - 1e-9).rounded(.up) * step
    return low.isFinite && high.isFinite && low < high ? low...high : range
  }
}
