import Events

/// A tour: interventions that the preset timed, until somebody takes over.
extension SessionMachine {
  /// Does what the tour has for the step just done.
  mutating func followTour() -> [SessionAction] {
    var actions: [SessionAction] = []
    while let stop = tour.first, stop.step <= step {
      tour.removeFirst()
      if !stop.caption.isEmpty {
        actions.append(.emit(.journal(JournalEntry(step: step, cause: .tour, text: stop.caption))))
      }
      for change in stop.changes { actions += self.change(change.knob, to: change.value, cause: .tour) }
      if stop.pauses { isPaused = true }
    }
    return actions
  }

  /// Says which stops the run ends before: their author had a longer one in mind.
  func noteLateStops(in steps: Int) -> [SessionAction] {
    let late = tour.filter { $0.comesTooLate(for: steps) }.map { "\($0.step)" }
    guard !late.isEmpty else { return [] }
    let what = late.count == 1 ? "a stop of the tour is not reached" : "\(late.count) stops of the tour are not reached"
    return note("\(what): at \(late.joined(separator: ", ")), the run has \(steps) steps", step: step)
  }

  /// Somebody pressed a key: what is left of the tour is theirs.
  mutating func takeOver() -> [SessionAction] {
    guard !tour.isEmpty else { return [] }
    tour = []
    return note("the tour ends here: the session is yours", step: step, cause: .you)
  }
}
