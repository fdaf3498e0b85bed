import Events
import Lab
import Panes
import Plotting
import Testing

/// Which panes go together, what a tour brings forward, and what is remembered for the next time.
@Suite struct ArrangementTests {
  private func shown(_ lab: Lab) -> [String] { lab.layout.places.map { paneCatalogue[$0.pane].id } }

  private func lab(_ width: Int = 120, _ height: Int = 36) -> Lab {
    var lab = PaneScript.lab()
    _ = lab.frame(width, height)
    return lab
  }

  @Test func everyArrangementNamesPanesThatThereAreAndEveryPaneIsInOne() {
    let known = Set(paneCatalogue.map { $0.id })
    for arrangement in Arrangement.all {
      #expect(known.isSuperset(of: arrangement.panes))
      #expect(arrangement.panes.isEmpty || arrangement.panes.contains(arrangement.focus))
    }
    #expect(Set(Arrangement.all.flatMap(\.panes)) == known)
    #expect(Set(Arrangement.all.map(\.id)).count == Arrangement.all.count)
  }

  @Test func theKeyGoesThroughThemAndComesBack() {
    var lab = lab(), seen: [[String]] = []
    for arrangement in Arrangement.all.dropFirst() {
      lab.press(.character("p"))
      #expect(lab.frame(120, 36).contains("layout \(arrangement.id): "))
      #expect(shown(lab).contains(arrangement.focus))
      if !arrangement.panes.isEmpty { #expect(Set(shown(lab)).isSubset(of: Set(arrangement.panes))) }
      seen.append(shown(lab))
    }
    #expect(Set(seen).count == seen.count)
    lab.press(.character("p"))
    #expect(shown(lab) == ["loss", "accuracy", "gap", "distributions", "controls", "journal"])
  }

  @Test func atASmallSizeTheStripOfTabsReachesEveryPaneInEveryArrangement() {
    for presses in Arrangement.all.indices {
      for (width, height) in [(80, 24), (40, 12)] {
        var lab = lab(width, height), seen: Set<String> = []
        for _ in 0..<presses { lab.press(.character("p")) }
        for _ in paneCatalogue {
          seen.formUnion(shown(lab))
          lab.press(.tab)
        }
        #expect(seen.count == paneCatalogue.count, "\(presses) \(width)×\(height)")
        #expect(lab.layout.tabs != nil)
      }
    }
  }

  @Test func allTwelveFitOnALargeScreen() {
    var lab = lab(200, 60)
    for _ in 0..<5 { lab.press(.character("p")) }
    #expect(shown(lab).count == paneCatalogue.count && lab.layout.tabs == nil)
  }

  @Test func digitsAndFunctionKeysBringPanesThatTheArrangementLacks() {
    var lab = lab()
    for (key, id) in [(Key.character("8"), "images"), (.character("9"), "attack"), (.function(10), "runs")]
      + [(.function(11), "trade-off"), (.function(12), "system")]
    {
      lab.press(key)
      #expect(shown(lab).contains(id))
    }
    lab.press(.character("0"))
    #expect(shown(lab) == ["loss", "accuracy", "gap", "distributions", "controls", "journal"])
  }

  // MARK: tours

  private func tour(_ panes: [String], to step: Int) -> Lab {
    var lab = Lab()
    for event in TourScript.events {
      guard case .started(var description) = event else {
        _ = lab.handle(event)
        continue
      }
      description.tourPanes = panes
      _ = lab.handle(.started(description))
    }
    return lab
  }

  @Test func aTourBringsThePaneForwardThatItsCaptionSpeaksOf() {
    for (width, height) in [(120, 36), (80, 24), (40, 12)] {
      var lab = tour(["loss", "trade-off", "", "gap"], to: 60)
      _ = lab.frame(width, height)
      #expect(shown(lab).contains("trade-off"), "\(width)×\(height)")
      #expect(lab.frame(width, height).contains("11 Trade-off"))
      // A stop that speaks of none leaves the screen as it is.
      lab.press(.character("6"))
      let before = shown(lab)
      _ = lab.handle(.sample(Script.sample(200)))
      _ = lab.handle(.journal(JournalEntry(step: 200, cause: .tour, .remark("on"))))
      #expect(shown(lab) == before)
    }
  }

  @Test func aPaneThatThereIsNotIsNoPane() {
    var lab = tour(["", "nowhere", "", ""], to: 60), plain = TourScript.lab()
    let frame = lab.frame(120, 36), expected = plain.frame(120, 36)
    #expect(frame == expected && shown(lab).contains("controls"))
  }

  // MARK: memory

  @Test func aLabBeginsAsTheLastOneWasLeft() throws {
    var lab = lab()
    lab.press(.character("s"), .character("y"), .character("p"), .character("6"), .function(12), .character("f"))
    let memory = try #require(lab.memory)
    #expect(memory.layout == "attack" && memory.hidden == ["journal"] && memory.added == ["system"])
    #expect(memory.panes["loss"] == ["log": "true"])
    #expect(memory.panes["charts"] == ["axis": "step", "log": "false", "smoothing": "light"])
    var next = Lab()
    next.restore(memory)
    #expect(next.memory == memory)
    for event in GapScript.events(.attacking) { _ = next.handle(event) }
    _ = next.frame(120, 36)
    #expect(Set(shown(next)).isSubset(of: ["accuracy", "gap", "attack", "images", "controls", "system"]))
  }

  @Test func whatIsNotKnownStaysAsItIs() {
    var memory = LabMemory(), lab = Lab()
    memory.layout = "moon"
    memory.hidden = paneCatalogue.map { $0.id } + ["moon"]
    memory.panes = [
      "loss": ["log": "perhaps"], "charts": ["smoothing": "extreme", "axis": "moons"], "moon": ["phase": "full"],
    ]
    lab.restore(memory)
    var usual = Lab()
    let expected = usual.frame(120, 36), frame = lab.frame(120, 36)
    #expect(frame == expected)
  }

  @Test func aWatchDoesNotHideWhatATrainingNeeds() throws {
    var description = Script.description
    description.watches = "/checkpoints"
    var lab = Lab()
    _ = lab.handle(.started(description))
    #expect(try #require(lab.memory).hidden.isEmpty)
  }

  @Test func aReplayThatGoesBackKeepsWhatWasSetAndHeard() {
    var replay = Replay(GapScript.events(.alarm), lab: Lab())
    for item in PaneScript.news { replay.hear(item) }
    replay.seek(to: 200)
    for key in [Key.character("s"), .function(10)] { _ = replay.handle(key) }
    let memory = replay.memory
    replay.seek(to: 50)
    #expect(replay.memory == memory)
    var buffer = CellBuffer(width: 120, height: 36)
    replay.draw(into: &buffer)
    #expect(buffer.text.contains("└ false-robustness-200"))
  }

  @Test func newsDrawsOnlyWhereItIsSeen() {
    var lab = Script.lab(to: 60)
    _ = lab.frame(120, 36)
    for item in PaneScript.news { lab.hear(item) }
    #expect(!lab.needsDraw)
    lab.press(.function(12))
    _ = lab.frame(120, 36)
    lab.hear(.drawing(0.5))
    #expect(lab.needsDraw)
  }
}
