import Events
import Lab

/// A tour that waits at its second stop, and a training that has diverged.
enum TourScript {
  static let caption =
    "clean accuracy has dropped to what the honest cue supports, and the remaining robustness is real"

  static func lab(_ options: LabOptions = LabOptions()) -> Lab {
    var lab = Lab(options: options)
    for event in events { _ = lab.handle(event) }
    return lab
  }

  static var events: [Event] {
    var description = Script.description
    (description.tourStops, description.tourSteps) = (4, [0, 60, 200, 350])
    let run = Script.events(to: 60).map { event -> Event in
      if case .started = event { .started(description) } else { event }
    }
    return run + [
      .journal(JournalEntry(step: 60, cause: .tour, .remark(caption))),
      .state(StateChange(step: 60, state: .paused)),
    ]
  }

  static let divergence: [Event] = [
    .journal(JournalEntry(step: 300, cause: .engine, .failed(.step, "step 301: the loss is nan (lr 1.6)"))),
    .state(StateChange(step: 300, state: .paused)),
  ]
}
