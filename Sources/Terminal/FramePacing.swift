/// When the next frame may be drawn. Pure.
///
/// A terminal that answers is asked after every frame whether it has drawn it. Until it says so nothing more is
/// written: however slow the line is, a key waits for one frame at most, not for all those that the line has not
/// carried yet.
package struct FramePacing: Sendable {
  /// The shortest time between two frames.
  private let shortest: Duration
  /// When the last frame was written; nil before the first.
  private var written: Duration?
  /// True until the terminal has said that it has drawn the last frame.
  package private(set) var isAwaited = false
  /// How long the terminal took to draw the last frame.
  private var lag = Duration.zero
  private var misses = 0

  /// The longest time to wait for an answer.
  private static let patience = Duration.seconds(5)
  /// So many questions without an answer, and no more is asked.
  private static let mostMisses = 2

  /// At most `fps` frames per second.
  package init(fps: Int) { shortest = .nanoseconds(1_000_000_000 / Int64(max(1, fps))) }

  /// True while it is worth asking the terminal.
  package var asks: Bool { misses < Self.mostMisses }

  /// The time from now until the next frame may be drawn; zero: now. `isUrgent`: somebody has pressed a key.
  package func wait(at now: Duration, isUrgent: Bool) -> Duration {
    guard let written else { return .zero }
    let passed = now - written
    if isAwaited, passed < Self.patience { return Self.patience - passed }
    // Where the line is slow, what nobody has asked for uses a third of it.
    let interval = isUrgent || lag < .milliseconds(60) ? shortest : max(shortest, lag * 3)
    return max(.zero, interval - passed)
  }

  /// A frame has been written. `asked`: the terminal was asked to say when it has drawn it.
  package mutating func wrote(at now: Duration, asked: Bool) {
    if isAwaited { misses += 1 }
    written = now
    isAwaited = asked
  }

  /// The terminal has drawn the last frame.
  package mutating func drawn(at now: Duration) {
    guard isAwaited, let written else { return }
    isAwaited = false
    misses = 0
    lag = now - written
  }

  /// The screen was left and taken back: nothing is under way.
  package mutating func restart() { (written, isAwaited) = (nil, false) }
}
