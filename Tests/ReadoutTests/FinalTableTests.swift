import Events
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
      ])
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
