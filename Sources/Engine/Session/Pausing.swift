/// Whether a session is held, and after which step it will be.
struct Pausing: Sendable, Hashable {
  /// True while the session is held.
  private(set) var isPaused = false
  private var lastStep: Int?

  /// Holds the session.
  mutating func pause() { self = Pausing(isPaused: true) }

  /// Lets the session run until further notice.
  mutating func resume() { self = Pausing() }

  /// Lets the session run to the end of this step.
  mutating func run(toEndOf step: Int) { self = Pausing(lastStep: step) }

  /// Lets the session run one step more than it was to run; false when it was not to pause.
  mutating func runOneMore() -> Bool {
    guard let lastStep else { return false }
    self = Pausing(lastStep: lastStep + 1)
    return true
  }

  /// Holds the session if it was to run to the end of this step; true if it is held now.
  mutating func reach(step: Int) -> Bool {
    if let lastStep, step >= lastStep { pause() }
    return isPaused
  }
}
