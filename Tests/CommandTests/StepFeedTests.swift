import Engine
import Panes
import Testing

@testable import Commands

/// What the screen is told of slow steps.
@Suite struct StepFeedTests {
  private let start = ContinuousClock.now

  private func state(_ step: Int, _ iteration: Int) -> StepProgress.State {
    StepProgress.State(step: step, attack: "PGD-10", iteration: iteration, iterations: 10, start: start)
  }

  @Test func aSlowMeasurementIsToldWhileItLasts() {
    var told = StepFeed.Told()
    let state = StepProgress.Measurement(images: 300, count: 1000, start: start)
    told.look(atMeasurement: state, now: start + .milliseconds(400))
    #expect(told.measurement == nil)
    told.look(atMeasurement: state, now: start + .milliseconds(600))
    #expect(told.measurement == MeasurementNews(images: 300, count: 1000) && told.news == nil)
    told.look(atMeasurement: nil, now: start + .seconds(1))
    #expect(told.measurement == nil)
  }

  @Test func quickStepsAreNotTold() {
    var told = StepFeed.Told()
    for step in 1...5 { told.look(at: state(step, 3), now: start + .milliseconds(400)) }
    #expect(told.news == nil)
  }

  @Test func aSlowStepIsToldAndSoIsTheNextFromItsBeginning() {
    var told = StepFeed.Told()
    told.look(at: state(4, 7), now: start + .seconds(1))
    #expect(told.news == StepNews(step: 4, attack: "PGD-10", iteration: 7, iterations: 10))
    // Between two attacks, and before the first iteration, it stays.
    told.look(at: nil, now: start + .seconds(2))
    told.look(at: state(5, 0), now: start + .seconds(9))
    #expect(told.news?.step == 4)
    told.look(at: state(5, 1), now: start)
    #expect(told.news == StepNews(step: 5, attack: "PGD-10", iteration: 1, iterations: 10))
    // Two quick steps later there is nothing to tell any more.
    told.look(at: state(6, 1), now: start)
    #expect(told.news == nil)
  }
}
