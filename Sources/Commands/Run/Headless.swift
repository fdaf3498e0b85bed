import Engine
import Events
import Readout
import Tensors

/// A run without a screen: prints its events as lines and a progress bar, then the final table; or prints JSON lines.
package enum Headless {
  /// How much is written, and in which form.
  package typealias Style = HeadlessReport.Style

  /// Runs what the options ask for to its end. Throws unless the run finishes.
  static func run(
    _ options: RunOptions, style: Style, failsOnAlarm: Bool = false, team: RankTeam? = nil, output: Output
  ) async throws {
    var report = HeadlessReport(style: style, canRedraw: output.canRedraw)
    try await run(options, failsOnAlarm: failsOnAlarm, team: team, output: output) { report.pieces(for: $0) }
  }

  /// The same with another report: `say` decides what an event prints.
  static func run(
    _ options: RunOptions, failsOnAlarm: Bool = false, team: RankTeam? = nil, output: Output,
    say: (Event) -> [HeadlessReport.Piece]
  ) async throws {
    let session = try RunningSession(options, team: team), engine = session.engine
    for note in session.plan.notes { try output.error("note: \(note)\n") }
    let alarms = session.alarms
    let signals = SignalWatch {
      engine.send(.stop)
      // Others that it waits for may be gone.
      team?.cancel()
    }
    let (summary, failure) = await follow(engine, output: output) { event in
      let complaint = alarms.take(event)
      var pieces = say(event) + (complaint.map { [.note($0)] } ?? [])
      if case .state(let change) = event, change.state == .paused, change.reason.isEmpty, !session.isHeldRemotely {
        if failsOnAlarm, alarms.isUnacknowledged {
          engine.send(.stop)
          return pieces
        }
        // Nobody could resume it.
        engine.send(.resume)
        pieces.append(.note("step \(change.step): not paused: without a screen nobody could resume the run"))
      }
      return pieces
    }
    session.tidy(after: summary)
    if let failure { throw failure }
    if let team, team.hasLost, summary.outcome != .finished {
      // What failed here, such as a file that is gone, is the reason why the others were left.
      guard summary.outcome != .failed || summary.reason == RanksLost().description else {
        throw CommandFailure.failed(summary.reason)
      }
      throw CommandFailure.lost(session.folder.url, summary, signal: signals.signal)
    }
    try verdict(on: summary, signal: signals.signal)
    if failsOnAlarm, alarms.isUnacknowledged { throw CommandFailure.alarm }
  }

  /// Runs the session and prints its events. If printing fails (`OutputClosed`, a full disk), stops the session as a
  /// signal would, and returns the reason with the summary.
  package static func follow(
    _ engine: TrainingEngine, output: Output, say: (Event) -> [HeadlessReport.Piece]
  ) async -> (summary: Summary, failure: (any Error)?) {
    async let ended = engine.run()
    let failure = await print(engine.events, output: output, stop: { engine.send(.stop) }, say: say)
    return (await ended, failure)
  }

  /// Prints events until they end. If printing fails, calls `stop` and returns the reason.
  static func print(
    _ events: AsyncStream<Event>, output: Output, stop: () -> Void, say: (Event) -> [HeadlessReport.Piece]
  ) async -> (any Error)? {
    var failure: (any Error)?, redraw = RedrawLimit()
    for await event in events {
      for piece in say(event) where failure == nil {
        do {
          try write(piece, output, &redraw)
        } catch {
          failure = error
          stop()
        }
      }
    }
    return failure
  }

  /// Throws the failure of a run that did not finish.
  package static func verdict(on summary: Summary, signal: Int32?) throws {
    if summary.outcome == .failed { throw CommandFailure.failed(summary.reason) }
    if summary.outcome == .stopped, let signal { throw CommandFailure.signal(signal) }
  }

  private static func write(_ piece: HeadlessReport.Piece, _ output: Output, _ redraw: inout RedrawLimit) throws {
    switch piece {
    case .result(let line):
      if redraw.isBarShown { try output.clearLine() }
      redraw.isBarShown = false
      try output.result(line + "\n")
    case .note(let line):
      if redraw.isBarShown { try output.clearLine() }
      redraw.isBarShown = false
      try output.error(line + "\n")
    case .progress(let progress):
      guard redraw.isDue() else { return }
      redraw.isBarShown = true
      // One column stays empty: a full line would wrap and could not be redrawn.
      try output.redraw(progress.line(columns: output.columns() - 1))
    }
  }

  /// Limits the bar to ten redraws per second.
  private struct RedrawLimit {
    var isBarShown = false
    private var last: ContinuousClock.Instant?

    mutating func isDue() -> Bool {
      let now = ContinuousClock.now
      if let last, now - last < .milliseconds(100) { return false }
      last = now
      return true
    }
  }
}
