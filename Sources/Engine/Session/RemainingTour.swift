import Events

/// The stops of a tour that are still to come.
struct RemainingTour: Sendable, Hashable, Codable {
  private var stops: [TourStop]

  init(_ stops: [TourStop]) { self.stops = stops }

  /// How many are left.
  var count: Int { stops.count }

  /// Takes the next stop off the list if it is due after `step`.
  mutating func next(afterStep step: Int) -> TourStop? {
    guard let stop = stops.first, stop.step <= step else { return nil }
    return stops.removeFirst()
  }

  /// The steps of the stops that a run of `steps` steps ends before.
  func unreachable(in steps: Int) -> [Int] { stops.filter { $0.comesTooLate(for: steps) }.map(\.step) }

  /// The stops up to `step` change nothing more; their captions remain.
  mutating func keepCaptions(to step: Int) {
    for index in stops.indices where stops[index].step <= step {
      stops[index] = TourStop(step: stops[index].step, caption: stops[index].caption)
    }
  }

  /// Drops the rest; false when nothing was left.
  mutating func end() -> Bool {
    defer { stops = [] }
    return !stops.isEmpty
  }
}
