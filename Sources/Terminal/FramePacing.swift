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
  /// How many frames the terminal was asked about and has not answered yet.
  private var outstanding = 0
  /// How long the terminal took to draw the last frame.
  private var lag = Duration.zero
  /// How many cells that frame had.
  private var cells = 0
  private var misses = 0
  private var hasAnswered = false

  /// The longest time to wait for an answer: less long where the terminal has given none so far.
  private var patience: Duration { hasAnswered ? .seconds(5) : .milliseconds(1500) }
  /// So many questions without an answer, and no more is asked.
  private static let mostMisses = 2

  /// At most `fps` frames per second.
  package init(fps: Int) { shortest = .nanoseconds(1_000_000_000 / Int64(max(1, fps))) }

  /// True while it is worth asking the terminal.
  package var asks: Bool { misses < Self.mostMisses }

  /// True until the terminal has said that it has drawn the last frame.
  package var isAwaited: Bool { outstanding > 0 }

  /// The time from now until the next frame may be drawn; zero: now. `isUrgent`: somebody has pressed a key.
  package func wait(at now: Duration, isUrgent: Bool) -> Duration {
    guard let written else { return .zero }
    let passed = now - written
    if isAwaited, asks, passed < patience { return patience - passed }
    // Where the line is slow, what nobody has asked for uses a third of it.
    let interval = isUrgent || lag < .milliseconds(60) ? shortest : max(shortest, lag * 3)
    return max(.zero, interval - passed)
  }

  /// The most cells of the next frame, so that a slow line carries it in a quarter of a second; nil on a fast one.
  package var most: Int? {
    guard lag >= .milliseconds(60) else { return nil }
    let seconds = Double(lag.components.seconds) + Double(lag.components.attoseconds) * 1e-18
    return max(150, Int(Double(cells) / seconds / 4))
  }

  /// A frame that changes this many cells has been written. `asked`: the terminal was asked to say when it has drawn it.
  package mutating func wrote(at now: Duration, cells: Int = 1, asked: Bool) {
    if isAwaited { misses += 1 }
    written = now
    self.cells = cells
    if asked { outstanding += 1 }
  }

  /// The terminal has drawn a frame that it was asked about.
  package mutating func drawn(at now: Duration) {
    (misses, hasAnswered) = (0, true)
    outstanding = max(0, outstanding - 1)
    if let written, outstanding == 0 { lag = now - written }
  }

  /// The screen was left and taken back: nothing is under way.
  package mutating func restart() { (written, outstanding) = (nil, 0) }
}
