/// How much of one core drawing takes, over a few seconds at a time.
struct DrawingShare {
  private var spent = Duration.zero
  private var since: ContinuousClock.Instant?

  private static let window = Duration.seconds(4)

  /// A frame was drawn.
  mutating func add(_ time: Duration) { spent += time }

  /// The share, once every few seconds; in thousandths, so that it changes rarely.
  mutating func news(at now: ContinuousClock.Instant) -> Double? {
    guard let since else {
      since = now
      return nil
    }
    guard now - since >= Self.window else { return nil }
    let share = spent / (now - since)
    (self.since, spent) = (now, .zero)
    return (share * 1000).rounded() / 1000
  }
}
