import Events
import Lab
import Panes
import Plotting
import Testing

@Suite struct KeyTableTests {
  private var twoThemes: LabOptions {
    LabOptions(themes: [Theme(name: "one", styles: [:]), Theme(name: "two", styles: [:])])
  }

  /// A lab in each situation in which keys differ, drawn once at its size.
  private struct Situation {
    let name: String
    var lab: Lab
    var width = 120, height = 36

    func frame(_ lab: inout Lab) -> String { lab.frame(width, height) }
  }

  private var situations: [Situation] {
    var running = Script.lab(to: 60, twoThemes)
    for line in 0..<20 { running.log("printed \(line)") }
    running.dismiss()
    let withKeys = { (lab: Lab, keys: [Key], width: Int, height: Int) -> Lab in
      var lab = lab
      _ = lab.frame(width, height)
      for key in keys {
        _ = lab.handle(key)
        _ = lab.frame(width, height)
      }
      return lab
    }
    var paused = running
    _ = paused.handle(.state(StateChange(step: 60, state: .paused)))
    var over = running
    for event in Script.ending { _ = over.handle(event) }
    for step in 61...80 { _ = over.handle(.journal(JournalEntry(step: step, cause: .engine, .remark("line \(step)")))) }
    var all = [
      Situation(name: "paused", lab: withKeys(paused, [], 120, 36)),
      Situation(name: "over", lab: withKeys(over, [.escape], 120, 36)),
      Situation(name: "journal", lab: withKeys(over, [.escape, .tab, .pageUp], 120, 36)),
    ]
    let alarmed = GapScript.lab(.alarm, twoThemes), attacked = GapScript.lab(.attacking, twoThemes)
    all.append(Situation(name: "alarm", lab: withKeys(alarmed, [], 120, 36)))
    all.append(Situation(name: "attacked", lab: withKeys(attacked, [], 120, 36)))
    all.append(Situation(name: "layers", lab: withKeys(alarmed, [.character("7")], 80, 24), width: 80, height: 24))
    all.append(
      Situation(name: "layers below", lab: withKeys(alarmed, [.character("7"), .down], 80, 24), width: 80, height: 24))
    let news = PaneScript.lab(twoThemes)
    all.append(Situation(name: "images", lab: withKeys(news, [.character("8"), .left], 120, 36)))
    all.append(Situation(name: "another radius", lab: withKeys(news, [.character("8"), .character(")")], 120, 36)))
    all.append(Situation(name: "images, zoomed", lab: withKeys(news, [.character("z"), .character("8")], 120, 36)))
    all.append(Situation(name: "runs", lab: withKeys(news, [.function(10), .up], 120, 36)))
    all.append(Situation(name: "system", lab: withKeys(alarmed, [.function(12)], 120, 36)))
    all.append(Situation(name: "every pane", lab: withKeys(news, Array(repeating: .character("p"), count: 5), 200, 60)))
    all.append(Situation(name: "all panes", lab: withKeys(alarmed, [], 104, 60), width: 104, height: 60))
    for keys in [[], [Key.enter]] { all.append(Situation(name: "\(keys)", lab: withKeys(running, keys, 120, 36))) }
    // Every dialog at a usual and at the smallest size, where it scrolls.
    for opened in Opened.all(twoThemes) {
      all.append(Situation(name: opened.name, lab: withKeys(opened.lab, [], 120, 36)))
      for keys in [[], [Key.down], [.character("a")]] {
        all.append(
          Situation(
            name: "\(opened.name) small \(keys)", lab: withKeys(opened.lab, keys, 40, 10), width: 40, height: 10))
      }
    }
    var examined = withKeys(over, [], 120, 36)
    _ = examined.handle(.character("l"))
    examined.take(.attack(AttackProgressNote(step: 400, scope: .full, phase: .running, n: 500)))
    all.append(Situation(name: "examined", lab: withKeys(examined, [], 120, 36)))
    let typed: [Key] = [.character("z"), .character("y"), .left]
    for keys in [
      [.character("f")], [.home, .enter], [.enter] + typed, [.character("/")] + typed, [.character(":")] + typed,
      [.character(":"), .character("z"), .enter, .escape, .character(":")],
      [.character(":"), .character("z"), .enter, .escape, .character(":"), .up],
    ] { all.append(Situation(name: "\(keys)", lab: withKeys(running, keys, 120, 36))) }
    let crosshair: [Key] = [.character("c"), .character("["), .left, .character("z")]
    all.append(Situation(name: "zoomed", lab: withKeys(GapScript.lab(.alarm, twoThemes), [.character("z")], 120, 36)))
    for count in 1...crosshair.count {
      let keys = Array(crosshair.prefix(count))
      let lab = withKeys(Script.lab(to: 300, twoThemes), keys, 120, 36)
      all.append(Situation(name: "crosshair \(count)", lab: lab))
    }
    all.append(Situation(name: "tour", lab: withKeys(TourScript.lab(twoThemes), [], 120, 36)))
    all.append(Situation(name: "beside", lab: withKeys(DeskTests().desk(shows: "branch").lab, [], 120, 36)))
    all.append(Situation(name: "replay", lab: withKeys(running.looking(on: .replay), [], 120, 36)))
    for tabs in 1..<paneCatalogue.count {
      let keys = [Key](repeating: .tab, count: tabs)
      all.append(Situation(name: "focus \(tabs)", lab: withKeys(running, keys, 120, 36)))
      all.append(Situation(name: "focus \(tabs), above", lab: withKeys(running, keys + [.pageUp], 120, 36)))
    }
    return all
  }

