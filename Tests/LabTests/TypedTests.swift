import Events
import Lab
import Panes
import Recipe
import Testing

/// What is typed into panes: values, filters; and the help that does what it lists.
struct TypedTests {
  @Test func enterTypesAValueWhereTheKnobStands() {
    var lab = Script.lab(to: 60)
    _ = lab.frame(120, 36)
    lab.press(.enter)
    lab.type("0.2")
    let frame = lab.frame(120, 36)
    #expect(frame.contains("γ = 0.2") && frame.contains("0 … 1"))
    #expect(frame.split(separator: "\n").contains { $0.contains("▸ γ") && $0.contains("0.2") })
    #expect(lab.handle(.enter) == [.send(.set(knob: "gamma", value: .number(0.2), cause: .you))])
    #expect(lab.dialog == nil)
  }

  @Test func theValueThatIsThereCanBeEdited() {
    var lab = Script.lab(to: 60)
    lab.press(.enter)
    lab.press(.end)
    lab.type("5")
    #expect(lab.handle(.enter) == [.send(.set(knob: "gamma", value: .number(0.55), cause: .you))])
  }

  @Test func aWrongValueStaysWithTheReasonAndEscapeKeepsTheOld() {
    var lab = Script.lab(to: 60)
    lab.press(.enter)
    lab.type("7")
    #expect(lab.handle(.enter) == [])
    #expect(lab.frame(120, 36).contains("gamma: '7' is not accepted; use a number in 0 … 1"))
    #expect(lab.handle(.escape) == [] && lab.dialog == nil)
    #expect(!lab.frame(120, 36).contains("γ = 7"))
    lab.press(.enter)
    #expect(lab.handle(.enter) == [], "the same value is no change")
  }

  @Test func choicesCanBeGoneThrough() {
    var lab = Script.lab(to: 60)
    _ = lab.frame(120, 36)
    lab.press(.home)
    lab.press(.enter)
    #expect(lab.frame(120, 36).contains("objective = "))
    let before = lab.frame(120, 36)
    lab.press(.tab)
    #expect(lab.frame(120, 36) != before)
    lab.press(.backTab)
    #expect(lab.frame(120, 36) == before)
  }

  @Test func whatWasChangedSinceTheStartIsSaid() {
    var lab = Script.lab(to: 210)
    #expect(lab.frame(120, 36).contains("was 0.5"))
    #expect(lab.describe().contains("Changed since the start: γ was 0.5, β was 0."))
    lab = Script.lab(to: 60)
    #expect(!lab.frame(120, 36).contains("was 0.5"))
  }

  @Test func aSlashFiltersTheJournalWhileItIsTyped() {
    var lab = Script.lab(to: 210)
    _ = lab.frame(120, 36)
    lab.press(.character("/"))
    lab.type("paus")
    let frame = lab.frame(120, 36)
    #expect(frame.hasSuffix("/paus") && frame.contains("\"paus\": 1 of"))
    #expect(!frame.contains("γ 0.5 → 0.1 (you)"))
    lab.press(.enter)
    #expect(lab.frame(120, 36).contains("\"paus\": 1 of"))
    lab.press(.character("/"))
    #expect(lab.frame(120, 36).hasSuffix("/paus"))
    lab.press(.escape)
    #expect(lab.frame(120, 36).contains("γ 0.5 → 0.1 (you)"))
  }

  @Test func aFilterThatNothingPassesSaysSo() {
    var lab = Script.lab(to: 60)
    _ = lab.frame(120, 36)
    lab.press(.character("/"))
    lab.type("zzz")
    #expect(lab.frame(120, 36).contains("no entry contains that"))
    for key in [Key.up, .down, .pageUp, .home, .end] { lab.press(key) }
    lab.paste("more")
    #expect(lab.frame(120, 36).hasSuffix("/zzzmore") || lab.frame(120, 36).contains("/zzzmore"))
  }

  @Test func theHelpDoesWhatItLists() {
    var lab = Script.lab(to: 60)
    lab.press(.character("?"))
    lab.type("pause or resume")
    #expect(lab.handle(.enter) == [.send(.pause)] && lab.dialog == nil)
    lab.press(.character("?"))
    lab.type(":branch")
    lab.press(.enter)
    #expect(lab.frame(120, 36).hasSuffix(":branch"))
  }

  @Test func theHelpListsFirstWhatWorksNow() throws {
    var lab = Script.lab(to: 60)
    _ = lab.frame(120, 200)
    lab.press(.character("?"))
    let frame = lab.frame(120, 200)
    let now = try #require(frame.range(of: " Now")), all = try #require(frame.range(of: "Everywhere"))
    #expect(now.lowerBound < all.lowerBound)
    // Without an alarm there is nothing to acknowledge.
    #expect(!frame[now.lowerBound..<all.lowerBound].contains("acknowledge the alarm"))
    #expect(frame[all.lowerBound...].contains("acknowledge the alarm"))
  }

  @Test func whatCannotBeDoneNowSaysSo() {
    var lab = Script.lab(to: 60)
    lab.press(.character("?"))
    lab.type("acknowledge the alarm; it")
    lab.press(.enter)
    #expect(lab.dialog != nil && lab.frame(120, 36).contains("'a' does nothing now"))
    lab.type("zzz")
    #expect(lab.handle(.enter) == [])
    for key in [Key.up, .down, .pageUp, .pageDown, .backspace] { lab.press(key) }
  }

  @Test func theHighlightCanBeMoved() {
    var lab = Script.lab(to: 60)
    _ = lab.frame(120, 36)
    lab.press(.character("?"))
    for _ in 0..<2000 { lab.press(.down) }
    lab.press(.enter)
    #expect(lab.frame(120, 36).contains("\n:theme "))
  }

  @Test func whatWasAskedForIsAnsweredWhereTheJournalIsHidden() {
    var lab = Script.lab(to: 60)
    _ = lab.frame(60, 16)
    _ = lab.handle(.checkpoint(CheckpointNote(step: 60, kind: .kept, path: "runs/x/checkpoints/kept.safetensors")))
    #expect(lab.frame(100, 16).contains("checkpoint written to runs/x/checkpoints/kept.safetensors"))
    _ = lab.handle(.journal(Script.change(60, "gamma", 0.5, 0.1)))
    #expect(lab.frame(60, 16).contains("step 60: γ 0.5 → 0.1"))
    // It goes with the next key, or after some steps.
    for step in 61...81 { _ = lab.handle(.sample(Script.sample(step))) }
    #expect(!lab.frame(60, 16).contains("step 60: γ"))
    // On a large screen the Journal says it.
    var large = Script.lab(to: 60)
    _ = large.frame(120, 36)
    _ = large.handle(.checkpoint(CheckpointNote(step: 60, kind: .kept, path: "x")))
    #expect(!large.frame(120, 36).contains("checkpoint written to"))
  }
}
