import Foundation
import Plotting
import Testing

@Suite struct SmoothingTests {
  @Test func aConstantSeriesComesOutUnchanged() {
    for smoothing in Smoothing.allCases {
      for constant in [0.1, 3.3, -7, 1e-30] {
        var mean = ExponentialMean(keep: smoothing.rawValue)
        for _ in 0..<500 { #expect(mean.add(constant) == constant) }
      }
    }
  }

  @Test func theAverageIsTheDebiasedSumOfAllValues() {
    let values = (0..<60).map { sin(Double($0)) }
    for keep in Smoothing.allCases.map(\.rawValue) {
      var mean = ExponentialMean(keep: keep)
      for (index, value) in values.enumerated() {
        let weights = (0...index).map { pow(keep, Double(index - $0)) }
        let sum = zip(weights, values).map(*).reduce(0, +)
        #expect(abs(mean.add(value) - sum / weights.reduce(0, +)) < 1e-12)
      }
    }
  }

  @Test func smoothingSeesEveryValueBeforeAnythingIsThinned() {
    var series = SmoothedSeries()
    var mean = ExponentialMean(keep: Smoothing.heavy.rawValue)
    var last = 0.0
    for index in 0..<5000 {
      let value = Double(index * 37 % 101)
      series.append(x: Double(index), y: value)
      last = mean.add(value)
    }
    #expect(series.smoothed(.heavy, logarithmic: false)?.buckets.last?.last == last)
  }

  @Test func onALogarithmicAxisTheLogarithmsAreAveraged() {
    var series = SmoothedSeries()
    for (index, value) in [1.0, 100].enumerated() { series.append(x: Double(index), y: value) }
    let mean = series.smoothed(.light, logarithmic: true)?.buckets.last?.last ?? 0
    #expect(abs(mean - pow(100, 1 / 1.6)) < 1e-9)
  }

  @Test func offGivesNothingAndTheCycleComesBackToIt() {
    #expect(SmoothedSeries().smoothed(.off, logarithmic: false) == nil)
    var smoothing = Smoothing.off
    for _ in Smoothing.allCases { smoothing = smoothing.next }
    #expect(smoothing == .off)
  }

  @Test func aGapStaysAGapWhenSmoothed() {
    var series = SmoothedSeries()
    for (index, value) in [1.0, .nan, 1].enumerated() { series.append(x: Double(index), y: value) }
    for logarithmic in [false, true] {
      let history = series.smoothed(.medium, logarithmic: logarithmic)
      #expect(history?.buckets.map(\.followsGap) == [false, true])
    }
  }
}
