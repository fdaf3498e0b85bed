import Events
import Readout
import Testing

/// One estimate of the time left, for the screen and for the progress line.
@Suite struct PaceTests {
  @Test func nothingIsKnownBeforeTheFirstStep() {
    var pace = Pace()
    #expect(pace.secondsPerStep == nil && pace.imagesPerSecond == nil && pace.speed == nil)
    pace.add(sample(1, seconds: 0))
    pace.add(sample(1, seconds: .nan))
    #expect(pace.secondsLeft(after: 1, of: 9) == nil)
  }

  @Test func aSlowStepDoesNotShowAndValidationsAreSpreadOverTheSteps() {
    var pace = Pace()
    for step in 1...100 { pace.add(sample(step, seconds: step % 10 == 0 ? 5 : 0.125)) }
    #expect(pace.secondsPerStep == 0.125 && pace.imagesPerSecond == 1024 && pace.speed == "1 024 img/s")
    for step in [50, 100] { pace.add(probe(step)) }
    pace.add(probe(100, .test, .last))
    #expect(pace.secondsLeft(after: 100, of: 300) == 200 * (0.125 + 0.02))
    #expect(pace.secondsLeft(after: 300, of: 300) == 0 && pace.secondsLeft(after: 301, of: 300) == 0)
  }

  @Test func onlyTheLastStepsCount() {
    var pace = Pace()
    for step in 1...200 { pace.add(sample(step, seconds: step <= 137 ? 4 : 0.25)) }
    #expect(pace.secondsPerStep == 0.25)
  }

  @Test func anETAIsADuration() { #expect(Pace.eta(750) == "ETA 12:30") }
}
