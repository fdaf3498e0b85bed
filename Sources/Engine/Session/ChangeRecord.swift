import Events

/// The changes of settings so far, as the tour that repeats them.
struct ChangeRecord: Sendable, Hashable {
  private var stops: [TourStop] = []

  /// Records a change after `step`.
  mutating func add(_ change: SettingChange, step: Int) {
    let new = TourStop.Change(knob: change.knob, value: change.new)
    // A stop is a mapping in a preset file: a setting that is changed twice between two steps needs two.
    if let last = stops.last, last.step == step, !last.changes.contains(where: { $0.knob == change.knob }) {
      stops[stops.count - 1].changes.append(new)
    } else {
      stops.append(TourStop(step: step, changes: [new], caption: ""))
    }
  }

  /// The step after `step` is aborted and runs again: what was changed during it is in force a step earlier.
  mutating func abort(stepAfter step: Int) {
    for index in stops.indices { stops[index].step = min(stops[index].step, step) }
  }

  /// The changes in the order of their steps. Surgery that was done in a pause belongs to an earlier step than what was
  /// changed before it during the step that was held.
  var inOrder: [TourStop] {
    stops.enumerated().sorted { ($0.element.step, $0.offset) < ($1.element.step, $1.offset) }.map(\.element)
  }
}
