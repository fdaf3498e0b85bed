import Evaluation
import Events
import Testing

/// The exact interval against numbers of another implementation and its own definition.
struct ClopperPearsonTests {
  /// Bisected over binomial sums with 60 digits (Python's decimal).
  @Test(arguments: [
    (0, 10, 0.0, 0.30849710781876083),
    (10, 10, 0.6915028921812392, 1.0),
    (5, 10, 0.18708602844739852, 0.8129139715526015),
    (1, 1, 0.025, 1.0),
    (51, 128, 0.3129894339793544, 0.4886960196106001),
    (84, 128, 0.5671726177112698, 0.7379144657353055),
    (9, 32, 0.1374569032955017, 0.4674710996429346),
    (21, 32, 0.46806896371973133, 0.8142809082834339),
    (0, 200, 0.0, 0.018275340355136244),
    (3, 400, 0.0015493589499056572, 0.021760668514417107),
  ])
  func theIntervalIsTheExactOne(count: Int, n: Int, low: Double, high: Double) {
    let interval = ClopperPearson.interval(count, of: n)
    #expect(abs(interval.lowerBound - low) < 1e-12, "\(interval)")
    #expect(abs(interval.upperBound - high) < 1e-12, "\(interval)")
  }

  /// P(X ≥ k) or P(X ≤ k) of a binomial, summed term by term.
  private func tail(_ counts: ClosedRange<Int>, _ n: Int, _ p: Double) -> Double {
    var term = 1.0, sum = 0.0
    for _ in 0..<n { term *= 1 - p }
    for k in 0...n {
      if counts.contains(k) { sum += term }
      term *= Double(n - k) / Double(k + 1) * p / (1 - p)
    }
    return sum
  }

  @Test func itsEndsLeaveHalfOfTheRestOnEachSide() {
    for n in [1, 2, 5, 32, 60] {
      for count in 0...n {
        let interval = ClopperPearson.interval(count, of: n)
        if count > 0 { #expect(abs(tail(count...n, n, interval.lowerBound) - 0.025) < 1e-10) }
        if count < n { #expect(abs(tail(0...count, n, interval.upperBound) - 0.025) < 1e-10) }
      }
    }
  }

  @Test func theIntervalMirrorsHoldsTheShareAndNarrows() {
    for n in 1...64 {
      for count in 0...n {
        let interval = ClopperPearson.interval(count, of: n), mirror = ClopperPearson.interval(n - count, of: n)
        #expect(abs(interval.lowerBound + mirror.upperBound - 1) < 1e-12)
        #expect(interval.contains(Double(count) / Double(n)))
        let narrower = ClopperPearson.interval(10 * count, of: 10 * n)
        #expect(narrower.upperBound - narrower.lowerBound < interval.upperBound - interval.lowerBound)
        let surer = ClopperPearson.interval(count, of: n, confidence: 0.99)
        #expect(surer.lowerBound <= interval.lowerBound && surer.upperBound >= interval.upperBound)
      }
    }
    #expect(ClopperPearson.interval(0, of: 0) == 0...1)
    #expect(ClopperPearson.interval(99_990, of: 100_000).contains(0.9999))
  }

  @Test func aReadingCarriesItsInterval() {
    let reading = GapReading(step: 3, tier: .quick, n: 32, survivors: 20, broken: 9)
    #expect(reading.lower...reading.upper == ClopperPearson.interval(9, of: 32) && reading.gap == 9.0 / 32)
  }
}
