import CTerminal
import Events
import Lab

/// What the screen may use of the terminal.
package struct ScreenOptions: Sendable {
  /// At most this many colours (0: monochrome, as `NO_COLOR` asks); nil: what the terminal has.
  package var colours: Int?
  /// Whether SIGINT, SIGTERM and SIGHUP go on being written to `LabScreen.signals` when the screen was left, until the
  /// program ends. Otherwise they do what they did before.
  package var keepsSignals: Bool

  /// All options.
  package init(colours: Int? = nil, keepsSignals: Bool = false) {
    self.colours = colours
    self.keepsSignals = keepsSignals
  }
}

/// How the screen was left.
package enum ScreenOutcome: Sendable, Hashable {
  /// By the lab's own quit.
  case left
  /// By a signal (SIGINT 2, SIGTERM 15, SIGHUP 1); the terminal is restored, the session still runs.
  case signal(Int32)
}

/// Why there is no screen: one line.
package struct ScreenError: Error, Sendable, CustomStringConvertible {
  /// What, where, remedy.
  package let description: String
}

/// The lab on the real terminal.
package enum LabScreen {
  /// Shows `lab`, feeds it keys and events, passes its commands on, until it is left. Restores the terminal in every case.
  ///
  /// Reads `events` alone, and ends them for everyone when the screen is left: what has to be seen after that needs a
  /// stream of its own. The screen stays when the events end. Cancelling the task leaves the screen as `.left`.
  /// Throws `ScreenError` when there is no terminal to draw on; nothing was drawn then.
  package static func run(
    _ lab: Lab, options: ScreenOptions, events: AsyncStream<Event>, send: @escaping @Sendable (Command) -> Void
  ) async throws -> ScreenOutcome {
    try await show(lab, options: options, events: events, send: send)
  }

  /// Where the numbers of signals are read, a byte each, once a screen was left that keeps them; -1 before the first screen.
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
