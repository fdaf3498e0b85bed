import Events
import Foundation
import Panes
import Plotting
import Presets
import Recipe
import Spelling
import TestSupport
import Testing

@Suite struct PaneTests {
  private func panes(_ events: [Event]) -> [any Pane] {
    paneCatalogue.map { kind in
      var pane: any Pane = kind.init()
      for event in events { pane.update(event) }
      return pane
    }
  }

  private func context(_ symbols: Symbols) -> PaneContext {
    PaneContext(theme: .mono, symbols: symbols, isFocused: true)
  }

  private func text(_ pane: any Pane, _ width: Int = 60, _ height: Int = 14) -> String {
    var buffer = CellBuffer(width: width, height: height)
    pane.draw(into: &buffer, in: buffer.bounds, context: context(.braille))
    return buffer.text
  }

  @Test func everyPaneFileIsInTheCatalogue() throws {
    let folder = Repository.root.appendingPathComponent("Sources/Panes")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    let named = files.filter { $0.hasSuffix("Pane.swift") && $0 != "Pane.swift" }.map { String($0.dropLast(6)) }
      .sorted()
    #expect(!named.isEmpty)
    #expect(named == paneCatalogue.map { "\($0)" }.sorted())
  }

  @Test func namesAreUnique() {
    #expect(Set(paneCatalogue.map { $0.id }).count == paneCatalogue.count)
    #expect(Set(paneCatalogue.map { $0.title }).count == paneCatalogue.count)
    #expect(Set(paneCatalogue.map { $0.priority }).count == paneCatalogue.count)
  }

  @Test func everyPaneDrawsAtEverySizeInEveryLadderInsideItsRectangle() {
    for pane in panes([]) + panes(Script.events(to: 0)) + panes(Script.events(to: 230) + Script.ending) {
      for symbols in Symbols.allCases {
        for (width, height) in (0...12).flatMap({ w in (0...8).map { (w, $0) } }) + [(38, 5), (58, 14), (98, 27)] {
          let rect = Rect(x: 1, y: 2, width: width, height: height)
          var buffer = CellBuffer(width: width + 3, height: height + 4)
          buffer.fill(buffer.bounds, with: Cell("§"))
          buffer.fill(rect, with: Cell())
          pane.draw(into: &buffer, in: rect, context: context(symbols))
          for y in 0..<buffer.height {
            for x in 0..<buffer.width where x < 1 || y < 2 || x >= 1 + width || y >= 2 + height {
              #expect(buffer[x, y].scalar == "§", "\(type(of: pane)) \(width)×\(height)")
            }
          }
        }
      }
    }
  }

  @Test func everyPaneDescribesItselfInSentences() {
    for pane in panes([]) + panes(Script.events(to: 230)) {
      #expect(pane.describe().hasPrefix(type(of: pane).title))
      #expect(pane.describe().hasSuffix("."))
    }
  }

  @Test func anInterventionIsAMarkOnBothChartsAndALineInTheJournal() {
    for pane in panes(Script.events(to: 300)) where ["loss", "accuracy"].contains(type(of: pane).id) {
      #expect(text(pane).contains("┊m1") && text(pane).contains("m1 γ 0.5→0.1, β 0→0.4"))
    }
    let journal = panes(Script.events(to: 300)).first { type(of: $0).id == "journal" }
    #expect(journal.map { text($0).contains(" 200 ┊ m1 γ 0.5 → 0.1 (you)") } == true)
  }

  @Test func severalTurnsOfOneKnobAtOneStepAreOneMark() {
    var pane = LossPane()
    pane.update(.sample(Script.sample(1)))
    pane.update(.sample(Script.sample(2)))
    pane.update(.sample(Script.sample(3)))
    for (old, new) in [(0.5, 0.6), (0.6, 0.7), (0.7, 0.8)] {
      pane.update(.journal(Script.change(1, "gamma", old, new)))
    }
    #expect(text(pane).contains("m1 γ 0.5→0.8"))
    #expect(!text(pane).contains("m2") && !text(pane).contains("0.6"))
  }

