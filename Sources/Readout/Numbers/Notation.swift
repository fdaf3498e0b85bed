import Events
import Spelling

/// How measurements are written. Each medium has one notation; JSON has plain fractions and counts.
package enum Notation: Sendable, CaseIterable {
  /// The screen, where columns are short: `.66 ±.08`.
  case screen
  /// Tables and lines of text: `66.4 % [64.0, 68.7]`.
  case table

  /// A fraction of one: `.66` or `66.4 %`.
  package func share(_ value: Double) -> String {
    switch self {
    case .screen: NumberText.share(value)
    case .table: NumberText.percent(value)
    }
  }

  /// A fraction of one with both ends of its 95 % interval: `.66 [.58, .73]` or `66.4 % [64.0, 68.7]`.
  package func share(_ value: Double, in interval: ClosedRange<Double>) -> String {
    let end = { (value: Double) in
      self == .screen ? NumberText.share(value) : NumberText.fixed(value * 100, digits: 1)
    }
    return "\(share(value)) [\(end(interval.lowerBound)), \(end(interval.upperBound))]"
  }

  /// An accuracy with its 95 % interval: `.66 ±.08` or `66.4 % [64.0, 68.7]`.
  package func accuracy(_ accuracy: Proportion) -> String {
    let interval = accuracy.interval
    guard self == .screen else { return share(accuracy.value, in: interval) }
    return share(accuracy.value) + " ±" + share((interval.upperBound - interval.lowerBound) / 2)
  }

  /// A gap with its 95 % interval, which is not symmetric: `.63 [.54, .70]` or `62.5 % [53.5, 70.9]`.
  package func gap(_ reading: GapReading) -> String { share(reading.gap, in: reading.lower...reading.upper) }
}
