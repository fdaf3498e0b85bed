import Events
import Lab
import Panes
import Recipe
import Testing

/// Undoing, counting single steps, and pasting.
@Suite struct UndoTests {
  private func set(_ knob: String, _ value: Double) -> LabAction {
    .send(.set(knob: knob, value: .number(value), cause: .you))
  }

  /// The session does what was sent.
  private func answer(_ lab: inout Lab, _ knob: String, _ old: Double, _ new: Double) {
    _ = lab.handle(.journal(Script.change(60, knob, old, new)))
  }

  @Test func undoTakesBackOneChangeAfterTheOther() {
    var lab = Script.lab(to: 60)
    #expect(lab.press(.character("u")) == [])
    answer(&lab, "gamma", 0.5, 0.4)
    answer(&lab, "beta", 0, 1)
    #expect(lab.press(.character("u")) == [set("beta", 0)])
    answer(&lab, "beta", 1, 0)
    #expect(lab.press(.character("u")) == [set("gamma", 0.5)])
    answer(&lab, "gamma", 0.4, 0.5)
    #expect(lab.press(.character("u")) == [])
    // A change after that can be undone again.
    answer(&lab, "gamma", 0.5, 0.3)
    #expect(lab.press(.character("u")) == [set("gamma", 0.5)])
  }

  @Test func aChangeOfTheMethodIsAskedForBeforeItIsUndone() {
    var lab = Script.lab(to: 60)
    _ = lab.handle(
      .journal(
        JournalEntry(
          step: 60, cause: .you,
          .changed(
            SettingChange(knob: "objective", old: .text("mat"), new: .text("trades"), effect: .nextStep)))))
    #expect(lab.press(.character("u")) == [])
    #expect(lab.frame(120, 36).contains("Change objective?"))
  }

  @Test func aRunThatIsOverOrPlayedAgainHasNothingToUndo() {
    var over = Script.lab(to: 300)
    for event in Script.ending { _ = over.handle(event) }
    over.press(.escape)
    #expect(over.press(.character("u")) == [])
    var replay = Script.lab(to: 300).looking(on: .replay)
    #expect(replay.press(.character("u")) == [])
  }

  @Test func singleStepsAreCounted() {
    var lab = Script.lab(to: 60)
    #expect(lab.press(.character(".")) == [])
    _ = lab.handle(.state(StateChange(step: 60, state: .paused)))
    #expect(lab.press(.character(".")) == [.send(.step)])
    _ = lab.handle(.state(StateChange(step: 60, state: .training)))
    #expect(lab.press(.character(".")) == [.send(.step)])
    _ = lab.handle(.state(StateChange(step: 62, state: .paused)))
    #expect(lab.press(.character(" ")) == [.send(.resume)])
    _ = lab.handle(.state(StateChange(step: 62, state: .training)))
    #expect(lab.press(.character(".")) == [])
  }

  @Test func pastedTextIsTypedWhereTextIsTakenAndNeverActs() {
    var lab = Script.lab(to: 60)
    lab.paste("q s\n")
    #expect(lab.dialog == nil && lab.frame(120, 36).contains("pasted text is ignored; press : to type a command"))
    lab.press(.character(":"))
    lab.paste("set gamma\n0.2\r")
    #expect(lab.frame(120, 36).contains(":set gamma 0.2"))
    #expect(lab.press(.enter) == [set("gamma", 0.2)])
    lab.press(.character("q"))
    lab.paste("s")
    #expect(lab.dialog != nil && lab.frame(120, 36).contains("pasted text is ignored"))
  }
}
