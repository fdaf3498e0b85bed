import Foundation
import Plotting
import Testing

@Suite struct ScaleTests {
  private let ranges: [ClosedRange<Double>] = [
    0...1, 0...0, 5...5, -3...7, 0...2.3, 0...400, 0...100_000, 1e-9...2e-9, -1e308...1e308, 0.001...1000,
    1e-300...1e300,
    0...Double.leastNonzeroMagnitude, 1e16...1e16 + 2,
  ]

  @Test func ticksAreInsideAscendingAndNoMoreThanAskedFor() {
    for range in ranges {
      for scale in [Scale(range), Scale(logarithmic: range)].compactMap({ $0 }) {
        for count in 0...12 {
          let ticks = scale.ticks(atMost: count)
          #expect(ticks.count <= count)
          #expect(ticks.map(\.value) == ticks.map(\.value).sorted())
          for tick in ticks {
            let slack = abs(scale.upper / 2 - scale.lower / 2) * 1e-6
            #expect(tick.value >= scale.lower - slack && tick.value <= scale.upper + slack, "\(range) \(tick)")
            #expect(!tick.label.isEmpty)
          }
        }
      }
    }
  }

  @Test func linearTicksStandAtStepsOfOneTwoOrFive() {
    for (range, count, labels) in [
      (0...1.0, 6, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]), (0...1, 3, ["0.0", "0.5", "1.0"]),
      (0...400, 5, ["0", "100", "200", "300", "400"]), (0...2.3, 3, ["0", "1", "2"]), (-3...7, 4, ["0", "5"]),
    ] as [(ClosedRange<Double>, Int, [String])] {
      #expect(Scale(range).ticks(atMost: count).map(\.label) == labels)
    }
  }

  @Test func logarithmicTicksAreDecadesOrOneTwoFive() throws {
    let narrow = try #require(Scale(logarithmic: 0.09...2))
    #expect(narrow.ticks(atMost: 6).map(\.label) == ["0.1", "0.2", "0.5", "1", "2"])
    let wide = try #require(Scale(logarithmic: 1e-4...10))
    #expect(wide.ticks(atMost: 6).map(\.label) == ["1e-4", "0.001", "0.01", "0.1", "1", "10"])
  }

  @Test func aLogarithmicAxisIsRefusedUnlessBothEndsArePositive() {
    #expect(Scale(logarithmic: 0...1) == nil)
    #expect(Scale(logarithmic: -1...1) == nil)
    #expect(Scale(logarithmic: 0.1...1) != nil)
  }

  @Test func positionsGrowFromZeroToOneAndNaNHasNone() throws {
    for range in ranges {
      for scale in [Scale(range), Scale(logarithmic: range)].compactMap({ $0 }) {
        #expect(scale.position(scale.lower) == 0)
        #expect(scale.position(scale.upper).map { abs($0 - 1) < 1e-9 } == true)
        #expect(scale.position(.nan) == nil && scale.position(.infinity) == nil)
      }
    }
    let scale = try #require(Scale(logarithmic: 0.01...100))
    #expect(scale.position(1).map { abs($0 - 0.5) < 1e-12 } == true)
    #expect(scale.position(0) == nil && scale.position(-1) == nil)
  }
}
