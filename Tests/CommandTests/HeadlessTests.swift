import Commands
import Engine
import Events
import Readout
import Recipe
import Testing

@Suite(.timeLimit(.minutes(5))) struct HeadlessTests {
  private func follow(_ engine: TrainingEngine, style: Headless.Style, output: Output) async throws -> Summary {
    var report = HeadlessReport(style: style, canRedraw: output.canRedraw)
    let (summary, failure) = await Headless.follow(engine, output: output) { report.pieces(for: $0) }
    if let failure { throw failure }
    return summary
  }

  private func engine(steps: Int = 4, failing: Int? = nil) -> TrainingEngine {
    TrainingEngine(settings: Settings()) { QuickWork(steps: steps, failing: failing) }
  }

  @Test func aFinishedRunEndsWithTheTableAndStatus0() async throws {
    let written = Written()
    let summary = try await follow(engine(), style: .init(), output: written.output())
    try Headless.verdict(on: summary, signal: nil)
    let table = FinalTable.lines(summary, preset: "quick", settings: Settings())
    #expect(written.result == table.joined(separator: "\n") + "\n")
    #expect(written.error.hasPrefix("quick · "))
    #expect(!written.error.contains("\r"))
  }

  @Test func aSignalAfterTheEndDoesNotChangeTheStatus() async throws {
    let summary = try await follow(engine(), style: .init(), output: Written().output())
    try Headless.verdict(on: summary, signal: 2)
  }

  @Test func aFailedRunSaysWhyAndEndsWithStatus1() async throws {
    let written = Written()
    let summary = try await follow(
      engine(failing: 3), style: .init(json: true), output: written.output())
    #expect(throws: CommandFailure.failed("step 3: the loss is NaN; lower lr")) {
      try Headless.verdict(on: summary, signal: nil)
    }
    #expect(written.result.contains(#""kind":"interrupted""#))
  }

  @Test(arguments: [(2, 130), (15, 143), (1, 129)] as [(Int32, Int32)])
  func aRunStoppedByASignalEndsWith128AndItsNumber(number: Int32, status: Int32) async throws {
    let engine = engine(steps: 1_000_000_000)
    engine.send(.stop)
    let summary = try await follow(engine, style: .init(), output: Written().output())
    #expect(throws: CommandFailure.signal(number)) { try Headless.verdict(on: summary, signal: number) }
    #expect(CommandFailure.signal(number).status == status)
  }

  @Test func aRunStoppedInTheLabEndsWithStatus0() throws {
    let summary = Summary(step: 3, outcome: .stopped, results: [], bestStep: nil, seconds: 1)
    try Headless.verdict(on: summary, signal: nil)
  }

  @Test(arguments: [0, 1, 5, 20])
  func aRunWhoseReaderGoesAwayIsStopped(after lines: Int) async throws {
    let written = Written(), engine = engine(steps: 1_000_000_000)
    await #expect(throws: OutputClosed.self) {
      try await follow(engine, style: .init(json: true, quiet: true), output: written.output(capacity: lines))
    }
    #expect(written.result.split(separator: "\n").count == lines)
    #expect(written.error == "")
  }

  @Test func theBarIsClearedBeforeEveryLine() async throws {
    let written = Written()
    _ = try await follow(engine(), style: .init(), output: written.output(canRedraw: true))
    #expect(written.error.contains("░"))
    let lines = shown(written.error)
    #expect(lines.contains { $0.contains("checkpoint") } && lines.last == "")
    for line in lines { #expect(!line.contains("░") && !line.contains("█"), "\(line)") }
  }

  /// The lines that a terminal shows after this text.
  private func shown(_ text: String) -> [String] {
    var lines = [""], column = 0
    for scalar in text.replacingOccurrences(of: "\u{1b}[K", with: "\u{0}").unicodeScalars {
      var line = Array(lines.removeLast().unicodeScalars)
      switch scalar {
      case "\r": column = 0
      case "\0": line.removeSubrange(column...)
      case "\n": column = 0
      default:
        line.replaceSubrange(column..<min(column + 1, line.count), with: [scalar])
        column += 1
      }
      lines.append(String(String.UnicodeScalarView(line)))
      if scalar == "\n" { lines.append("") }
    }
    return lines
  }
}
