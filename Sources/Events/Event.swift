import Recipe

/// What a session tells its readers: the lab, headless printing, tests. The only thing that leaves the engine.
///
/// Events carry facts and values. How they read is up to `Readout`.
///
/// Payloads are boxed: they are large, and events are passed on and kept more often than they are made.
package indirect enum Event: Sendable, Hashable {
  /// The session is about to start.
  case started(SessionDescription)
  /// The session entered another state.
  case state(StateChange)
  /// Distances between domains were measured inside the network.
  case layers(LayerReport)
  /// Points of the domains in the plane of a layer.
  case scatter(ScatterReport)
  /// An attack on a frozen copy made progress, or ended.
  case attackProgress(AttackProgressNote)
  /// One image of the probe under attack, which somebody asked for.
  case image(ImageReport)
  /// One training step was done.
  case sample(Sample)
  /// Accuracies were measured on a fixed set.
  case probe(Probe)
  /// The gap between PGD and stronger attacks changed its state: false robustness, or its end.
  case alarm(GapChange)
  /// Someone or something intervened, or something worth a line happened.
  case journal(JournalEntry)
  /// Weights were written.
  case checkpoint(CheckpointNote)
  /// The network was changed between two steps.
  case surgery(SurgeryReport)
  /// The session ended.
  case summary(Summary)

  /// The version of the vocabulary, written into every stream.
  package static let version = 1
}

/// What a session is, told once at its start.
package struct SessionDescription: Sendable, Hashable, Codable {
  /// Version of the event vocabulary.
  package var version = Event.version
  /// Name of the preset.
  package var preset: String
  /// One line about the data: `mirage 16×16×1, 3686 train, 410 validation, 1024 test`.
  package var data: String
  /// What was recognized, converted, ignored or assumed when the data were read; nil for nothing.
  package var dataNotes: [String]?
  /// True when the task was constructed to show an effect; the screen must say so.
  package var constructed: Bool
  /// One line about the network: `conv4, 33 018 parameters`.
  package var model: String
  /// Steps of the whole run.
  package var steps: Int
  /// Steps of one epoch.
  package var stepsPerEpoch: Int
  /// Worker threads.
  package var threads: Int
  /// The folder the run is written to; empty when nothing is written.
  package var folder: String
  /// Every setting at the start.
  package var settings: Settings
  /// Stops of the preset's tour; nil without one.
  package var tourStops: Int?
  /// The steps of these stops; nil without a tour.
  package var tourSteps: [Int]?
  /// The pane that each of these stops speaks of, by its name; empty for none. Nil without a tour.
  package var tourPanes: [String]?
  /// The step that the session goes on from; nil for one that starts at the beginning.
  package var resumedAt: Int?
  /// The folder whose checkpoints are measured while another program trains; nil for a training of our own. Then the
  /// settings are those of the measurement, and steps are unknown: 0.
  package var watches: String?
  /// What a pass through the network costs; nil where nothing is trained, and in records of earlier versions.
  package var work: NetworkWork?
  /// What the numbers of a watch depend on besides the settings; nil for a training of our own.
  package var basis: WatchBasis?

  package init(
    preset: String, data: String, dataNotes: [String] = [], constructed: Bool, model: String, steps: Int,
    stepsPerEpoch: Int, threads: Int, folder: String, settings: Settings
  ) {
    self.dataNotes = dataNotes.isEmpty ? nil : dataNotes
    self.preset = preset
    self.data = data
    self.constructed = constructed
    self.model = model
    self.steps = steps
    self.stepsPerEpoch = stepsPerEpoch
    self.threads = threads
    self.folder = folder
    self.settings = settings
  }
}

/// What a session is doing.
package enum SessionState: String, Sendable, Hashable, Codable {
  case preparing, training, paused, validating, testing, finished, stopped, failed
  /// Waiting for a checkpoint of another program.
  case waiting
  /// Measuring such a checkpoint.
  case measuring
}

/// The session entered another state.
package struct StateChange: Sendable, Hashable, Codable {
  /// Steps done so far.
  package var step: Int
  /// The new state.
  package var state: SessionState
  /// The error message of a failure; empty otherwise.
  package var reason: String

  package init(step: Int, state: SessionState, reason: String = "") {
    self.step = step
    self.state = state
    self.reason = reason
  }
}

/// How a session ended: the rows of the final table.
package struct Summary: Sendable, Hashable, Codable {
  /// Steps done.
  package var step: Int
  /// `finished`, `stopped` or `failed`.
  package var outcome: SessionState
  /// The error message of a failure; empty otherwise.
  package var reason: String
  /// Last and best weights on the test images; empty when the session was stopped or failed.
  package var results: [Probe]
  /// Step at which the best weights were taken, if any.
  package var bestStep: Int?
  /// Wall-clock seconds of the session; only shown.
  package var seconds: Double
  /// Every change of a setting during the run, no matter who made it, as a tour that repeats them.
  package var changes: [TourStop]
  /// What the gap means at the end; nil when it was not measured.
  package var gapState: GapState?
  /// The reading of it that speaks loudest; see `GapRecord`.
  package var strongest: GapReading?
  /// How the best weights were chosen, and what was known of their gap; nil without any.
  package var best: BestChoice?

  package init(
    step: Int, outcome: SessionState, reason: String = "", results: [Probe], bestStep: Int?, seconds: Double,
    changes: [TourStop] = [], gap: GapRecord = GapRecord(), best: BestChoice? = nil
  ) {
    self.step = step
    self.outcome = outcome
    self.reason = reason
    self.results = results
    self.bestStep = bestStep
    self.seconds = seconds
    self.changes = changes
    (gapState, strongest) = (gap.state, gap.strongest)
    self.best = best
  }
}
