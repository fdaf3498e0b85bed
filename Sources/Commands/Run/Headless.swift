import Engine
import Events

/// A run without a screen: its events as lines and a progress bar, then the final table; or as JSON lines.
package enum Headless {
  /// How much is said, and how.
  package struct Style: Sendable {
    /// One JSON object an event on stdout, and nothing else there.
    package var json = false
    /// Nothing on stderr but errors.
    package var quiet = false

    /// Both as given.
    package init(json: Bool = false, quiet: Bool = false) {
      self.json = json
      self.quiet = quiet
    }
  }

  /// Runs what the options ask for to its end. Throws `CommandFailure` for everything but a finished run.
  static func run(_ options: RunOptions, style: Style, failsOnAlarm: Bool = false, output: Output) async throws {
    var report = HeadlessReport(style: style, canRedraw: output.canRedraw)
    try await run(options, failsOnAlarm: failsOnAlarm, output: output) { report.pieces(for: $0) }
  }

  /// The same with another report: `say` decides what of an event is written.
  static func run(
    _ options: RunOptions, failsOnAlarm: Bool = false, output: Output, say: (Event) -> [HeadlessReport.Piece]
  ) async throws {
    let session = try RunningSession(options), engine = session.engine
    var alarms = session.alarms
    let signals = SignalWatch { engine.send(.stop) }
    let (summary, failure) = await follow(engine, output: output) { event in
      let complaint = alarms.take(event)
      return say(event) + (complaint.map { [.note($0)] } ?? [])
    }
    session.tidy(after: summary)
    if let failure { throw failure }
    try verdict(on: summary, signal: signals.signal)
    if failsOnAlarm, alarms.isUnacknowledged { throw CommandFailure.alarm }
  }

  /// Runs the session and writes what it tells. When that cannot be written any more (`OutputClosed`, a full disk), the
  /// session is stopped as by a signal, and the reason comes with the summary.
  package static func follow(
    _ engine: TrainingEngine, output: Output, say: (Event) -> [HeadlessReport.Piece]
  ) async -> (summary: Summary, failure: (any Error)?) {
    async let ended = engine.run()
    var failure: (any Error)?, redraw = RedrawLimit()
    for await event in engine.events {
      for piece in say(event) where failure == nil {
        do {
          try write(piece, output, &redraw)
        } catch {
          failure = error
          engine.send(.stop)
        }
      }
    }
    return (await ended, failure)
  }

  /// Nothing for a finished run; throws the exit status of any other.
  package static func verdict(on summary: Summary, signal: Int32?) throws {
    if summary.outcome == .failed { throw CommandFailure.failed(summary.reason) }
    if summary.outcome == .stopped, let signal { throw CommandFailure.signal(signal) }
  }

  private static func write(_ piece: HeadlessReport.Piece, _ output: Output, _ redraw: inout RedrawLimit) throws {
    let clear = redraw.isBarShown ? "\r\u{1b}[K" : ""
    switch piece {
    case .result(let line):
      if redraw.isBarShown { try output.error(clear) }
      redraw.isBarShown = false
      try output.result(line + "\n")
    case .note(let line):
      redraw.isBarShown = false
      try output.error(clear + line + "\n")
    case .progress(let progress):
      guard redraw.isDue() else { return }
      redraw.isBarShown = true
      // One column stays free: a full line would wrap and could not be redrawn.
      try output.error("\r" + progress.line(columns: output.columns() - 1) + "\u{1b}[K")
    }
  }

  /// Ten bars a second are enough.
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
