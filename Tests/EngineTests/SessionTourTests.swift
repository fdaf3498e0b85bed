import Engine
import Events
import Testing

/// Stops that a run ends before.
@Suite struct SessionTourTests {
  private func told(_ stops: [TourStop], steps: Int) throws -> [String] {
    var machine = SessionMachine(settings: try settings(), tour: stops)
    return machine.play(.begin, .prepared(description(steps: steps))).filter { $0.hasPrefix("journal") }
  }

  private func change(_ step: Int) -> TourStop {
    TourStop(step: step, changes: [.init(knob: "gamma", value: .number(0.1))], caption: "")
  }

  @Test func stopsThatAreNotReachedAreSaidOnceBeforeTheFirstStep() throws {
    let stops = [change(3), TourStop(step: 4, caption: "the end"), change(4), TourStop(step: 5, caption: "never said")]
    #expect(
      try told(stops, steps: 4) == [
        "journal @0 2 tour stops (steps 4, 5) are never reached: the run has 4 steps (engine)"
      ])
    #expect(
      try told([change(9)], steps: 4) == [
        "journal @0 1 tour stop (step 9) is never reached: the run has 4 steps (engine)"
      ])
    #expect(try told(Array(stops.prefix(2)), steps: 4).isEmpty)
    #expect(try told(stops, steps: 6).isEmpty && told([], steps: 4).isEmpty)
  }
}
