import Foundation
import Plotting
import Testing

@Suite struct RoundBoundsTests {
  @Test func boundsEncloseTheirValueAndStayWithinAThird() {
    for value in [1e-9, 0.003, 0.7, 1, 1.0000001, 2.3, 9.99, 10, 399, 400, 401, 12_345, 1e12] {
      let up = RoundBounds.above(value), down = RoundBounds.below(value)
      #expect(up >= value * (1 - 1e-8) && up <= value * 1.34, "\(value)")
      #expect(down <= value * (1 + 1e-8) && down >= value / 1.34, "\(value)")
      #expect(abs(RoundBounds.above(up) - up) <= up * 1e-9 && abs(RoundBounds.below(down) - down) <= down * 1e-9)
    }
    for value in [0, -3, .nan, .infinity] {
      #expect(RoundBounds.above(value) == value || value.isNaN)
    }
  }

  @Test func aRunOfAThousandStepsMovesItsAxisRarely() {
    #expect(Set((1...1000).map { RoundBounds.above(Double($0)) }).count <= 32)
  }

  @Test func aRangeIsEnclosedByARoundOneThatIsNotMuchLarger() {
    for (low, high) in [(1.23, 2.87), (-4, 9), (0.001, 0.002), (100, 101)] {
      let around = RoundBounds.around(low...high)
      #expect(around.lowerBound <= low && around.upperBound >= high)
      #expect(around.upperBound - around.lowerBound <= 1.6 * (high - low))
    }
    #expect(RoundBounds.around(5...5) == 5...5)
  }
}

@Suite struct StepClockTests {
  @Test func everyStepHasItsTimeAndEveryTimeItsStep() {
    var clock = StepClock()
    // Every tenth step takes longer, as a check does.
    for step in 1...5000 { clock.add(step: Double(step), seconds: step % 10 == 0 ? 1 : 0.1) }
    #expect(abs(clock.total - 5000 * 0.19) < 1e-6)
    for step in [0.0, 10, 990, 2500, 4990, 5000] {
      #expect(abs(clock.time(at: step) - step * 0.19) < 2, "\(step)")
      #expect(abs(clock.step(at: clock.time(at: step)) - step) < 1e-6, "\(step)")
    }
    #expect(abs(clock.time(at: 10_000) - 2 * clock.total) < 1e-6)
    let times = (0...5000).map { clock.time(at: Double($0)) }
    #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
  }

  @Test func beforeTheFirstStepEverythingIsNow() {
    #expect(StepClock().time(at: 5) == 0 && StepClock().step(at: 5) == 0)
  }
}

@Suite struct HistoryLookupTests {
  @Test func theNearestValueIsFoundInEveryCapacity() {
    for capacity in [2, 8, 64] {
      var history = History(capacity: capacity)
      #expect(history.nearest(to: 3) == nil)
      for index in 0..<50 { history.append(x: Double(index * 2), y: Double(index)) }
      for x in stride(from: -3.0, through: 110, by: 0.5) {
        guard let found = history.nearest(to: x) else { return #expect(Bool(false)) }
        #expect(found.y == found.x / 2)
        let ends = history.buckets.flatMap { [$0.firstX, $0.lastX] }
        #expect(ends.allSatisfy { abs($0 - x) >= abs(found.x - x) })
      }
    }
  }

  @Test func boundsOfAPartAreThoseOfItsValues() {
    var history = History()
    let all = (0..<200).map { Double(($0 * 7919) % 101) - 50 }
    for (index, value) in all.enumerated() { history.append(x: Double(index), y: value) }
    for (from, to) in [(0, 199), (10, 20), (50, 50), (150, 199)] {
      let own = Array(all[from...to]), range = Double(from)...Double(to)
      #expect(history.bounds(in: range).map { [$0.lowerBound, $0.upperBound] } == [own.min(), own.max()])
      let positive = history.bounds(in: range, positive: true)
      #expect(positive?.lowerBound == own.filter { $0 > 0 }.min())
    }
    #expect(history.bounds(in: 300...400) == nil && History().bounds(in: 0...1) == nil)
  }
}

@Suite struct ChartViewTests {
  private func view(_ last: Double = 1000) -> ChartView {
    var view = ChartView()
    view.reach(last)
    return view
  }

  @Test func zoomingInFollowsTheEndAndZoomingOutComesBack() {
    var view = view()
    view.zoomIn()
    #expect(view.steps(upTo: 1000) == 500...1000)
    view.reach(1010)
    #expect(view.steps(upTo: 1010).contains(1010))
    view.zoomOut()
    #expect(!view.isZoomed)
    view.zoomOut()
    #expect(!view.isZoomed)
  }

  @Test func theWindowThatFollowsMovesInSteps() {
    var view = view()
    view.zoomIn()
    let windows = Set((1000...2000).map { view.steps(upTo: Double($0)) })
    #expect(windows.count <= 21)
    #expect((1000...2000).allSatisfy { view.steps(upTo: Double($0)).contains(Double($0)) })
  }

  @Test func aWindowNeverHasFewerThanEightSteps() {
    var view = view()
    for _ in 0..<40 { view.zoomIn() }
    let steps = view.steps(upTo: 1000)
    #expect(steps.upperBound - steps.lowerBound >= 8)
    view.fit()
    #expect(view == self.view())
  }

  @Test func theCrosshairStaysAtItsStepAndPlaceWhenZoomed() {
    var view = view()
    view.toggleCrosshair()
    #expect(view.crosshair == 1000)
    view.putCrosshair(at: 250)
    for _ in 0..<3 {
      view.zoomIn()
      let steps = view.steps(upTo: 1000)
      #expect(view.crosshair == 250)
      let place = (250 - steps.lowerBound) / (steps.upperBound - steps.lowerBound)
      #expect(abs(place - 0.25) < 0.02)
    }
    view.toggleCrosshair()
    #expect(view.crosshair == nil)
  }

  @Test func theCrosshairStaysInTheRunAndTheWindowGoesAlong() {
    var view = view()
    view.zoomIn()
    view.toggleCrosshair()
    view.moveCrosshair(by: -5000)
    #expect(view.crosshair == 0 && view.steps(upTo: 1000).contains(0))
    view.moveCrosshair(by: 5000)
    #expect(view.crosshair == 1000 && view.steps(upTo: 1000).contains(1000))
  }

  @Test func panningStaysInsideAndFollowsTheEndAgain() {
    var view = view()
    view.pan(by: -1)
    #expect(!view.isZoomed)
    view.zoomIn()
    view.pan(by: -10)
    #expect(view.steps(upTo: 1000) == 0...500 && view.window != .last(500))
    view.pan(by: 10)
    #expect(view.window == .last(500))
  }
}
