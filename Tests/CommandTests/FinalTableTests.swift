import Commands
import Events
import Recipe
import Testing

@Suite("The final table")
struct FinalTableTests {
  @Test("has last and best with intervals and n")
  func plain() {
    let summary = Summary(
      step: 400, outcome: .finished, results: [probe(400, .test, .last), probe(400, .test, .best)], bestStep: 75,
      seconds: 9)
    #expect(
      FinalTable.lines(summary, preset: "quick", settings: Settings()) == [
        "quick, 400 steps: accuracy on test images, 95 % intervals",
        "weights                        clean               PGD-10    n",
        "last (step 400)  90.0 % [82.6, 94.5]  50.0 % [40.4, 59.6]  100",
        "best (step 75)   90.0 % [82.6, 94.5]  50.0 % [40.4, 59.6]  100",
      ])
  }

  @Test("has a column for PGD-10 when it was measured beside the training attack")
  func pgd10() {
    let zero = Proportion(correct: 0, n: 100)
    let summary = Summary(
      step: 4, outcome: .finished, results: [probe(4, .test, .last, pgd10: zero), probe(4, .test, .best)],
      bestStep: nil, seconds: 9)
    #expect(
      FinalTable.lines(summary, preset: "quick", settings: Settings()) == [
        "quick, 4 steps: accuracy on test images, 95 % intervals",
        "weights                      clean                 FGSM            PGD-10    n",
        "last (step 4)  90.0 % [82.6, 94.5]  50.0 % [40.4, 59.6]  0.0 % [0.0, 3.7]  100",
        "best           90.0 % [82.6, 94.5]  50.0 % [40.4, 59.6]                 –  100",
      ])
  }

  @Test("names what is unusual about the training, as it was at the end")
  func labels() throws {
    var settings = Settings()
    try settings.set("attack.bn", to: .text("batch-track"))
    let change = TourStop(step: 2, changes: [.init(knob: "batching", value: .text("seq"))], caption: "")
    let summary = Summary(
      step: 4, outcome: .finished, results: [probe(4, .test, .last)], bestStep: nil, seconds: 9, changes: [change])
    let title = FinalTable.lines(summary, preset: "quick", settings: settings).first
    #expect(title == "quick, batching seq, attack.bn batch-track, 4 steps: accuracy on test images, 95 % intervals")
  }

  @Test("is empty when nothing was measured")
  func empty() {
    let summary = Summary(step: 4, outcome: .stopped, results: [], bestStep: 2, seconds: 9)
    #expect(FinalTable.lines(summary, preset: "quick", settings: Settings()) == [])
  }
}
