import Events
import Plotting
import Presets
import Readout
import Recipe
import Testing

@Suite struct FinalTableTests {
  private let summary = Summary(
    step: 400, outcome: .finished, results: [probe(400, .test, .last), probe(400, .test, .best)], bestStep: 75,
    seconds: 9)

  @Test func lastAndBestWeightsHaveIntervalsAndN() {
    #expect(
      FinalTable.lines(summary, preset: "quick", settings: Settings()) == [
        "quick, 400 steps: accuracy on test images, 95 % intervals in brackets",
        "weights                        clean               PGD-10    n",
        "last (step 400)  90.0 % [82.6, 94.5]  50.0 % [40.4, 59.6]  100",
        "best (step 75)   90.0 % [82.6, 94.5]  50.0 % [40.4, 59.6]  100",
        "gap not measured: robustness under PGD alone can be false",
      ])
  }

  @Test func pgd10HasAColumnWhereItWasMeasuredNextToAnotherAttack() {
    let zero = Proportion(correct: 0, n: 100)
    let summary = Summary(
      step: 4, outcome: .finished, results: [probe(4, .test, .last, pgd10: zero), probe(4, .test, .best)],
      bestStep: nil, seconds: 9)
    #expect(
      FinalTable.lines(summary, preset: "quick", settings: Settings()) == [
        "quick, 4 steps: accuracy on test images, 95 % intervals in brackets",
        "weights                      clean                 FGSM            PGD-10    n",
        "last (step 4)  90.0 % [82.6, 94.5]  50.0 % [40.4, 59.6]  0.0 % [0.0, 3.7]  100",
        "best           90.0 % [82.6, 94.5]  50.0 % [40.4, 59.6]                 –  100",
        "gap not measured: robustness under PGD alone can be false",
      ])
  }

  /// Results must not praise what the alarm says is false.
  @Test func theTableSaysWhatTheAlarmSaid() {
    var told = GapRecord(), summary = summary
    told.take(.alarm(GapChange(step: 110, from: .watch, state: .alarm, reading: reading(110, .quick, 128, 85, 70))))
    told.take(.alarm(GapChange(step: 110, from: .alarm, state: .confirmed, reading: reading(110, .full, 128, 85, 80))))
    (summary.gapState, summary.strongest) = (told.state, told.strongest)
    let said = [
      "gap confirmed: the full AutoAttack at step 110 leaves 3.9 % where PGD leaves 66.4 %, a gap of 62.5 % [53.5, 70.9], "
        + "n 128", "robustness is false: do not trust the accuracies under PGD",
    ]
    #expect(FinalTable.lines(summary, preset: "quick", settings: Settings()).suffix(2) == said[...])
    let spans = FinalTable.spans(summary, width: 200)
    #expect(spans[1] == [Span(said[0], .alarm)] && spans[2] == [Span(said[1], .alarm)])
    // A run that was stopped has no table, and an alarm all the same.
    summary.results = []
    #expect(FinalTable.spans(summary, width: 200).count == 3)
  }

  private func reading(_ step: Int, _ tier: GapTier, _ n: Int, _ survivors: Int, _ broken: Int) -> GapReading {
    GapReading(
      step: step, tier: tier, n: n, survivors: survivors, broken: broken,
      interval: broken == 80 ? 0.535...0.709 : 0.4...0.6)
  }

  @Test func theTitleNamesWhatWasUnusualAtTheEndOfTheRun() throws {
    var settings = Settings()
    try settings.set("attack.bn", to: .text("batch-track"))
    let change = TourStop(step: 2, changes: [.init(knob: "batching", value: .text("seq"))], caption: "")
    let summary = Summary(
      step: 4, outcome: .finished, results: [probe(4, .test, .last)], bestStep: nil, seconds: 9, changes: [change])
    let title = FinalTable.lines(summary, preset: "quick", settings: settings).first
    #expect(title?.hasPrefix("quick, batching seq, attack.bn batch-track, 4 steps: accuracy") == true)
  }

  @Test func nothingMeasuredIsNoTable() {
    let summary = Summary(step: 1, outcome: .stopped, results: [], bestStep: 2, seconds: 9)
    #expect(FinalTable.lines(summary, preset: "quick", settings: Settings()) == [])
    #expect(FinalTable.spans(summary, width: 80).map { $0.map(\.text) } == [["stopped after 1 step in 0:09"]])
  }

  /// The screen shows the table of the text, or the same accuracies one per line, and never more than its columns where
  /// those can hold an accuracy.
  @Test func theScreenHasTheSameAccuraciesAtEveryWidth() {
    let text = FinalTable.lines(summary, preset: "", settings: Settings()).dropFirst()
    for width in 0...120 {
      let lines = FinalTable.spans(summary, width: width).map { $0.map(\.text).joined() }
      let isWhole = text.allSatisfy { lines.contains($0) }
      #expect(isWhole == (width >= 62), "\(width)")
      if width >= 29 { #expect(lines.allSatisfy { $0.count <= width }, "\(width)") }
      #expect(lines.count { $0.contains("90.0 % [82.6, 94.5]") } == 2)
      #expect(lines.count { $0.contains("50.0 % [40.4, 59.6]") } == 2)
    }
  }
}

@Suite struct BestWarningTests {
  private func summary(_ state: GapState?) -> Summary {
    let reading = GapReading(step: 75, tier: .quick, n: 128, survivors: 80, broken: 77, interval: 0.5...0.7)
    return Summary(
      step: 400, outcome: .finished, results: [probe(400, .test, .last), probe(400, .test, .best)], bestStep: 75,
      seconds: 9, best: BestChoice(step: 75, rule: .sum, gapState: state, reading: reading))
  }

  @Test func bestWeightsUnderAnAlarmAreMarked() {
    for state in [GapState.alarm, .confirmed, .acknowledged] {
      let lines = FinalTable.lines(summary(state), preset: "quick", settings: Settings())
      #expect(lines[3].hasPrefix("best (step 75) ▲  "))
      #expect(
        lines.last
          == "▲ best (step 75) was chosen under an alarm, by clean plus PGD accuracy on validation images "
          + "(validation.best sum): the quick check at step 75 left 2.3 %, n 128")
      let narrow = FinalTable.spans(summary(state), width: 34).map { $0.map(\.text).joined() }
      #expect(narrow.contains { $0.hasPrefix("best (step 75) ▲, n") })
    }
    for state in [GapState.calm, .watch, nil] {
      #expect(!FinalTable.lines(summary(state), preset: "quick", settings: Settings()).joined().contains("▲"))
    }
  }
}
