import Evaluation
import Foundation
import Tensors
import Testing

/// The likelihood ratio of the deep tier and of single looks.
struct SequentialTestTests {
  private let test = SequentialTest(threshold: 0.15)

  /// The mean over g by Simpson's rule, in double.
  private func integrated(_ broken: Int, of n: Int, _ threshold: Double) -> Double {
    let steps = 20_000, width = (1 - threshold) / Double(steps)
    func value(_ g: Double) -> Double {
      guard g < 1 else { return broken == n ? pow(1 / threshold, Double(n)) : 0 }
      return exp(
        Double(broken) * log(g / threshold) + Double(n - broken) * log((1 - g) / (1 - threshold)))
    }
    var sum = value(threshold) + value(1)
    for i in 1..<steps { sum += (i % 2 == 0 ? 2 : 4) * value(threshold + Double(i) * width) }
    return sum * width / 3 / (1 - threshold)
  }

  @Test(arguments: [(0, 1), (1, 1), (3, 8), (9, 32), (10, 32), (0, 64), (30, 64), (40, 128), (128, 128)])
  func itIsTheIntegral(broken: Int, n: Int) {
    for threshold in [0.05, 0.15, 0.25, 0.6] {
      let ratio = SequentialTest(threshold: threshold).logRatio(broken, of: n)
      #expect(abs(ratio - log(integrated(broken, of: n, threshold))) < 1e-6 * max(1, abs(ratio)), "\(threshold)")
    }
  }

  @Test func nineOfThirtyTwoIsNotEnough() {
    // The row of docs/alarm.md that 32 images missed.
    #expect((1.3...1.5).contains(exp(test.logRatio(9, of: 32))))
    #expect(!test.isSure(9, of: 32) && !test.isSure(36, of: 144) && test.isSure(40, of: 128))
    #expect(test.chance(0, of: 32) == 1 && test.chance(0, of: 0) == 1)
    #expect(test.logRatio(20, of: 32) > test.logRatio(19, of: 32))
  }

  @Test func extremesAreNumbers() {
    for (broken, n) in [(0, 100_000), (100_000, 100_000), (15_000, 100_000)] {
      #expect(test.logRatio(broken, of: n).isFinite, "\(broken) of \(n)")
    }
    #expect(SequentialTest(threshold: 0).isSure(1, of: 10) && !SequentialTest(threshold: 1).isSure(10, of: 10))
  }

  @Test func levelsAddUp() {
    let levels = (1...1000).map { SequentialTest.level(ofLook: $0) }
    #expect(abs(levels.reduce(0, +) - 0.05 * 1000 / 1001) < 1e-12 && levels[0] == 0.025)
  }

  /// How often it is ever sure within 128 images of a true gap, and after how many images on average.
  private func simulated(_ gap: Double, runs: Int = 2000) -> (share: Double, images: Double) {
    var sure = 0, images = 0
    for run in 0..<runs {
      var random = RandomStream(seed: UInt32(run), purpose: .test), broken = 0
      for n in 1...128 {
        if Double(random.uniform()) < gap { broken += 1 }
        if test.isSure(broken, of: n) {
          sure += 1
          images += n
          break
        }
      }
    }
    return (Double(sure) / Double(runs), Double(images) / Double(max(1, sure)))
  }

  @Test func atTheThresholdItIsSeldomSureAndAboveItSoon() {
    #expect(simulated(0.15).share < 0.05 && simulated(0.1).share < 0.01)
    let large = simulated(0.36), larger = simulated(0.6)
    #expect(large.share > 0.97 && (25...45).contains(large.images))
    #expect(larger.share == 1 && (6...14).contains(larger.images))
    #expect((0.7...0.9).contains(simulated(0.28).share))
  }
}
