import Commands
import Engine
import Events
import Recipe
import Testing

@Suite("A headless run", .timeLimit(.minutes(5)))
struct HeadlessTests {
  private func follow(_ engine: TrainingEngine, style: Headless.Style, output: Output) async throws -> Summary {
    var report = HeadlessReport(style: style, canRedraw: output.canRedraw)
    let (summary, failure) = await Headless.follow(engine, output: output) { report.pieces(for: $0) }
    if let failure { throw failure }
    return summary
  }

  private func engine(_ work: QuickWork) -> TrainingEngine { TrainingEngine(work: work, settings: Settings()) }

  @Test("that finishes ends with the table on stdout and status 0")
  func finished() async throws {
    let written = Written()
    let summary = try await follow(engine(QuickWork()), style: .init(), output: written.output())
    try Headless.verdict(on: summary, signal: nil)
    let table = FinalTable.lines(summary, preset: "quick", settings: Settings())
    #expect(written.result == table.joined(separator: "\n") + "\n")
    #expect(written.error.hasPrefix("quick · "))
    #expect(!written.error.contains("\r"))
  }

  @Test("finishes with status 0 although a signal came too late")
  func lateSignal() async throws {
    let summary = try await follow(engine(QuickWork()), style: .init(), output: Written().output())
    try Headless.verdict(on: summary, signal: 2)
  }

  @Test("that fails says why in one line and ends with status 1")
  func failed() async throws {
    let written = Written()
    let summary = try await follow(
      engine(QuickWork(failing: 3)), style: .init(json: true), output: written.output())
    #expect(throws: CommandFailure.failed("step 3: the loss is NaN; lower lr")) {
      try Headless.verdict(on: summary, signal: nil)
    }
    #expect(written.result.contains(#""kind":"interrupted""#))
  }

  @Test(
    "that a signal stops ends with 128 and its number", arguments: [(2, 130), (15, 143), (1, 129)] as [(Int32, Int32)])
  func signals(number: Int32, status: Int32) async throws {
    let engine = engine(QuickWork(steps: 1_000_000_000))
    engine.send(.stop)
    let summary = try await follow(engine, style: .init(), output: Written().output())
    #expect(throws: CommandFailure.signal(number)) { try Headless.verdict(on: summary, signal: number) }
    #expect(CommandFailure.signal(number).status == status)
  }

  @Test("that the person stops in the lab ends with status 0")
  func stoppedByThePerson() throws {
    let summary = Summary(step: 3, outcome: .stopped, results: [], bestStep: nil, seconds: 1)
    try Headless.verdict(on: summary, signal: nil)
  }

  @Test("whose reader goes away is stopped after a checkpoint", arguments: [0, 1, 5, 20])
  func readerLeaves(after lines: Int) async throws {
    let written = Written(), engine = engine(QuickWork(steps: 1_000_000_000))
    await #expect(throws: OutputClosed.self) {
      try await follow(engine, style: .init(json: true, quiet: true), output: written.output(capacity: lines))
    }
    #expect(written.result.split(separator: "\n").count == lines)
    #expect(written.error == "")
  }

  @Test("on a terminal clears the bar before every line")
  func bar() async throws {
    let written = Written()
    _ = try await follow(engine(QuickWork()), style: .init(), output: written.output(canRedraw: true))
    for line in written.error.split(separator: "\n").dropFirst(2) where line.contains("checkpoint") {
      #expect(line.split(separator: "\u{1b}[K").last?.hasPrefix("\r") == false)
    }
    #expect(written.error.contains("\r"))
    #expect(written.error.hasSuffix("\n") || written.error.hasSuffix("\r\u{1b}[K"))
  }
}
