import Events
import Readout
import Testing

@Suite struct ProgressTests {
  private func progress(_ events: [Event]) -> Progress {
    var progress = Progress()
    for event in events { progress.take(event) }
    return progress
  }

  @Test func theLineHasStepShareTimeLeftSpeedLossesAndTheLastValidation() {
    let progress = progress([
      .started(started(steps: 8)), .state(StateChange(step: 0, state: .training)), .sample(sample(1)),
      .sample(sample(2)), .probe(probe(2)),
    ])
    #expect(
      progress.line(columns: 200)
        == "training 2/8 25 %  █████░░░░░░░░░░░░░░░  ETA 0:06  256 img/s  loss 1.25 (clean 0.500, adv 2.00)  "
        + "val 90.0 %/50.0 %")
  }

  @Test func theLineFitsEveryWidthWithTheImportantFirst() {
    let progress = progress([.started(started()), .sample(sample(1))]), whole = progress.line(columns: 500)
    for columns in -1...whole.count + 1 {
      #expect(progress.line(columns: columns) == String(whole.prefix(max(0, columns))))
    }
  }

  @Test func noTimeAndNoSpeedIsKnownBeforeTheFirstStep() {
    for events in [[], [Event.started(started())], [.started(started(steps: 0))], [.sample(sample(1, seconds: 0))]] {
      #expect(progress(events).secondsLeft == nil)
      let line = progress(events).line(columns: 100)
      #expect(!line.contains("ETA") && !line.contains("img/s"))
    }
  }

  @Test func finalTestsDoNotCountAsValidations() {
    let progress = progress([.started(started()), .sample(sample(1)), .probe(probe(1, .test, .last))])
    #expect(progress.secondsLeft == 1.5)
    #expect(!progress.line(columns: 200).contains("val "))
    #expect(
      progress.line(probe(4, .test, .best, pgd10: Proportion(correct: 1, n: 100)))
        == "step 4/4  test, best weights, n 100: clean 90.0 %, FGSM 50.0 %, PGD-10 1.0 %")
  }
}
