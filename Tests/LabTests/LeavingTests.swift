import Events
import Lab
import Panes
import Plotting
import Testing

@Suite struct LeavingTests {
  private func asked() -> Lab {
    var lab = Script.lab(to: 60)
    #expect(lab.handle(.character("q")) == [])
    return lab
  }

  private func highlighted(_ lab: inout Lab) -> String {
    let row = lab.frame(80, 24).split(separator: "\n").first {
      $0.contains("▸ f") || $0.contains("▸ s") || $0.contains("▸ c")
    }
    return ["finish", "stop", "cancel"].first { row?.contains($0) == true } ?? ""
  }

  @Test func cancelIsPreselectedAndEnterDoesWhatIsHighlighted() {
    var lab = asked()
    #expect(highlighted(&lab) == "cancel")
    #expect(lab.handle(.enter) == [])
    #expect(!lab.frame(80, 24).contains("Quit?"))
    for (ups, choice, command) in [(1, "stop", Command.stop), (2, "finish", .finish)] {
      lab = asked()
      for _ in 0..<ups { lab.press(.up) }
      #expect(highlighted(&lab) == choice)
      #expect(lab.handle(.enter) == [.send(command)])
    }
  }

  @Test func lettersChooseAndEscapeCancels() {
    for (key, answer) in [
      (Key.character("f"), [LabAction.send(.finish)]), (.character("s"), [.send(.stop)]), (.character("c"), []),
      (.escape, []),
    ] {
      var lab = asked()
      #expect(lab.handle(key) == answer)
      #expect(!lab.frame(80, 24).contains("Quit?"))
    }
  }

  @Test func finishStaysOpenShowsTestingAndThenTheTable() {
    var lab = asked()
    lab.press(.character("f"))
    #expect(lab.frame(120, 36).contains("finishing…"))
    _ = lab.handle(.state(StateChange(step: 60, state: .testing)))
    #expect(lab.frame(120, 36).contains("◑ testing"))
    #expect(lab.handle(.summary(Script.summary)) == [.bell])
    let table = lab.frame(120, 36)
    for text in [
      "finished after 400 steps in 0:21", "last (step 400)", "98.4 % [97.4, 99.0]", "best (step 375)", "1000",
    ] {
      #expect(table.contains(text))
    }
    lab.press(.escape)
    #expect(!lab.frame(120, 36).contains("best (step 375)"))
    lab.press(.character("r"))
    #expect(lab.frame(120, 36).contains("best (step 375)"))
    #expect(lab.handle(.character("q")) == [.leave])
  }

  @Test func stopLeavesWhenTheSummaryComes() {
    var lab = asked()
    #expect(lab.handle(.character("s")) == [.send(.stop)])
    #expect(lab.frame(120, 36).contains("stopping…"))
    #expect(lab.handle(.sample(Script.sample(61))) == [])
    var summary = Script.summary
    summary.outcome = .stopped
    summary.results = []
    #expect(lab.handle(.summary(summary)) == [.leave])
  }

  @Test func ctrlCTwiceAlwaysLeaves() {
    let starts: [[Key]] = [[], [.character("?")], [.character(":")], [.character("v")], [.enter], [.character(" ")]]
    for keys in starts {
      var lab = Script.lab(to: 60)
      for key in keys { _ = lab.handle(key) }
      #expect(lab.handle(.control("c")) == [])
      #expect(lab.handle(.control("c")) == [.send(.stop), .leave])
    }
    var stopping = asked()
    stopping.press(.character("s"))
    #expect(stopping.handle(.control("c")) == [.leave])
    var fresh = Lab()
    #expect(fresh.handle(.control("c")) == [])
    #expect(fresh.handle(.control("c")) == [.send(.stop), .leave])
    var over = Script.lab(to: 60)
    for event in Script.ending { _ = over.handle(event) }
    #expect(over.handle(.control("c")) == [.leave])
  }

  @Test func duringTheFinalTestFinishIsNotOffered() {
    var lab = asked()
    _ = lab.handle(.state(StateChange(step: 60, state: .testing)))
    #expect(!lab.frame(80, 24).contains("f  finish"))
    #expect(lab.handle(.character("f")) == [])
    #expect(highlighted(&lab) == "cancel")
  }

  @Test func aFailureShowsItsReason() {
    var lab = Script.lab(to: 60)
    let reason = "the loss is not finite at step 61; lower lr"
    _ = lab.handle(.state(StateChange(step: 60, state: .failed, reason: reason)))
    _ = lab.handle(
      .summary(Summary(step: 60, outcome: .failed, reason: reason, results: [], bestStep: nil, seconds: 3)))
    let frame = lab.frame(120, 36)
    #expect(frame.contains("✗ failed") && frame.contains("failed after 60 steps") && frame.contains(reason))
    #expect(lab.handle(.character("q")) == [.leave])
  }

  @Test func theTableHasAColumnForPGD10WhereItWasMeasured() {
    var lab = Script.lab(to: 60)
    var summary = Script.summary
    for index in summary.results.indices {
      summary.results[index].attack = "FGSM"
      summary.results[index].pgd10 = Proportion(correct: 3, n: 1000)
    }
    _ = lab.handle(.summary(summary))
    for (width, height) in [(120, 36), (40, 16)] {
      let frame = lab.frame(width, height)
      for text in ["FGSM", "PGD-10", "0.3 % [0.1, 0.9]"] { #expect(frame.contains(text)) }
    }
  }

  @Test func timeLeftComesFromTheStepsThemselves() {
    var lab = Lab()
    _ = lab.handle(.started(Script.description))
    _ = lab.handle(.state(StateChange(step: 0, state: .training)))
    for step in 1...100 {
      var sample = Script.sample(step)
      // One step in ten is slow, as when the machine is busy: the median does not care.
      sample.seconds = step % 10 == 0 ? 5 : 0.1
      _ = lab.handle(.sample(sample))
    }
    let frame = lab.frame(120, 36)
    #expect(frame.contains("step 100/400") && frame.contains("25 %"))
    #expect(frame.contains("ETA 0:30") && frame.contains("1 280 img/s"))
  }
}
