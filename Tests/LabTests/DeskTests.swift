import Events
import Lab
import Panes
import Plotting
import Recipe
import Testing

/// Other runs behind the curves, and two runs side by side.
@Suite struct DeskTests {
  /// A run that left the script's after step 200, where γ and β stayed, and lost clean accuracy.
  static func branch(to last: Int) -> [Event] {
    Script.events(to: last).compactMap { event in
      switch event {
      case .journal: nil
      case .sample(var sample) where sample.step > 200:
        .sample(changed(&sample) { $0.cleanLoss = $0.cleanLoss.map { $0 * 3 } })
      case .probe(var probe) where probe.step > 200:
        .probe(changed(&probe) { $0.clean = Proportion(correct: 180, n: 256) })
      default: event
      }
    }
  }

  private static func changed<Value>(_ value: inout Value, _ change: (inout Value) -> Void) -> Value {
    change(&value)
    return value
  }

  private func frame(_ desk: inout Desk) -> String { desk.frame(120, 36) }

  func desk(shows name: String = "branch") -> Desk {
    var desk = Desk(Script.lab(to: 250))
    _ = frame(&desk)
    desk.open(Self.branch(to: 200), beside: OtherRun(name: "parent", events: Script.events(to: 250), trunk: 200))
    for event in Self.branch(to: 260) where isLater(event) { _ = desk.handle(event, of: 1) }
    if name == "parent" { _ = desk.handle(.character("o")) }
    return desk
  }

  private func isLater(_ event: Event) -> Bool {
    switch event {
    case .sample(let sample): sample.step > 200
    case .probe(let probe): probe.step > 200
    case .state(let change): change.step > 200
    default: false
    }
  }

  @Test func theCurvesOfOtherRunsBeginWhereTheyPart() {
    var lab = Script.lab(to: 300)
    let before = lab.frame(120, 36)
    lab.compare([OtherRun(name: "cured", events: Self.branch(to: 300), trunk: 200)])
    let after = lab.frame(120, 36)
    #expect(after.contains("A cured: dashed") && after.contains("A clean  .70 ±.06"))
    #expect(lab.describe().contains("cured at step 300: clean .70 ±.06, PGD-10 .65 ±.06."))
    lab.compare([])
    #expect(lab.frame(120, 36) == before)
    // Without a trunk to share, it is drawn from the start: over the same curve, which covers it.
    lab.compare([OtherRun(name: "cured", events: Self.branch(to: 300))])
    #expect(lab.frame(120, 36).contains("A cured: dashed"))
  }

  @Test func compareAsksForRunsAndTakesThemAway() {
    var lab = Script.lab(to: 100)
    func ask(_ line: String) -> [LabAction] {
      lab.press(.character(":"))
      lab.type(line)
      return lab.handle(.enter)
    }
    #expect(ask("compare runs/a runs/b") == [.compare(["runs/a", "runs/b"])])
    #expect(ask("compare off") == [])
    #expect(lab.frame(120, 36).contains("no other run was drawn"))
    lab.compare([OtherRun(name: "a", events: Script.events(to: 100))])
    #expect(ask("compare off") == [])
    #expect(lab.frame(120, 36).contains("other runs are no longer drawn"))
    #expect(ask("view branch") == [])
    #expect(lab.frame(120, 36).contains("there is one run only"))
  }

  @Test func theHeaderSaysWhichOfTwoAndAKeySwitches() {
    var desk = desk()
    #expect(frame(&desk).contains("2/2 branch") && frame(&desk).contains("step 260/400"))
    #expect(frame(&desk).contains("A parent: dashed"))
    _ = desk.handle(.character("o"))
    #expect(desk.shown == 0 && frame(&desk).contains("1/2 parent") && frame(&desk).contains("step 250/400"))
    #expect(frame(&desk).contains("A branch: dashed") && frame(&desk).contains("A clean  .70"))
    for (name, shown) in [("branch", 1), ("branch", 1), ("parent", 0), ("nobody", 0)] {
      for character in ":view \(name)" { _ = desk.handle(.character(character)) }
      _ = desk.handle(.enter)
      #expect(desk.shown == shown, "\(name)")
    }
    #expect(frame(&desk).contains("no run 'nobody'; use parent or branch"))
  }

  @Test func bothAreLookedAtInTheSameWay() {
    var desk = desk()
    for key in [Key.character("2"), .enter] { _ = desk.handle(key) }
    let full = frame(&desk).contains("1 Loss ─")
    _ = desk.handle(.character("o"))
    #expect(frame(&desk).contains("1 Loss ─") == full)
  }

  @Test func theAlarmAndTheEndOfTheHiddenRunAreSaid() {
    var desk = desk()
    let alarm = GapChange(
      step: 251, from: .watch, state: .alarm, reading: GapScript.reading(251, .quick, n: 128, survivors: 82, broken: 60)
    )
    let actions = desk.handle(.alarm(alarm), of: 0)
    #expect(actions.first == .bell && actions.count == 2)
    guard case .notify(let text) = actions.last else {
      Issue.record("nobody is told")
      return
    }
    #expect(text.hasPrefix("parent: false robustness at step 251"))
    #expect(frame(&desk).contains("parent: false robustness at step 251"))
    _ = desk.handle(.summary(Script.summary), of: 0)
    #expect(desk.shown == 1 && frame(&desk).contains("parent: finished after 400 steps in 0:21"))
  }

  @Test func eachRunIsLeftByItself() {
    var desk = desk()
    // The branch is stopped: the parent is shown, and the screen stays.
    _ = desk.handle(.character("q"))
    #expect(desk.handle(.character("s")) == [.send(.stop)])
    var stopped = Script.summary
    (stopped.outcome, stopped.results) = (.stopped, [])
    #expect(desk.handle(.summary(stopped), of: 1) == [])
    #expect(desk.shown == 0 && frame(&desk).contains("the parent is still open; q ends it, too"))
    #expect(desk.handle(.summary(Script.summary), of: 0) == [.bell])
    _ = desk.handle(.escape)
    #expect(desk.handle(.character("q")) == [.leave])
  }

  @Test func aThirdRunIsRefused() {
    for line in ["branch 20 beta=1 --beside", "rewind 20"] {
      var desk = desk()
      for character in ":" + line { _ = desk.handle(.character(character)) }
      #expect(desk.handle(.enter) == [])
      #expect(frame(&desk).contains("two runs are open already"))
    }
    var lab = Script.lab(to: 100)
    lab.press(.character(":"))
    lab.type("branch 20 beta=1 --beside")
    let change = [LabAction.beside(step: 20, [try? Assignment("beta=1")].compactMap(\.self))]
    #expect(lab.handle(.enter) == change)
  }
}
