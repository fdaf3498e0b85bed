/// A count out of n, with its 95 % Wilson interval: how every accuracy is carried and shown.
package struct Proportion: Sendable, Hashable, Codable {
  /// How many were right.
  package let correct: Int
  /// Out of how many.
  package let n: Int

  /// `correct` of `n`.
  package init(correct: Int, n: Int) {
    self.correct = correct
    self.n = n
  }

  /// Two measurements of different images as one.
  package static func + (one: Self, other: Self) -> Self {
    Self(correct: one.correct + other.correct, n: one.n + other.n)
  }

  /// The share, in [0, 1]; 0 when nothing was measured.
  package var value: Double { n == 0 ? 0 : Double(correct) / Double(n) }

  /// The Wilson score interval at 95 %; [0, 1] when nothing was measured.
  package var interval: ClosedRange<Double> {
    guard n > 0 else { return 0...1 }
    let z = 1.959963984540054, count = Double(n), share = value
    let center = (share + z * z / (2 * count)) / (1 + z * z / count)
    let half = z / (1 + z * z / count) * (share * (1 - share) / count + z * z / (4 * count * count)).squareRoot()
    return max(0, center - half)...min(1, center + half)
  }
}