  @Test func noKeyIsBoundTwiceInAContext() {
    for situation in situations {
      let valid = situation.lab.hints.filter(\.isValid).flatMap(\.keys)
      #expect(Set(valid).count == valid.count, "\(situation.name)")
    }
  }

  @Test func everyBindingIsValidSomewhereAndChangesTheScreenOrAnswers() {
    var reached: Set<String> = [], declared: Set<String> = []
    for situation in situations {
      for hint in situation.lab.hints {
        for key in hint.keys {
          let name = "\(key.label): \(hint.description)"
          declared.insert(name)
          guard hint.isValid else { continue }
          var lab = situation.lab
          let before = situation.frame(&lab)
          let answer = lab.handle(key)
          let needsDraw = lab.needsDraw
          #expect(needsDraw, "\(situation.name), \(name)")
          if !answer.isEmpty || situation.frame(&lab) != before { reached.insert(name) }
        }
      }
    }
    let unreached = declared.subtracting(reached).sorted()
    #expect(unreached == [])
  }

  @Test func theHelpShowsEveryBindingAndEveryCommand() {
    var help = Script.lab(to: 60, twoThemes)
    _ = help.frame(120, 600)
    help.press(.character("?"))
    let text = help.frame(120, 600)
    for situation in situations {
      for hint in situation.lab.hints {
        #expect(text.contains(" \(hint.label) "), "\(situation.name)")
        #expect(text.contains(hint.description), "\(situation.name)")
      }
    }
    for command in LineCommand.all { #expect(text.contains(":\(command.usage)")) }
  }

  @Test func theHelpScrollsToItsEndAtASmallSize() {
    var lab = Script.lab(to: 60)
    lab.press(.character("?"))
    var seen = lab.frame(40, 12)
    #expect(!seen.contains(":theme NAME"))
    for _ in 0..<1200 {
      lab.press(.down)
      seen = lab.frame(40, 12)
    }
    #expect(seen.contains(":theme NAME"))
    lab.press(.up)
    #expect(lab.frame(40, 12) != seen)
  }

  @Test func theHelpFiltersByWhatIsTyped() {
    var lab = Script.lab(to: 60)
    lab.press(.character("?"))
    lab.type("smooth")
    #expect(lab.frame(80, 24).contains("smooth measured lines") && !lab.frame(80, 24).contains("next pane"))
    lab.type("xx")
    #expect(lab.frame(80, 24).contains("no key matches"))
    lab.press(.backspace, .backspace)
    #expect(lab.frame(80, 24).contains("smooth measured lines"))
    lab.press(.escape)
    #expect(!lab.frame(80, 24).contains("Keys"))
  }

  @Test func aKeyThatIsNotBoundChangesNothing() {
    var lab = Script.lab(to: 60)
    _ = lab.frame(80, 24)
    #expect(lab.handle(.character("ü")) == [])
    #expect(lab.handle(.function(7)) == [])
    #expect(!lab.needsDraw)
  }

  @Test func theFooterHoldsHelpAndQuitAtEveryWidth() {
    for width in 40...200 {
      var lab = Script.lab(to: 60)
      let footer = lab.frame(width, 24).split(separator: "\n", omittingEmptySubsequences: false).last ?? ""
      #expect(footer.contains("? help") && footer.hasSuffix("q quit") && footer.count <= width)
    }
  }

  @Test func spacePausesAndResumesAndThePointStepsOnlyWhilePaused() {
    var lab = Script.lab(to: 60)
    #expect(lab.handle(.character(".")) == [])
    #expect(lab.handle(.character(" ")) == [.send(.pause)])
    #expect(lab.frame(120, 36).contains("pausing…"))
    #expect(lab.handle(.character(" ")) == [.send(.resume)])
    _ = lab.handle(.character(" "))
    _ = lab.handle(.state(StateChange(step: 60, state: .paused)))
    #expect(lab.frame(120, 36).contains("‖ paused") && lab.frame(120, 36).contains("space resume"))
    #expect(lab.handle(.character(".")) == [.send(.step)])
    #expect(lab.handle(.character(" ")) == [.send(.resume)])
  }

  @Test func shellKeysAnswerWithTheirActions() {
    var lab = Script.lab(to: 60, twoThemes)
    #expect(lab.handle(.control("l")) == [.redraw])
    #expect(lab.handle(.control("s")) == [] && lab.dialog.map { "\(type(of: $0))" } == "SaveDialog")
    #expect(lab.handle(.character("s")) == [.saveFrame(.svg, stem: "x-step60")] && lab.dialog == nil)
    #expect(lab.handle(.control("z")) == [.suspend])
    #expect(lab.handle(.character("t")) == [])
    #expect(lab.frame(80, 24).contains("theme two"))
    lab.note("saved to frame.txt")
    #expect(lab.needsDraw && lab.frame(80, 24).contains("saved to frame.txt"))
    lab.press(.tab)
    #expect(!lab.frame(80, 24).contains("saved to"))
  }

  @Test func withoutColorThereIsNoThemeKey() {
    var options = twoThemes
    options = LabOptions(themes: options.themes, noColor: true)
    #expect(options.themes == [.mono])
    let lab = Script.lab(to: 60, options)
    #expect(lab.hints.first { $0.keys == [.character("t")] }?.isValid == false)
  }

  @Test func drawingMakesTheScreenCleanUntilSomethingHappens() {
    var lab = Script.lab(to: 60)
    #expect(lab.needsDraw)
    _ = lab.frame(80, 24)
    #expect(!lab.needsDraw)
    _ = lab.handle(.sample(Script.sample(61)))
    #expect(lab.needsDraw)
  }
}
