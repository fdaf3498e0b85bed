import Engine
import Events
import Presets
import Testing

/// The sentinel in scripts: what it asks for after a step, what an alarm sets off, attacks on a frozen copy.
@Suite struct SessionSentinelTests {
  /// A session that checks after every step and can afford it.
  private func machine(deepEvery: Int = 0, pauses: Bool = false, tour: [TourStop] = []) throws -> SessionMachine {
    var settings = try settings(validationEvery: 1000)
    try settings.set("sentinel.every", to: .integer(1))
    try settings.set("sentinel.deep_every", to: .integer(deepEvery))
    try settings.set("sentinel.budget", to: .number(1))
    try settings.set("sentinel.images", to: .integer(16))
    try settings.set("attack.steps", to: .integer(100))
    try settings.set("sentinel.pause", to: .flag(pauses))
    var machine = SessionMachine(settings: settings, tour: tour)
    _ = machine.play(.begin, .prepared(description(steps: 10)))
    return machine
  }

  /// The step's sample, big enough to pay for a check.
  private func done(_ step: Int) -> Input {
    .stepDone(Sample(step: step, epoch: 0, loss: 1, learningRate: 0.1, images: 64, seconds: 0.5))
  }

  @Test func aCheckFollowsAStep() throws {
    var machine = try machine()
    #expect(machine.play(done(1)) == ["sample 1", "state validating @1", "check @1"])
    #expect(
      machine.play(.checked(quickCheck(1, broken: 0))) == [
        "probe probe current @1", "state training @1", "run 2 γ=0.5",
      ])
  }

  @Test func aGapThatIsSureIsAnAlarmWhoseWeightsAreKept() throws {
    var machine = try machine()
    _ = machine.play(done(1))
    let first = machine.play(.checked(quickCheck(1, broken: 40)))
    #expect(first.contains { $0.hasPrefix("alarm @1 gap calm → watch: 0.3") } && first.last == "run 2 γ=0.5")
    _ = machine.play(done(2))
    let second = machine.play(.checked(quickCheck(2, broken: 64)))
    #expect(second.contains { $0.hasPrefix("alarm @2 gap watch → alarm: 0.5") } && second.last == "causes @2")
    let cause = GapCause(.targeted, before: 0.7, value: 0.2, n: 128)
    #expect(
      machine.play(.foundCauses(CausesFound(step: 2, causes: [cause], passes: 9)))
        == ["alarm @2 gap alarm → alarm", "save alarm @2 γ=0.5"])
    let note = CheckpointNote(step: 2, kind: .alarm, path: "/alarm-2")
    #expect(machine.play(.saved(note)) == ["checkpoint alarm @2", "state training @2", "run 3 γ=0.5"])
  }

  @Test func thePresetMayPauseAtAnAlarm() throws {
    var machine = try machine(pauses: true)
    for step in 1...2 { _ = machine.play(done(step), .checked(quickCheck(step, broken: 32 * step))) }
    _ = machine.play(.foundCauses(CausesFound(step: 2, causes: [], passes: 9)))
    #expect(machine.play(.saved(nil)) == ["state paused @2", "wait"])
    #expect(machine.play(.command(.resume)) == ["state training @2", "run 3 γ=0.5"])
  }

  @Test func aDeepCheckFollowsWhenItIsDueAndRaisesTheAlarmAlone() throws {
    var machine = try machine(deepEvery: 1)
    _ = machine.play(done(1))
    #expect(machine.play(.checked(quickCheck(1, broken: 0))).last == "check deeply @1")
    let deep = machine.play(.checkedDeeply(deepCheck(1, broken: 20)))
    #expect(deep.contains { $0.contains("→ alarm") } && deep.last == "causes @1")
  }

  @Test func anAlarmIsAcknowledgedOnce() throws {
    var machine = try machine()
    for step in 1...2 { _ = machine.play(done(step), .checked(quickCheck(step, broken: 32 * step))) }
    #expect(machine.play(.command(.acknowledge)) == ["alarm @2 gap alarm → acknowledged"])
    #expect(machine.play(.command(.acknowledge)) == ["journal @2 no alarm to acknowledge (engine)"])
  }

  @Test func aCheckInWhichOtherProcessesAreLostEndsTheSessionAndIsMadeByTheNext() throws {
    var machine = try machine()
    _ = machine.play(done(1))
    #expect(machine.play(.result(.lost("gone"))) == ["save interrupted @1 γ=0.5"])
    let progress = try #require(machine.progress(for: .interrupted))
    #expect(machine.play(.saved(nil)) == ["state failed @1: gone", "end failed @1, best none, 0 results"])
    var next = SessionMachine(settings: machine.settings)
    next.resume(from: progress, redo: [], reached: 1, told: 0, file: "interrupted.safetensors")
    #expect(next.play(.begin, .prepared(description(steps: 10))).last == "check @1")
  }

  @Test func aCheckThatFailsCostsNothing() throws {
    var machine = try machine()
    _ = machine.play(done(1))
    #expect(
      machine.play(.failed("logits are not finite")) == [
        "journal @1 robustness check failed: logits are not finite (engine)", "state training @1", "run 2 γ=0.5",
      ])
  }

  @Test func aFullAttackOnAFrozenCopyConfirms() throws {
    var machine = try machine()
    for step in 1...2 { _ = machine.play(done(step), .checked(quickCheck(step, broken: 32 * step))) }
    _ = machine.play(.foundCauses(CausesFound(step: 2, causes: [], passes: 9)), .saved(nil))
    // Training is under way: the copy is taken at the step's end, and the session goes on meanwhile.
    #expect(machine.play(.command(.attack(.full))) == [])
    #expect(machine.play(done(3)).last == "check @3")
    #expect(machine.play(.checked(quickCheck(3, broken: 64))).last == "freeze full @3")
    #expect(machine.play(.frozen).last == "run 4 γ=0.5")
    #expect(
      machine.play(.command(.attack(.full))) == ["journal @3 an attack is already running; cancel it first (engine)"])
    var note = AttackProgressNote(step: 3, scope: .full, phase: .running, n: 128)
    #expect(machine.play(.heard(FrozenReport(progress: note))) == ["attack running @3"])
    note.phase = .finished
    let reading = GapReading(step: 3, tier: .full, n: 128, survivors: 100, broken: 99)
    let told = machine.play(
      .heard(FrozenReport(progress: note, reading: reading, warnings: ["warning (audit): no (image 7)"])))
    #expect(told.count == 3 && told[0] == "attack finished @3" && told[2].hasPrefix("alarm @3 gap alarm → confirmed"))
    #expect(told[1] == "journal @3 AutoAttack warning (audit): no (image 7) (engine)")
    #expect(machine.play(.command(.cancelAttack)) == ["journal @3 no attack to cancel (engine)"])
  }

  @Test func inAPauseTheCopyIsTakenAtOnce() throws {
    var machine = try machine()
    #expect(machine.play(.command(.pause)) == ["state paused @0"])
    #expect(machine.pollAnswer == .hold)
    _ = machine.play(.command(.attack(.quick)))
    #expect(machine.pollAnswer == .abort)
    #expect(machine.play(.interrupted).last == "freeze quick @0")
    #expect(machine.play(.frozen) == ["wait"])
    #expect(machine.play(.command(.cancelAttack)) == ["cancel attack", "wait"])
  }

  @Test func weightsAreKeptOnRequest() throws {
    var machine = try machine()
    _ = machine.play(.command(.checkpoint), done(1))
    #expect(machine.play(.checked(quickCheck(1, broken: 0))).last == "save kept @1 γ=0.5")
    #expect(machine.play(.failed("disk full")).last == "run 2 γ=0.5")
  }

  @Test func aTourChangesSettingsUntilSomebodyTakesOver() throws {
    let stops = [
      TourStop(step: 1, changes: [.init(knob: "gamma", value: .number(0.1))], caption: "less weight on clean images"),
      TourStop(step: 2, caption: "here it waits", pauses: true), TourStop(step: 3, caption: "never said"),
    ]
    var machine = try machine(tour: stops)
    #expect(
      machine.play(done(1)) == [
        "sample 1", "journal @1 less weight on clean images (tour)", "journal @1 γ 0.5 → 0.1 (tour)",
        "state validating @1", "check @1",
      ])
    #expect(machine.play(.checked(quickCheck(1, broken: 0))).last == "run 2 γ=0.1")
    #expect(machine.play(done(2)) == ["sample 2", "journal @2 here it waits (tour)", "state paused @2", "wait"])
    #expect(
      machine.play(.command(.takeOver)) == ["journal @2 the tour ends here: the session is yours (you)", "wait"])
    #expect(machine.play(.command(.resume)).last == "check @2")
    #expect(!machine.play(.checked(quickCheck(2, broken: 0)), done(3)).contains { $0.contains("never said") })
  }
}
