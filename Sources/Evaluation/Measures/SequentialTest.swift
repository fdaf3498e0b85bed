import Foundation
import Tensors

/// How sure a gap is that is measured image after image: a likelihood ratio that may be looked at after every image.
/// docs/algorithms.md §11.4.
///
/// If the true gap is at most `threshold`, the ratio exceeds 1/p at any time with probability p at most (Ville 1939),
/// so one may stop as soon as it is large enough, and go on as long as it is not.
package struct SequentialTest: Sendable, Hashable, Codable {
  /// The gap that is doubted.
  package var threshold: Double
  /// The probability of a false alarm that is accepted.
  package var level: Double

  /// The level of a single test, and the sum of those of many.
  package static let usualLevel = 0.05

  package init(threshold: Double, level: Double = SequentialTest.usualLevel) {
    self.threshold = threshold
    self.level = level
  }

  /// The level of the look number `look`, from 1, such that those of all looks add up to `sum`.
  package static func level(ofLook look: Int, sum: Double = SequentialTest.usualLevel) -> Double {
    sum / Double(look * (look + 1))
  }

  /// The logarithm of the ratio after `broken` of `n` images: the mean over g in (threshold, 1) of
  /// (g/threshold)^k·((1−g)/(1−threshold))^(n−k).
  package func logRatio(_ broken: Int, of n: Int) -> Double {
    guard n > 0, threshold > 0, threshold < 1 else { return broken > 0 && threshold <= 0 ? .infinity : 0 }
    let k = Double(broken), rest = Double(n - broken)
    // ∫ g^k (1−g)^(n−k) over (threshold, 1) = B(k+1, n−k+1)·P(g > threshold).
    let beta = logGamma(k + 1) + logGamma(rest + 1) - logGamma(k + rest + 2)
    let above = BetaDistribution(rest + 1, k + 1).cumulative(1 - threshold)
    return beta + log(max(above, .leastNormalMagnitude)) - log(1 - threshold) - k * log(threshold)
      - rest * log(1 - threshold)
  }

  /// The probability that chance alone would show as much, at most; 1 where nothing speaks for a gap.
  package func chance(_ broken: Int, of n: Int) -> Double { min(1, exp(-logRatio(broken, of: n))) }

  /// Whether it is sure enough that the gap is above the threshold.
  package func isSure(_ broken: Int, of n: Int) -> Bool { logRatio(broken, of: n) >= -log(level) }
}