  @Test func theLossPaneRefusesALogarithmicAxisWhenNothingIsPositive() {
    var pane = LossPane()
    for step in 1...5 {
      pane.update(.sample(Sample(step: step, epoch: 0, loss: -1, learningRate: 0.1, images: 1, seconds: 1)))
    }
    #expect(pane.press(.character("y"), isFocused: false) == [])
    #expect(pane.note.contains("no log y: nothing is positive"))
    #expect(!pane.note.contains("· log y"))
    var healthy = LossPane()
    healthy.update(.sample(Script.sample(1)))
    _ = healthy.press(.character("y"), isFocused: false)
    #expect(healthy.note.contains("log y") && !healthy.note.contains("no log y"))
  }

  @Test func smoothingIsNamedAndKeepsTheLastRawValue() {
    var pane = LossPane()
    for step in 1...30 { pane.update(.sample(Script.sample(step))) }
    let raw = text(pane), value = NumberText.short(Script.sample(30).loss)
    #expect(!pane.note.contains("EMA"))
    var view = ChartView()
    view.smoothing = .light
    pane.look(view)
    #expect(pane.note.contains("EMA .60, raw faded"))
    #expect(text(pane) != raw)
    #expect(raw.contains(value) && text(pane).contains(value))
  }

  @Test func aLossThatIsNotFiniteIsSaid() {
    var pane = LossPane()
    pane.update(.sample(Script.sample(1)))
    pane.update(.sample(Sample(step: 2, epoch: 0, loss: .nan, learningRate: 0.1, images: 1, seconds: 1)))
    #expect(pane.note.contains("1 not finite"))
  }

  @Test func theTotalIsLeftOutWhereItIsOneOfTheOthers() {
    var pane = LossPane()
    pane.update(
      .sample(Sample(step: 1, epoch: 0, loss: 1.5, cleanLoss: 1.5, learningRate: 0.1, images: 1, seconds: 1)))
    #expect(!text(pane).contains("total") && text(pane).contains("clean"))
    pane.update(.sample(Sample(step: 2, epoch: 0, loss: 2, cleanLoss: 1.5, learningRate: 0.1, images: 1, seconds: 1)))
    #expect(text(pane).contains("total"))
  }

