import Commands
import Events
import Foundation
import Readout
import Testing

@Suite("The report of a headless run")
struct HeadlessReportTests {
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
    var report = HeadlessReport(style: Headless.Style(json: json, quiet: quiet), canRedraw: canRedraw)
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

  @Test("without a terminal: a line a measurement, journal, checkpoints; the table alone on stdout")
  func plain() {
    let (results, notes, bars) = lines()
    #expect(
      notes == [
        "quick · mirage 16×16×1 (a constructed task) · conv4 · 4 steps · 1 thread", "written to run",
        "step 1/4  loss 1.25 (clean 0.5, adv 2)  validation, n 100: clean 90.0 %, PGD-10 50.0 %  ETA 0:05  256 img/s",
        "step 1: γ 0.5 → 0.1 (you)", "last checkpoint, step 1: run/last.safetensors",
        "step 1/4  test, last weights, n 100: clean 90.0 %, PGD-10 50.0 %",
      ])
    #expect(results.count == 4)
    #expect(bars == 0)
  }

  @Test("on a terminal: a bar for steps and measurements, lines for the rest")
  func bar() {
    let (results, notes, bars) = lines(canRedraw: true)
    #expect(notes.count == 4)
    #expect(bars == 4)
    #expect(results == lines().results)
  }

  @Test("quiet says nothing on stderr and the same on stdout")
  func quiet() {
    #expect(lines(quiet: true).notes == [])
    #expect(lines(quiet: true, canRedraw: true).bars == 0)
    #expect(lines(quiet: true).results == lines().results)
  }

  @Test("json puts every event on a line of its own that reads back as the same event, and nothing else on stdout")
  func json() throws {
    let results = lines(json: true).results
    #expect(results.count == Self.events.count)
    for (line, event) in zip(results, Self.events) {
      #expect(!line.contains("\n"))
      #expect(try JSONDecoder().decode(Event.self, from: Data(line.utf8)) == event)
    }
  }

  @Test("json has the event's name beside its fields, keys sorted")
  func jsonForm() {
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

  @Test("a number that JSON has not is written as text")
  func notFinite() {
    var broken = sample(1)
    (broken.loss, broken.kl) = (.nan, .infinity)
    let line = HeadlessReport.json(.sample(broken))
    #expect(line.contains(#""loss":"nan""#))
    #expect(line.contains(#""kl":"inf""#))
  }

  @Test("a run that was stopped has no table and says where it stopped")
  func stopped() {
    var report = HeadlessReport(style: Headless.Style(), canRedraw: false)
    _ = report.pieces(for: .started(started()))
    let summary = Summary(step: 2, outcome: .stopped, results: [], bestStep: nil, seconds: 1)
    #expect(report.pieces(for: .summary(summary)) == [.note("stopped after step 2 of 4")])
  }
}
