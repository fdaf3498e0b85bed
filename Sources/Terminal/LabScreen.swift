import CTerminal
import Events
import Lab
import Panes
import Recipe

/// How the screen may use the terminal.
package struct ScreenOptions: Sendable {
  /// The most colors to use (0: monochrome, as `NO_COLOR` asks for); nil: all that the terminal has.
  package var colors: Int?
  /// True to keep writing SIGINT, SIGTERM and SIGHUP to `LabScreen.signals` after the screen was left. Otherwise their
  /// former handlers are restored.
  package var keepsSignals: Bool
  /// The most frames per second.
  package var fps = 30
  /// False where the terminal must not be asked what it can do.
  package var mayAsk = true
  /// True where the terminal tells of its mouse; it then selects text with shift only.
  package var usesMouse = false
  /// Says in one line why the run cannot be left after a step with these changes; nil when it can be.
  package var refusal: @Sendable (Int, [Assignment]) -> String? = { _, _ in "this run cannot be branched" }
  /// Says in one line why this cannot be begun in place of the run; nil when it can be.
  package var refusalOfNext: @Sendable (NextRun) -> String? = { _ in nil }
  /// Reads other runs by name, to draw them behind the one that is shown. Throws what is wrong, in one line.
  package var compare: @Sendable ([String]) throws -> [OtherRun] = { _ in [] }

  /// Examines weights of one of the runs, which is over; number 0 is the first one on the screen. Throws why it cannot,
  /// in one line. Ending the stream ends the examination.
  package var examine: @Sendable (Examination, Int) throws -> AsyncStream<ExaminationNews> = { _, _ in
    throw ScreenError(description: "there is nothing to examine here")
  }
  /// Asks the examination that is running to end.
  package var cancelExamination: @Sendable () -> Void = {}
  /// What the program finds out next to the session. The screen is the only reader.
  package var news: AsyncStream<PaneNews>?
  /// Measures what a product of matrices reaches on one thread, in 10⁹ operations per second.
  package var measurePeak: @Sendable () -> Double? = { nil }
  /// Takes what the next screen may begin with, once this one is closed.
  package var remember: @Sendable (LabMemory) -> Void = { _ in }

  /// Starts a run that leaves the one that is shown after a step, with these changes. Throws why it cannot, in one line.
  package var beside: @Sendable (Int, [Assignment]) throws -> Companion = { _, _ in
    throw ScreenError(description: "this run cannot be branched")
  }

  /// All options.
  package init(colors: Int? = nil, keepsSignals: Bool = false) {
    self.colors = colors
    self.keepsSignals = keepsSignals
  }
}

/// A run that trains next to the one that is shown.
package struct Companion: Sendable {
  /// What it told before.
  package let history: [Event]
  /// The curves of the run that it leaves.
  package let parent: OtherRun
  /// One line about it.
  package let note: String
  /// What it tells; the screen is the only reader.
  package let events: AsyncStream<Event>
  /// Where its commands go.
  package let send: @Sendable (Command) -> Void

  package init(
    history: [Event], parent: OtherRun, note: String, events: AsyncStream<Event>,
    send: @escaping @Sendable (Command) -> Void
  ) {
    (self.history, self.parent, self.note, self.events, self.send) = (history, parent, note, events, send)
  }
}

/// Why the screen was left.
package enum ScreenOutcome: Sendable, Hashable {
  /// The user quit the lab.
  case left
  /// The user wants to go on from another step of the run, as another run.
  case branch(step: Int, [Assignment], theme: Int)
  /// The user wants another run in place of this one, which is over.
  case next(NextRun, theme: Int)
  /// A signal (SIGINT 2, SIGTERM 15, SIGHUP 1). The terminal is restored; the session is still running.
  case signal(Int32)
}

/// Why the screen cannot be opened, or a frame cannot be saved.
package struct ScreenError: Error, Sendable, CustomStringConvertible {
  /// One line: what, where, and what to do.
  package let description: String
}

/// The lab on the real terminal.
package enum LabScreen {
  /// The pipe to read signal numbers from, one byte each, after a screen with `keepsSignals` was left; -1 before that.
  package static var signals: Int32 { terminal_signals_pipe() }

  /// Shows a lab or a desk, passes keys and events to it and its commands to `send`, until it is left. Always restores
  /// the terminal.
  ///
  /// It must be the only reader of `events`, and it ends the stream when the screen is left. The screen stays open when
  /// the events end. Canceling the task leaves the screen with `.left`. Throws `ScreenError`, before anything is drawn,
  /// when there is no terminal to draw on.
  package static func run(
    _ content: some ScreenContent, options: ScreenOptions, events: AsyncStream<Event>,
    send: @escaping @Sendable (Command) -> Void
  ) async throws -> ScreenOutcome {
    let thread = try TerminalThread()
    let screen = ScreenActor(content, options: options, thread: thread, send: send)
    thread.start { ready in screen.assumeIsolated { $0.turn(ready) } }
    defer { thread.stop() }
    return try await withTaskCancellationHandler {
      try await screen.run(events: events)
    } onCancel: {
      Task { await screen.leave(.left) }
    }
  }
}
