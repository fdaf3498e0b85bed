import Events
import Foundation
import Readout
import Testing

@Suite struct HeadlessReportTests {
  static let events: [Event] = [
    .state(StateChange(step: 0, state: .preparing)), .started(started()),
    .state(StateChange(step: 0, state: .training)), .sample(sample(1)), .probe(probe(1)),
    .journal(
      JournalEntry(
        step: 1, cause: .you,
        .changed(SettingChange(knob: "gamma", old: .number(0.5), new: .number(0.1), effect: .nextStep)))),
    .checkpoint(CheckpointNote(step: 1, kind: .last, path: "run/last.safetensors")),
    .probe(probe(1, .test, .last)),
    .summary(
      Summary(
        step: 1, outcome: .finished, results: [probe(1, .test, .last), probe(1, .test, .best)], bestStep: 1,
        seconds: 2)),
  ]

  private func lines(json: Bool = false, quiet: Bool = false, canRedraw: Bool = false) -> (
    results: [String], notes: [String], bars: Int
  ) {
    var report = HeadlessReport(style: HeadlessReport.Style(json: json, quiet: quiet), canRedraw: canRedraw)
    var (results, notes, bars) = ([String](), [String](), 0)
    for piece in Self.events.flatMap({ report.pieces(for: $0) }) {
      switch piece {
      case .result(let line): results.append(line)
      case .note(let line): notes.append(line)
      case .progress: bars += 1
      }
    }
    return (results, notes, bars)
  }

  @Test func withoutATerminalEachMeasurementHasALineAndOnlyTheTableIsOnStdout() {
    let (results, notes, bars) = lines()
    #expect(
      notes == [
        "quick · mirage 16×16×1 (a constructed task) · conv4 · 4 steps · 1 thread", "writing to run",
        "step 1/4  loss 1.25 (clean 0.500, adv 2.00)  validation, n 100: clean 90.0 %, PGD-10 50.0 %  ETA 0:05  256 img/s",
        "step 1: γ 0.5 → 0.1 (you)", "last checkpoint, step 1: run/last.safetensors",
        "step 1/4  test, last weights, n 100: clean 90.0 %, PGD-10 50.0 %",
      ])
    #expect(results.count == 5)
    #expect(bars == 0)
  }

  @Test func onATerminalStepsAndMeasurementsRedrawTheProgressLine() {
    let (results, notes, bars) = lines(canRedraw: true)
    #expect(notes.count == 4)
    #expect(bars == 4)
    #expect(results == lines().results)
  }

  @Test func quietWritesNothingToStderrAndTheSameToStdout() {
    #expect(lines(quiet: true).notes == [])
    #expect(lines(quiet: true, canRedraw: true).bars == 0)
    #expect(lines(quiet: true).results == lines().results)
  }

  @Test func jsonWritesOneLinePerEventThatReadsBackAsTheSameEvent() throws {
    let results = lines(json: true).results
    #expect(results.count == Self.events.count)
    for (line, event) in zip(results, Self.events) {
      #expect(!line.contains("\n"))
      #expect(try JSONDecoder().decode(Event.self, from: Data(line.utf8)) == event)
    }
  }

  @Test func jsonHasTheNameOfTheEventAmongItsFields() {
    #expect(
      HeadlessReport.json(.checkpoint(CheckpointNote(step: 3, kind: .best, path: "a/b"))) == """
        {"event":"checkpoint","kind":"best","path":"a/b","step":3}
        """)
    #expect(
      HeadlessReport.json(.sample(sample(2))) == """
        {"adversarialLoss":2,"cleanLoss":0.5,"epoch":0,"event":"sample","images":128,"learningRate":0.1,"loss":1.25,\
        "seconds":0.5,"step":2}
        """)
  }

  @Test func aNumberThatJSONDoesNotHaveIsText() {
    var broken = sample(1)
    (broken.loss, broken.kl) = (.nan, .infinity)
    let line = HeadlessReport.json(.sample(broken))
    #expect(line.contains(#""loss":"nan""#))
    #expect(line.contains(#""kl":"inf""#))
  }

  @Test func aStoppedRunHasNoTableAndSaysWhereItStopped() {
    var report = HeadlessReport(style: HeadlessReport.Style(), canRedraw: false)
    _ = report.pieces(for: .started(started()))
    let summary = Summary(step: 2, outcome: .stopped, results: [], bestStep: nil, seconds: 1)
    #expect(report.pieces(for: .summary(summary)) == [.note("stopped after step 2 of 4")])
  }

  @Test func anAlarmIsALineWithPercentagesAndItsCausesFollow() {
    var report = HeadlessReport(style: HeadlessReport.Style(), canRedraw: false)
    let change = GapChange(
      step: 50, from: .watch, state: .alarm, reading: reading(.quick, n: 128, survivors: 80, broken: 51),
      causes: [GapCause(.zeroGradient, value: 0.25, n: 128)])
    #expect(
      report.pieces(for: .alarm(change)) == [
        .note("step 50: gap watch → alarm: 39.8 % [31.8, 48.5] (quick check, n 128)"),
        .note(
          "  zero gradients, 25.0 %: On these images the gradient is exactly zero, so PGD cannot move at all."),
      ])
  }

  @Test func threadsAgreeWithTheirNumber() {
    for (threads, text) in [(1, "1 thread"), (2, "2 threads")] {
      var report = HeadlessReport(style: HeadlessReport.Style(), canRedraw: false)
      guard case .note(let head)? = report.pieces(for: .started(started(threads: threads))).first else {
        Issue.record("no head for \(threads)")
        continue
      }
      #expect(head.hasSuffix("· \(text)"))
    }
  }
}