  @Test func accuraciesCarryTheirNumberAndInterval() {
    var pane = AccuracyPane()
    var probe = Script.probe(300)
    probe.attack = "FGSM"
    probe.pgd10 = Proportion(correct: 2, n: 256)
    pane.update(.probe(probe))
    #expect(pane.note.contains("validation n=256 ┬┴ 95 %"))
    for label in ["clean  1.00 ±.01", "FGSM   .65 ±.06", "PGD-10 .01 ±.01"] { #expect(text(pane).contains(label)) }
    #expect(pane.describe().contains("PGD-10 .01 ±.01"))
    probe.weights = .best
    probe.step = 400
    pane.update(.probe(probe))
    #expect(pane.describe().contains("step 300"))
  }

  @Test func aTurnedKnobIsPendingUntilTheJournalConfirmsIt() {
    var pane = ControlsPane()
    pane.update(.started(Script.description))
    #expect(
      pane.press(.character("+"), isFocused: false) == [.send(.set(knob: "gamma", value: .number(0.6), cause: .you))])
    pane.noteSent(.set(knob: "gamma", value: .number(0.6), cause: .you))
    #expect(text(pane).contains("0.5 → 0.6"))
    #expect(
      pane.press(.character(">"), isFocused: false) == [.send(.set(knob: "gamma", value: .number(0.61), cause: .you))])
    pane.noteSent(.set(knob: "gamma", value: .number(0.61), cause: .you))
    pane.update(.journal(Script.change(1, "gamma", 0.5, 0.6)))
    #expect(text(pane).contains("0.6 → 0.61"))
    pane.update(.journal(Script.change(1, "gamma", 0.6, 0.61)))
    #expect(!text(pane).contains("→") && text(pane).contains("0.61"))
  }

  @Test func everyLiveKnobIsReachedAndNudgedToItsNeighbor() {
    let live = AnyKnob.all.filter(\.isLive)
    var pane = ControlsPane()
    pane.update(.started(Script.description))
    _ = pane.press(.home, isFocused: true)
    for knob in live {
      #expect(text(pane, 60, 30).contains("\(knob.symbol): \(knob.help.prefix(20))"))
      for (key, presses, coarse) in [("+", 1, true), ("-", -1, true), (">", 1, false), ("<", -1, false)] {
        let next = knob.nudged(knob.initial, presses: presses, coarse: coarse)
        let answer = pane.press(.character(Character(key)), isFocused: false)
        if next == knob.initial {
          #expect(answer?.count == 1)
          if case .send? = answer?.first { Issue.record("\(knob.name) sent without a change") }
        } else {
          #expect(answer == [.send(.set(knob: knob.name, value: next, cause: .you))])
        }
      }
      _ = pane.press(.down, isFocused: true)
    }
  }

  @Test func aKnobThatDoesNothingSaysSo() throws {
    var description = Script.description
    try description.settings.set("objective", to: .text("at"))
    var pane = ControlsPane()
    pane.update(.started(description))
    let lines = text(pane, 76, 60).split(separator: "\n").map(String.init)
    for symbol in ["γ", "β"] {
      #expect(lines.contains { $0.contains(" \(symbol) ") && $0.contains("not used by AT") }, "\(symbol)")
    }
    #expect(!lines.contains { $0.contains(" ε ") && $0.contains("not used") })
    #expect(pane.describe().contains("not used by AT"))
    // What was asked for counts before it is confirmed.
    pane.noteSent(.set(knob: "objective", value: .text("mat"), cause: .you))
    #expect(!text(pane, 76, 60).contains("not used by AT"))
    pane.noteSent(.set(knob: "attack", value: .text("fgsm"), cause: .you))
    #expect(text(pane, 76, 60).contains("not used by FGSM"))
  }

  @Test func theSelectedKnobIsOnTheScreenAtEveryUsableSize() {
    for (width, height) in [(32, 4), (38, 5), (78, 5), (78, 9), (58, 14)] {
      var pane = ControlsPane()
      pane.update(.started(Script.description))
      _ = pane.press(.home, isFocused: true)
      for _ in AnyKnob.all.filter(\.isLive) {
        #expect(text(pane, width, height).contains("▸"))
        _ = pane.press(.down, isFocused: true)
      }
    }
  }

  @Test func theJournalScrollsAndKeepsItsPlaceWhenLinesCome() {
    var pane = JournalPane()
    for step in 1...40 { pane.update(.journal(JournalEntry(step: step, cause: .engine, .remark("line \(step).")))) }
    #expect(text(pane, 40, 5).contains("line 40.") && !text(pane, 40, 5).contains("line 35."))
    #expect(pane.press(.up, isFocused: false) == nil)
    _ = pane.press(.pageUp, isFocused: true)
    let before = text(pane, 40, 5)
    #expect(before.contains("line 30."))
    pane.update(.journal(JournalEntry(step: 41, cause: .engine, .remark("line 41."))))
    #expect(text(pane, 40, 5) == before)
    #expect(pane.note == "11 newer")
    _ = pane.press(.end, isFocused: true)
    #expect(text(pane, 40, 5).contains("line 41."))
  }

  @Test func aPauseIsALineInTheJournalAndSingleStepsAreNot() {
    var pane = JournalPane()
    let states = { (pane: inout JournalPane, all: [SessionState]) in
      for state in all { pane.update(.state(StateChange(step: 3, state: state))) }
    }
    states(&pane, [.training, .validating, .training, .paused])
    #expect(pane.describe() == "Journal: 1 entry. Latest: step 3, paused.")
    for _ in 0..<3 {
      pane.noteSent(.step)
      states(&pane, [.training, .paused])
    }
    #expect(pane.describe() == "Journal: 1 entry. Latest: step 3, paused.")
    pane.noteSent(.resume)
    states(&pane, [.training, .testing])
    #expect(pane.describe() == "Journal: 3 entries. Latest: step 3, paused; step 3, resumed; step 3, final test.")
  }

  @Test func aHundredThousandSamplesKeepEveryPaneBounded() {
    var pane = LossPane()
    for step in 1...100_000 {
      pane.update(.sample(Sample(step: step, epoch: 0, loss: 1, learningRate: 0.1, images: 1, seconds: 1)))
    }
    #expect(text(pane).contains("total 1.00"))
    #expect(pane.describe().contains("over 100000 steps"))
  }
}
