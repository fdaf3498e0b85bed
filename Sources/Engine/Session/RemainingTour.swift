import Events

/// The stops of a tour that are still to come.
struct RemainingTour: Sendable, Hashable, Codable {
  private var stops: [TourStop]

  init(_ stops: [TourStop]) { self.stops = stops }

  /// The steps of those that are left.
  var steps: [Int] { stops.map(\.step) }

  /// The panes that they speak of, empty for none.
  var panes: [String] { stops.map { $0.pane ?? "" } }

  /// How many are left.
  var count: Int { stops.count }

  /// True when a stop is due after `step`.
  func isDue(afterStep step: Int) -> Bool { stops.first.map { $0.step <= step } ?? false }

  /// Takes the next stop off the list if it is due after `step`.
  mutating func next(afterStep step: Int) -> TourStop? {
    guard let stop = stops.first, stop.step <= step else { return nil }
    return stops.removeFirst()
  }

  /// The steps of the stops that a run of `steps` steps ends before.
  func unreachable(in steps: Int) -> [Int] { stops.filter { $0.comesTooLate(for: steps) }.map(\.step) }

  /// What the run has done since, up to `step`, is not done by the tour again: of the stops before that step only their
  /// captions remain, of those at that step what is not among the interventions `done`.
  mutating func skip(to step: Int, done: [Intervention]) {
    let there = done.filter { $0.step == step }
    let changed = Set(
      there.compactMap { if case .set(let knob, _) = $0.act { $0.cause == .tour ? knob : nil } else { nil } })
    let isRecalibrated = there.contains { if case .recalibrate = $0.act { true } else { false } }
    for index in stops.indices where stops[index].step <= step {
      var stop = TourStop(step: stops[index].step, caption: stops[index].caption, pane: stops[index].pane)
      if stop.step == step {
        stop.changes = stops[index].changes.filter { !changed.contains($0.knob) }
        if !isRecalibrated { stop.recalibrates = stops[index].recalibrates }
        if !there.contains(where: { $0.act == .finish }) { stop.finishes = stops[index].finishes }
      }
      stops[index] = stop
    }
  }

  /// Drops the rest; false when nothing was left.
  mutating func end() -> Bool {
    defer { stops = [] }
    return !stops.isEmpty
  }
}
