import Events
import Readout
import Recipe
import Spelling
import Testing

/// The numbered places of a run.
@Suite struct MarksTests {
  private func change(_ step: Int, _ knob: String, _ old: Double, _ new: Double, _ cause: Cause = .you) -> Event {
    .journal(
      JournalEntry(
        step: step, cause: cause,
        .changed(SettingChange(knob: knob, old: .number(old), new: .number(new), effect: .nextStep))))
  }

  private func note(_ step: Int, _ text: String, _ cause: Cause = .you) -> Event {
    .journal(JournalEntry(step: step, cause: cause, .remark(text)))
  }

  private func alarm(_ step: Int, _ from: GapState, _ to: GapState) -> Event {
    .alarm(GapChange(step: step, from: from, state: to))
  }

  private func lines(_ events: [Event]) -> [String] {
    Marks(events).all.map { "\($0.name) \($0.step) \($0.text)" }
  }

  private var story: [Event] {
    [
      note(5, "a caption", .tour), change(20, "gamma", 0.5, 0.4), change(20, "gamma", 0.4, 0.1),
      change(20, "beta", 0, 1, .tour), alarm(30, .calm, .watch), alarm(40, .watch, .alarm), note(50, "the gap opens"),
      .checkpoint(CheckpointNote(step: 60, kind: .before, path: "before-60.safetensors")),
      .checkpoint(CheckpointNote(step: 60, kind: .kept, path: "kept-60.safetensors")),
      alarm(45, .alarm, .confirmed), alarm(70, .confirmed, .acknowledged), alarm(80, .acknowledged, .calm),
      note(80, "too late", .engine),
    ]
  }

  @Test func everyInterventionAlarmNoteAndKeptCheckpointIsOneAndAStepHasOne() {
    #expect(
      lines(story) == [
        "m1 20 γ 0.5→0.1, β 0→1", "m2 40 ▲ alarm, ◆ confirmed", "m3 50 the gap opens", "m4 60 ■ kept",
        "m5 70 ▽ acknowledged", "m6 80 ✓ calm",
      ])
    #expect(Marks(story).all.map(\.isAlarm) == [false, true, false, false, false, false])
  }

  /// A run that goes on after a kill tells again what came after its checkpoint; notes are where they were.
  @Test func theNumbersDoNotDependOnTheOrderInWhichTheyWereTold() {
    let resumed = story.sorted { isNote($0) && !isNote($1) }
    #expect(lines(resumed) == lines(story))
  }

  private func isNote(_ event: Event) -> Bool {
    if case .journal(let entry) = event, case .remark = entry.fact { true } else { false }
  }

  @Test func theNumbersSurviveTheirJSON() throws {
    let aborted = Event.journal(JournalEntry(step: 20, cause: .engine, .stepAborted(21)))
    let events =
      story + [change(21, "lr", 0.1, 0.2), aborted, .journal(JournalEntry(step: 9, cause: .you, .tourEnded))]
    let read = try events.map { try LosslessJSON.value(try LosslessJSON.text($0)) as Event }
    #expect(lines(read) == lines(events))
    #expect(lines(read)[0] == "m1 9 the tour ends here: the session is yours")
    #expect(lines(read)[1] == "m2 20 γ 0.5→0.1, β 0→1, lr 0.1→0.2")
  }

  @Test func aChangeThatWasTakenBackIsNone() {
    let norm = { (from: String, to: String) -> Event in
      .journal(
        JournalEntry(
          step: 3, cause: .you,
          .changed(SettingChange(knob: "norm", old: .text(from), new: .text(to), effect: .surgery))))
    }
    #expect(lines([norm("bn", "dbn"), norm("dbn", "bn")]) == [])
    #expect(lines([norm("bn", "dbn"), note(3, "x"), norm("dbn", "bn")]) == ["m1 3 x"])
  }

  @Test func aMarkIsFoundByNumberSettingAndWords() throws {
    let marks = Marks(story + [change(90, "beta", 1, 2)])
    for (name, step) in [
      ("m1", 20), ("M4", 60), ("gamma", 20), ("β", 90), ("beta", 90), ("alarm", 40), ("confirmed", 40), ("kept", 60),
      ("gap opens", 50), ("120", 120), ("0", 0),
    ] {
      #expect(try RunPlace(name).step(in: marks) == step, "\(name)")
    }
    // During step 90.
    #expect(try RunPlace("m7").step(in: marks, now: 89) == 89 && RunPlace("90").step(in: marks, now: 89) == 90)
    let error = #expect(throws: SettingError.self) { try RunPlace("m9").step(in: marks) }
    #expect(error?.description == "no mark 'm9'; there are m1 … m7, the last: β 1→2")
    let none = #expect(throws: SettingError.self) { try RunPlace("alarm").step(in: Marks()) }
    #expect(none?.description == "no mark 'alarm': nothing was marked so far; use a step")
    for wrong in ["-1", "", "beta=1"] { #expect(throws: SettingError.self) { try RunPlace(wrong) } }
  }
}
