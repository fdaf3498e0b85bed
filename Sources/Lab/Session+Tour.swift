import Events

extension Session {
  /// The tour of the preset, as far as it has come.
  struct Tour: Sendable {
    /// Stops so far, and all of them; those at one step are one.
    var done: Int, count: Int
    /// The step of the next one; nil after the last.
    var next: Int?
    /// What was said last.
    var caption: String
  }

  /// Where the tour is; nil without one and once a person has taken over.
  var tour: Tour? {
    guard let description, !hasTakenOver else { return nil }
    // Those that the run ends before are said to be that in the Journal.
    let stops = Set(description.tourSteps ?? []).filter { $0 <= description.steps }.sorted()
    guard !stops.isEmpty else { return nil }
    let done = stops.count { $0 <= step }
    return Tour(done: done, count: stops.count, next: stops.first { $0 > step }, caption: caption)
  }

  /// True while the tour turns the knobs: stops are still to come.
  var isOnTour: Bool { onlooker == nil && !isOver && tour?.next != nil }
}
