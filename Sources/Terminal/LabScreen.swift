import CTerminal
import Events
import Lab
import Recipe

/// How the screen may use the terminal.
package struct ScreenOptions: Sendable {
  /// The most colors to use (0: monochrome, as `NO_COLOR` asks for); nil: all that the terminal has.
  package var colors: Int?
  /// True to keep writing SIGINT, SIGTERM and SIGHUP to `LabScreen.signals` after the screen was left. Otherwise their
  /// former handlers are restored.
  package var keepsSignals: Bool
  /// Says in one line why the run cannot be left after a step with these changes; nil when it can be.
  package var refusal: @Sendable (Int, [Assignment]) -> String? = { _, _ in "this run cannot be branched" }

  /// All options.
  package init(colors: Int? = nil, keepsSignals: Bool = false) {
    self.colors = colors
    self.keepsSignals = keepsSignals
  }
}

/// Why the screen was left.
package enum ScreenOutcome: Sendable, Hashable {
  /// The user quit the lab.
  case left
  /// The user wants to go on from another step of the run, as another run.
  case branch(step: Int, [Assignment], theme: Int)
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
  /// Shows `lab`, passes keys and events to it and its commands to `send`, until it is left. Always restores the
  /// terminal.
  ///
  /// It must be the only reader of `events`, and it ends the stream when the screen is left. The screen stays open when
  /// the events end. Canceling the task leaves the screen with `.left`. Throws `ScreenError`, before anything is drawn,
  /// when there is no terminal to draw on.
  package static func run(
    _ lab: Lab, options: ScreenOptions, events: AsyncStream<Event>, send: @escaping @Sendable (Command) -> Void
  ) async throws -> ScreenOutcome {
    try await show(lab, options: options, events: events, send: send)
  }

  /// The pipe to read signal numbers from, one byte each, after a screen with `keepsSignals` was left; -1 before that.
  package static var signals: Int32 { terminal_signals_pipe() }

  /// `run` for any content.
  package static func show(
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
