import Engine
import Events
import Synchronization
import Testing

@Suite("The training engine", .timeLimit(.minutes(5)))
struct TrainingEngineTests {
  @Test("runs a session to its end on a separate thread, and tells everything in order")
  func plainRun() async throws {
    let work = WorkScript(), notes = work.notes
    let engine = TrainingEngine(work: work, settings: try settings(), clock: { 0 })
    let summary = await engine.run()
    #expect(summary.outcome == .finished)
    #expect(summary.results.map(\.weights) == [.last, .best])
    #expect(
      notes.all == [
        "prepare", "step 1 γ=0.5", "step 2 γ=0.5", "validate @2", "keep @2", "step 3 γ=0.5", "step 4 γ=0.5",
        "validate @4", "save last @4", "save best @2", "test last", "test best",
      ])
    #expect(notes.threads == ["dualab engine"])
    // Nobody read while it ran, and nothing is lost.
    var reader = Reader(engine)
    await reader.readToTheEnd()
    #expect(reader.samples == [1, 2, 3, 4])
    #expect(reader.seen.last == .summary(summary))
  }

  @Test("the summary's seconds come from the clock that was passed in")
  func clock() async throws {
    let ticks = Mutex(10.0)
    let engine = TrainingEngine(work: WorkScript(), settings: try settings()) {
      ticks.withLock {
        $0 += 5
        return $0
      }
    }
    #expect(await engine.run().seconds == 5)
  }

  @Test("a pause is answered while a step is under way, and settings changed then apply from the next step on")
  func pauseInsideAStep() async throws {
    var work = WorkScript()
    let flag = Released()
    work.during = { place, poll in
      guard place == "step 2" else { return try poll() }
      while !flag.isSet { try poll() }
    }
    let notes = work.notes
    let engine = TrainingEngine(work: work, settings: try settings())
    async let summary = engine.run()
    var reader = Reader(engine)
    try #require(await reader.read { if case .sample = $0 { true } else { false } })
    engine.send(.pause)
    try #require(await reader.read { $0.isState(.paused) })
    engine.send(setGamma)
    try #require(await reader.read { if case .journal = $0 { true } else { false } })
    #expect(reader.samples == [1])
    flag.set()
    engine.send(.resume)
    #expect(await summary.outcome == .finished)
    #expect(
      notes.all.filter { $0.hasPrefix("step") } == ["step 1 γ=0.5", "step 2 γ=0.5", "step 3 γ=0.1", "step 4 γ=0.1"])
  }

  @Test("single steps while paused run one step each")
  func singleSteps() async throws {
    let engine = TrainingEngine(work: WorkScript(), settings: try settings(validationEvery: 100))
    engine.send(.pause)
    async let summary = engine.run()
    var reader = Reader(engine)
    for step in 0...3 {
      try #require(await reader.read { $0.isState(.paused) })
      #expect(reader.samples == Array(0..<step).map { $0 + 1 })
      engine.send(step < 3 ? .step : .resume)
    }
    #expect(await summary.step == 4)
  }

  @Test("stop inside a step discards it, writes the weights and ends")
  func stopInsideAStep() async throws {
    var work = WorkScript()
    work.during = { place, poll in
      repeat { try poll() } while place == "step 3"
    }
    let notes = work.notes
    let engine = TrainingEngine(work: work, settings: try settings())
    async let summary = engine.run()
    var reader = Reader(engine)
    try #require(await reader.read { if case .probe = $0 { true } else { false } })
    engine.send(.stop)
    let ended = await summary
    #expect(ended.outcome == .stopped)
    #expect(ended.step == 2)
    #expect(notes.all.suffix(2) == ["save interrupted @2", "save best @2"])
    await reader.readToTheEnd()
    #expect(reader.samples == [1, 2])
  }

  @Test("stop wakes a paused session")
  func stopWhilePaused() async throws {
    let engine = TrainingEngine(work: WorkScript(), settings: try settings())
    engine.send(.pause)
    async let summary = engine.run()
    var reader = Reader(engine)
    try #require(await reader.read { $0.isState(.paused) })
    engine.send(.stop)
    #expect(await summary.outcome == .stopped)
  }

  @Test("finish inside a step lets it be done and measures the test images")
  func finish() async throws {
    let flag = Released()
    var work = WorkScript(steps: 1000)
    work.during = { place, poll in
      while place == "step 3", !flag.isSet { try poll() }
    }
    let engine = TrainingEngine(work: work, settings: try settings())
    async let summary = engine.run()
    var reader = Reader(engine)
    try #require(await reader.read { if case .probe = $0 { true } else { false } })
    engine.send(.finish)
    try #require(await reader.read { if case .journal = $0 { true } else { false } })
    flag.set()
    let ended = await summary
    #expect(ended.outcome == .finished)
    #expect(ended.step == 3)
    #expect(ended.results.count == 2)
    #expect(reader.journal == ["finishing after step 3 of 1000"])
  }

  @Test(
    "an error of the work ends the session with its line, after the weights were written",
    arguments: [("prepare", 0, []), ("step 1", 0, []), ("step 4", 3, ["save interrupted @3", "save best @2"])])
  func failure(place: String, step: Int, saves: [String]) async throws {
    var work = WorkScript()
    work.during = { now, poll in
      try poll()
      if now == place { throw Complaint(description: "the loss is NaN\n\u{1b}[31min \(place)") }
    }
    let notes = work.notes
    let engine = TrainingEngine(work: work, settings: try settings())
    let summary = await engine.run()
    #expect(summary.outcome == .failed)
    // Line ends and escape sequences of a message are written out, so that they reach no terminal.
    #expect(summary.reason == #"the loss is NaN\n\u{1B}[31min \#(place)"#)
    #expect(summary.step == step)
    #expect(notes.all.filter { $0.hasPrefix("save") } == saves)
  }

  @Test("commands from many threads all arrive, each once")
  func manySenders() async throws {
    let engine = TrainingEngine(work: WorkScript(), settings: try settings())
    engine.send(.pause)
    async let summary = engine.run()
    await withTaskGroup(of: Void.self) { group in
      for sender in 0..<8 {
        group.addTask {
          for index in 0..<100 {
            // No two values are the same, so that every one of them is a change.
            let value = Double(1 + sender * 100 + index) / 1024
            engine.send(.set(knob: "gamma", value: .number(value), cause: .you))
          }
        }
      }
    }
    engine.send(.resume)
    _ = await summary
    var reader = Reader(engine)
    await reader.readToTheEnd()
    #expect(reader.journal.count == 800)
    #expect(Set(reader.journal.map { $0.split(separator: " ").last }).count == 800)
  }

  @Test("an attack on a copy is cancelled when asked, and when the session ends", arguments: [true, false])
  func cancellation(isAsked: Bool) async throws {
    var work = WorkScript(steps: 1_000_000)
    work.holdsAttack = true
    let engine = TrainingEngine(work: work, settings: try settings(validationEvery: 1_000_000))
    engine.send(.attack(.full))
    async let summary = engine.run()
    var reader = Reader(engine)
    try #require(await reader.read { $0.isAttack(.running) })
    if isAsked {
      engine.send(.cancelAttack)
      try #require(await reader.read { $0.isAttack(.cancelled) })
    }
    engine.send(.stop)
    #expect(await summary.outcome == .stopped)
  }

  @Test("a command after the end is harmless")
  func afterTheEnd() async throws {
    let engine = TrainingEngine(work: WorkScript(), settings: try settings())
    #expect(await engine.run().outcome == .finished)
    engine.send(.stop)
    #expect(await engine.events.contains { if case .summary = $0 { true } else { false } })
  }
}

/// An error of some library.
private struct Complaint: Error, CustomStringConvertible {
  let description: String
}

/// A switch that a test turns on and scripted work reads.
final class Released: Sendable {
  private let flag = Atomic(false)
  var isSet: Bool { flag.load(ordering: .acquiring) }
  func set() { flag.store(true, ordering: .releasing) }
}
