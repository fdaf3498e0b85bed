import Events
import Lab

/// What the screen may use of the terminal.
public struct ScreenOptions: Sendable {
  /// At most this many colours (0: monochrome, as `NO_COLOR` asks); nil: what the terminal has.
  public var colours: Int?

  /// All options.
  public init(colours: Int? = nil) { self.colours = colours }
}

/// How the screen was left.
public enum ScreenOutcome: Sendable, Hashable {
  /// By the lab's own quit.
  case left
  /// By a signal (SIGINT 2, SIGTERM 15, SIGHUP 1); the terminal is restored, the session still runs.
  case signal(Int32)
}

/// Why there is no screen: one line.
public struct ScreenError: Error, Sendable, CustomStringConvertible {
  /// What, where, remedy.
  public let description: String
}

/// The lab on the real terminal.
public enum LabScreen {
  /// Shows `lab`, feeds it keys and events, passes its commands on, until it is left. Restores the terminal in every case.
  public static func run(
    _ lab: Lab, options: ScreenOptions, events: AsyncStream<Event>, send: @escaping @Sendable (Command) -> Void
  ) async throws -> ScreenOutcome {
    throw ScreenError(description: "no screen yet")
  }
}
