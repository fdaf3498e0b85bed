import Events
import Lab
import Panes
import Plotting
import Readout
import Recipe
import Testing

/// Every number of the Gap pane says under which settings it was measured, and whether anything changed since.
@Suite struct ProvenanceTests {
  private func pane(_ events: [Event]) -> GapPane {
    var pane = GapPane()
    for event in events { pane.update(event) }
    return pane
  }

  private func buffer(_ pane: GapPane, _ width: Int = 60, _ height: Int = 14) -> CellBuffer {
    var buffer = CellBuffer(width: width, height: height)
    pane.draw(
      into: &buffer, in: buffer.bounds, context: PaneContext(theme: .mono, symbols: .braille, isFocused: true))
    return buffer
  }

  private func probe(_ step: Int, survivors: Int, broken: Int, _ state: GapState) -> Event {
    var probe = Probe(
      step: step, split: .probe, weights: .current, clean: Proportion(correct: 120, n: 128),
      adversarial: Proportion(correct: survivors, n: 128), attack: "PGD-10", seconds: 0)
    probe.quick = GapScript.reading(step, .quick, n: 128, survivors: survivors, broken: broken)
    probe.gapState = state
    return .probe(probe)
  }

  private func change(_ step: Int, _ knob: String, _ old: Double, _ new: Double) -> Event {
    .journal(Script.change(step, knob, old, new))
  }

  @Test func aReadingIsOldOnceWhatIsMeasuredHasChanged() {
    let measured = [Event.started(Script.description), probe(100, survivors: 80, broken: 2, .calm)]
    #expect(!pane(measured).describe().contains("before the change"))
    for (knob, isOld) in [("gamma", true), ("eps", true), ("lr", false), ("sentinel.every", false)] {
      let text = pane(measured + [change(120, knob, 0.5, 0.1)]).describe()
      #expect(text.contains("before the change at step 120") == isOld, "\(knob): \(text)")
    }
    let again = measured + [change(120, "gamma", 0.5, 0.1), probe(125, survivors: 80, broken: 2, .calm)]
    #expect(!pane(again).describe().contains("before the change"))
  }

  @Test func aChangeThatIsTakenBackAtOnceMakesNothingOld() {
    let events =
      [Event.started(Script.description), probe(100, survivors: 80, broken: 2, .calm)]
      + [change(100, "gamma", 0.5, 0.1), change(100, "gamma", 0.1, 0.5)]
    #expect(!pane(events).describe().contains("before the change"))
  }

  @Test func anOldReadingIsDimmedAndSaidToBeOld() {
    let events = GapScript.events(.watch)
    let now = buffer(pane(events)), old = buffer(pane(events + [change(85, "gamma", 0.5, 0.1)]))
    let row = 2
    #expect((0..<60).contains { now[$0, row].style != Theme.mono.style(.faint) && now[$0, row].scalar != " " })
    #expect((0..<60).allSatisfy { old[$0, row].style == Theme.mono.style(.faint) || old[$0, row].scalar == " " })
    #expect(old.text.contains("quick: before the change at step 85"))
  }

  @Test func agreementIsNotSaidBesideAGap() {
    #expect(pane([probe(100, survivors: 80, broken: 0, .calm)]).describe().contains("agree with PGD"))
    let text = pane([probe(100, survivors: 80, broken: 8, .calm)]).describe()
    #expect(!text.contains("agree") && text.contains("gap .06 [.03, .12], no alarm"), "\(text)")
  }

  @Test func numbersCarryStepEpsilonAndAttack() {
    let events = [Event.started(Script.description), probe(100, survivors: 80, broken: 8, .calm)]
    let epsilon = Settings().formatted(.epsilon)
    #expect(pane(events).note == "step 100 · ε \(epsilon) · 95 %")
    #expect(pane(events).describe().contains("at step 100, accuracy is .63 ±.08 under PGD-10 at ε \(epsilon)"))
    var lab = GapScript.lab(.alarm)
    let frame = lab.frame(120, 36)
    #expect(frame.contains("n 128  step 100"), "\(frame)")
  }
}
