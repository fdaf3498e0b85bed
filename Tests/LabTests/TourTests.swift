import Events
import Lab
import Panes
import Recipe
import Testing

/// A demonstration that no stray key can end, and a training that no key can kill.
@Suite struct TourTests {
  private func set(_ knob: String, _ value: Double) -> LabAction {
    .send(.set(knob: knob, value: .number(value), cause: .you))
  }

  private func shown(_ lab: inout Lab, _ text: String, _ place: SourceLocation = #_sourceLocation) {
    let frame = lab.frame(120, 36)
    #expect(frame.contains(text), "\(frame)", sourceLocation: place)
  }

  private func absent(_ lab: inout Lab, _ text: String, _ place: SourceLocation = #_sourceLocation) {
    let frame = lab.frame(120, 36)
    #expect(!frame.contains(text), "\(frame)", sourceLocation: place)
  }

  private func tour() -> Lab {
    var lab = TourScript.lab()
    _ = lab.frame(120, 36)
    return lab
  }

  @Test func theCaptionIsOnTheScreenAtEverySize() {
    for (width, height) in [(200, 60), (120, 36), (80, 24), (60, 16)] {
      var lab = TourScript.lab()
      let rows = lab.frame(width, height).split(separator: "\n", omittingEmptySubsequences: false)
      #expect(rows[1].contains("TOUR 2/4") && rows[1].contains("→ next"), "\(width)×\(height): \(rows[1])")
      let text = rows[1...3].joined(separator: " ").split(separator: " ").joined(separator: " ")
      for word in ["clean", "honest", "real"] { #expect(text.contains(word), "\(width)×\(height): \(text)") }
    }
  }

  @Test func whatSaysNothingHasNoBar() {
    var lab = Lab()
    for event in TourScript.events.dropLast(2) { _ = lab.handle(event) }
    absent(&lab, "TOUR")
    // It is a plan all the same, which a change would end.
    #expect(lab.press(.character("+")) == [])
    shown(&lab, "End the tour?")
  }

  @Test func keysOfTheViewDoNotEndIt() {
    let keys: [Key] = [
      .character("y"), .character("t"), .character("?"), .escape, .tab, .character(" "), .control("l"), .character("Z"),
      .character("v"), .escape, .enter, .escape, .character("3"), .character("."), .character("A"), .escape,
    ]
    for key in keys {
      var lab = tour()
      let actions = lab.handle(key)
      #expect(!actions.contains(.send(.takeOver)), "\(key)")
    }
  }

  @Test func theRightArrowGoesOn() {
    var lab = tour()
    #expect(lab.press(.right) == [.send(.resume)])
    _ = lab.handle(.state(StateChange(step: 60, state: .training)))
    // While it runs, the key belongs to the panes.
    #expect(lab.press(.right) == [])
    shown(&lab, "next at 200")
  }

  @Test func aChangeAsksAndThenEndsIt() {
    var lab = tour()
    #expect(lab.press(.character("+")) == [])
    shown(&lab, "End the tour?")
    #expect(lab.press(.escape) == [])
    shown(&lab, "TOUR 2/4")
    #expect(lab.press(.character("+"), .enter) == [.send(.takeOver), set("gamma", 0.6)])
    absent(&lab, "TOUR")
    let actions = lab.press(.character("+"))
    #expect(actions.count == 1)
  }

  @Test func afterTheLastStopNothingIsAsked() {
    var lab = tour()
    _ = lab.handle(.sample(Script.sample(350)))
    shown(&lab, "TOUR 4/4")
    #expect(lab.press(.character("+")) == [set("gamma", 0.6)])
  }

  // MARK: held keys and divergence

  @Test func aHeldKeyStopsAtAQuestion() {
    var lab = Script.lab(to: 60)
    _ = lab.frame(120, 36)
    lab.press(.character(":"))
    lab.type("lr=0.8")
    #expect(lab.press(.enter) == [set("lr", 0.8)])
    _ = lab.handle(.journal(Script.change(60, "lr", 0.1, 0.8)))
    lab.press(.character(":"))
    lab.type("lr=1.6")
    #expect(lab.press(.enter) == [])
    shown(&lab, "beyond the usual 0 … 1")
    #expect(lab.press(.escape) == [])
    lab.press(.character(":"))
    lab.type("lr=1.6")
    #expect(lab.press(.enter, .enter) == [set("lr", 1.6)])
  }

  @Test func fewerStepsThanAreDoneAsksFirst() {
    var lab = Script.lab(to: 60)
    _ = lab.frame(120, 36)
    lab.press(.character(":"))
    lab.type("steps=50")
    #expect(lab.press(.enter) == [])
    shown(&lab, "this ends the run")
    #expect(lab.press(.escape) == [])
    lab.press(.character(":"))
    lab.type("steps=500")
    #expect(lab.press(.enter) == [.send(.set(knob: "steps", value: .integer(500), cause: .you))])
  }

  @Test func divergenceOffersWaysOn() {
    var lab = Script.lab(to: 300)
    _ = lab.frame(120, 36)
    let actions = TourScript.divergence.flatMap { lab.handle($0) }
    #expect(actions == [.bell])
    let frame = lab.frame(120, 36)
    #expect(frame.contains("Training diverged") && frame.contains("undo β 0 → 0.4"))
    #expect(frame.contains("go back to step 200"))
    var undone = lab, rewound = lab, lowered = lab, stayed = lab
    #expect(undone.press(.character("u")) == [set("beta", 0)])
    #expect(rewound.press(.character("r")) == [.branch(step: 200, [], theme: 0)])
    #expect(lowered.press(.character("l")) == [set("lr", 0.01)])
    #expect(stayed.press(.escape) == [])
    absent(&stayed, "Training diverged")
    // Undone here, the change is a change of this step; there is a way back all the same.
    _ = lab.handle(.journal(Script.change(300, "beta", 0.4, 0)))
    shown(&lab, "go back to step 200")
    // It goes away when training goes on.
    _ = lab.handle(.state(StateChange(step: 300, state: .training)))
    absent(&lab, "Training diverged")
  }
}
