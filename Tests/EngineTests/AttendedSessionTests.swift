import Engine
import Events
import Testing

/// A session that somebody watches waits where it would otherwise go on or end.
@Suite struct AttendedSessionTests {
  private let tour = [
    TourStop(step: 0, caption: "first"), TourStop(step: 2, caption: ""), TourStop(step: 3, caption: "second"),
  ]

  private func machine(isAttended: Bool, tour: [TourStop] = []) throws -> SessionMachine {
    SessionMachine(settings: try settings(validationEvery: 1000), tour: tour, isAttended: isAttended)
  }

  @Test func captionsPauseAndResumingGoesOnToTheNext() throws {
    var machine = try machine(isAttended: true, tour: tour)
    #expect(
      machine.play(.begin, .prepared(description())).suffix(3) == [
        "journal @0 first (tour)", "state paused @0", "wait",
      ])
    #expect(machine.play(.command(.resume)) == ["state training @0", "run 1 γ=0.5"])
    _ = machine.play(.stepDone(sample(1)))
    #expect(machine.play(.stepDone(sample(2))) == ["sample 2", "run 3 γ=0.5"])
    #expect(
      machine.play(.stepDone(sample(3))) == ["sample 3", "journal @3 second (tour)", "state paused @3", "wait"])
  }

  @Test func nobodyIsWaitedForWithoutAScreen() throws {
    var machine = try machine(isAttended: false, tour: tour)
    #expect(machine.play(.begin, .prepared(description())).last == "run 1 γ=0.5")
  }

  @Test func aRunThatIsEndingDoesNotPauseAtACaption() throws {
    var machine = try machine(isAttended: true, tour: [TourStop(step: 1, caption: "late")])
    _ = machine.play(.begin, .prepared(description()))
    _ = machine.play(.command(.finish))
    #expect(machine.play(.stepDone(sample(1))).last == "validate @1 γ=0.5")
  }

  @Test func divergencePausesBeforeTheStepAndTriesItAgain() throws {
    var machine = try machine(isAttended: true)
    _ = machine.play(.begin, .prepared(description()), .stepDone(sample(1)))
    let diverged = Input.result(.diverged("step 2: the loss is nan (lr 5)", reason: "start again"))
    #expect(
      machine.play(diverged) == [
        "journal @1 step 2: the loss is nan (lr 5); paused at the weights before it: undo (u), rewind, or lower lr, "
          + "then resume (engine)", "state paused @1", "wait",
      ])
    #expect(machine.play(.command(.set(knob: "gamma", value: .number(0.1), cause: .you))).count == 2)
    #expect(machine.play(.command(.resume)) == ["state training @1", "run 2 γ=0.1"])
  }

  @Test func divergenceEndsARunThatNobodyWatches() throws {
    for isEnding in [false, true] {
      var machine = try machine(isAttended: isEnding)
      _ = machine.play(.begin, .prepared(description()))
      if isEnding { _ = machine.play(.command(.finish)) }
      #expect(
        machine.play(.result(.diverged("nan", reason: "start again")))
          == ["state failed @0: start again", "end failed @0, best none, 0 results"])
    }
  }
}
