import Events
import Tensors

/// The exact interval of a proportion (Clopper and Pearson 1934), whose coverage is never below its confidence.
package enum ClopperPearson {
  /// The interval of `count` in `n` at `confidence`; [0, 1] if nothing was measured.
  ///
  /// Its ends are quantiles of Beta distributions: lower = B⁻¹(α/2; k, n−k+1), upper = B⁻¹(1−α/2; k+1, n−k).
  package static func interval(_ count: Int, of n: Int, confidence: Double = 0.95) -> ClosedRange<Double> {
    guard n > 0 else { return 0...1 }
    let tail = (1 - confidence) / 2, k = Double(min(max(count, 0), n)), rest = Double(n) - k
    let lower = k == 0 ? 0 : BetaDistribution(k, rest + 1).quantile(tail)
    let upper = rest == 0 ? 1 : BetaDistribution(k + 1, rest).quantile(1 - tail)
    return lower...max(lower, upper)
  }
}

/// The Beta distribution: its cumulative function is the regularized incomplete beta function.
struct BetaDistribution {
  private let a: Double
  private let b: Double
  /// ln Γ(a+b) − ln Γ(a) − ln Γ(b).
  private let scale: Double

  /// Both parameters are positive.
  init(_ a: Double, _ b: Double) {
    precondition(a > 0 && b > 0, "Beta(\(a), \(b)) does not exist")
    (self.a, self.b) = (a, b)
    scale = logGamma(a + b) - logGamma(a) - logGamma(b)
  }

  /// I_x(a, b) = P(X ≤ x), by the continued fraction on the side where it converges fast (Didonato and Morris 1992;
  /// evaluated from the front after Lentz 1976).
  func cumulative(_ x: Double) -> Double {
    guard x > 0 else { return 0 }
    guard x < 1 else { return 1 }
    let front = exponential(scale + a * logarithm(x) + b * logarithm(1 - x))
    return x < (a + 1) / (a + b + 2)
      ? front * Self.fraction(x, a, b) / a : 1 - front * Self.fraction(1 - x, b, a) / b
  }

  /// 1/(1 + d₁/(1 + d₂/(1 + …))) with d₂ₘ = m(b−m)x/((a+2m−1)(a+2m)), d₂ₘ₊₁ = −(a+m)(a+b+m)x/((a+2m)(a+2m+1)).
  private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let tiny = 1e-300
    var c = 1.0, d = 1 - (a + b) * x / (a + 1)
    d = 1 / (abs(d) < tiny ? tiny : d)
    var result = d
    for m in stride(from: 1.0, through: 10_000, by: 1) {
      var change = 1.0
      for term in [
        m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
        -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
      ] {
        d = 1 + term * d
        d = 1 / (abs(d) < tiny ? tiny : d)
        c = 1 + term / c
        c = abs(c) < tiny ? tiny : c
        change *= d * c
        result *= d * c
      }
      if abs(change - 1) < 1e-16 { break }
    }
    return result
  }

  /// The x with P(X ≤ x) = p, by bisection down to adjacent numbers.
  func quantile(_ p: Double) -> Double {
    var low = 0.0, high = 1.0
    while true {
      let middle = low + (high - low) / 2
      guard middle > low, middle < high else { return middle }
      if cumulative(middle) < p { low = middle } else { high = middle }
    }
  }
}

extension GapReading {
  /// A reading with its 95 % Clopper–Pearson interval: of `n` images, `survivors` survive PGD and the tier broke
  /// `broken`.
  package init(step: Int, tier: GapTier, n: Int, survivors: Int, broken: Int) {
    self.init(
      step: step, tier: tier, n: n, survivors: survivors, broken: broken,
      interval: ClopperPearson.interval(broken, of: n))
  }
}
