import Commands
import Events
import Lab
import Testing

@Suite("The lab in words")
struct LabInWordsTests {
  @Test("speaks after the start, validations, interventions and the end, and is silent at every step")
  func spoken() {
    var lab = Lab(), spoken: [Int] = [], last = ""
    for (index, event) in HeadlessReportTests.events.enumerated() {
      for case .result(let text) in LabInWords.pieces(for: event, &lab) {
        spoken.append(index)
        last = text
      }
    }
    #expect(spoken == [1, 4, 5, 8])
    #expect(last.contains("90"), "the final accuracies are in the last words: \(last)")
    #expect(!last.contains("\u{1b}"))
  }
}
