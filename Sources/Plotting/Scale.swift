import Foundation
import Spelling

/// A tick of an axis.
package struct Tick: Sendable, Hashable {
  /// Where it stands, in the units of the data.
  package let value: Double
  /// Its label.
  package let label: String
}

/// Maps values to positions along an axis, linearly or by their logarithm.
package struct Scale: Sendable, Hashable {
  /// The value at position 0.
  package let lower: Double
  /// The value at position 1.
  package let upper: Double
  /// True when equal distances are equal factors.
  package let isLogarithmic: Bool

  /// A linear axis. A range without extent is widened, so that its value has a place.
  package init(_ range: ClosedRange<Double>) {
    isLogarithmic = false
    lower = range.lowerBound
    let widened = range.lowerBound + max(1, abs(range.lowerBound))
    upper = range.upperBound > range.lowerBound ? range.upperBound : widened
  }

  /// A logarithmic axis; nil unless both bounds are positive.
  package init?(logarithmic range: ClosedRange<Double>) {
    guard range.lowerBound > 0 else { return nil }
    isLogarithmic = true
    let flat = log(range.upperBound) <= log(range.lowerBound)
    lower = flat ? range.lowerBound / 2 : range.lowerBound
    upper = flat ? range.upperBound * 2 : range.upperBound
  }

  /// The place of a value, 0 … 1 inside the axis and beyond that outside; nil when it has none.
  package func place(_ value: Double) -> Double? {
    guard value.isFinite else { return nil }
    guard isLogarithmic else { return (value - lower) / (upper - lower) }
    return value > 0 ? log(value / lower) / log(upper / lower) : nil
  }

  /// The value at a place; the inverse of `place`.
  package func value(at place: Double) -> Double {
    isLogarithmic ? lower * pow(upper / lower, place) : lower + place * (upper - lower)
  }

  /// The place of a value between 0 and 1, clamped at the ends; nil when it has none (NaN, or ≤ 0 on a logarithmic
  /// axis).
  package func position(_ value: Double) -> Double? {
    guard value.isFinite else { return nil }
    if isLogarithmic {
      guard value > 0 else { return nil }
      return clamp((log(value) - log(lower)) / (log(upper) - log(lower)))
    }
    let extent = upper - lower
    // Halves where the extent itself is too large for a number.
    return clamp(extent.isFinite ? (value - lower) / extent : (value / 2 - lower / 2) / (upper / 2 - lower / 2))
  }

  private func clamp(_ place: Double) -> Double { place.isNaN ? 0 : min(1, max(0, place)) }

  /// At most `count` ticks (and none for 0) at round values inside the axis.
  package func ticks(atMost count: Int) -> [Tick] {
    guard count > 0 else { return [] }
    return isLogarithmic ? logarithmicTicks(count) : linearTicks(count)
  }

  /// Steps of 1, 2 or 5 times a power of ten: the smallest that gives at most `count` ticks.
  private func linearTicks(_ count: Int) -> [Tick] {
    let extent = min(upper - lower, .greatestFiniteMagnitude)
    guard extent.isFinite, extent > 0 else { return [] }
    var exponent = floor(log10(extent / Double(count))) - 1
    for _ in 0..<6 {
      for factor in [1.0, 2, 5] {
        let step = factor * pow(10, exponent)
        guard step > 0, step.isFinite else { continue }
        let first = (lower / step - 1e-9).rounded(.up), last = (upper / step + 1e-9).rounded(.down)
        guard last - first + 1 <= Double(count), abs(first) < 1e9, abs(last) < 1e9 else { continue }
        let digits = max(0, -Int(floor(log10(step) + 1e-9)))
        return stride(from: first, through: last, by: 1).map { index in
          let value = index * step
          return Tick(value: value, label: digits > 4 ? NumberText.short(value) : label(value, digits: digits))
        }
      }
      exponent += 1
    }
    return []
  }

  private func label(_ value: Double, digits: Int) -> String {
    abs(value) >= 100_000 ? NumberText.short(value) : NumberText.fixed(value, digits: digits)
  }

  /// 1, 2 and 5 of every decade when they fit, else the decades, else every nth of them.
  private func logarithmicTicks(_ count: Int) -> [Tick] {
    let first = Int(floor(log10(lower))), last = Int(ceil(log10(upper)))
    let candidates: [(every: Int, factors: [Double])] =
      [(1, [1, 2, 5]), (1, [1])] + [2, 3, 5, 10, 20, 50, 100, 300].map { ($0, [1]) }
    for (every, factors) in candidates {
      var ticks: [Tick] = []
      for exponent in first...last where exponent % every == 0 {
        for factor in factors {
          let value = factor * pow(10, Double(exponent))
          if value >= lower * (1 - 1e-9), value <= upper * (1 + 1e-9) {
            ticks.append(Tick(value: value, label: decadeLabel(value, exponent: exponent)))
          }
        }
      }
      if ticks.count <= count { return ticks }
    }
    return []
  }

  private func decadeLabel(_ value: Double, exponent: Int) -> String {
    (-3...4).contains(exponent) ? NumberText.fixed(value, digits: max(0, -exponent)) : NumberText.short(value)
  }
}
