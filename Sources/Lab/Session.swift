import Events
import Recipe

/// What the header and the dialogs know of the session: its name, where it stands, how fast it goes.
struct Session: Sendable {
  /// What a person asked for and the session has not answered yet.
  enum Wish: Sendable { case pause, resume, finish, stop }

  private(set) var description: SessionDescription?
  /// The settings as they are now; nil before the start.
  private(set) var settings: Settings?
  private(set) var state = SessionState.preparing
  private(set) var reason = ""
  private(set) var step = 0
  private(set) var epoch = 0
  private(set) var summary: Summary?
  private(set) var wish: Wish?
  /// What the gap between PGD and stronger attacks means; nil until it was measured.
  private(set) var gap: GapState?
  /// The attack on frozen weights that runs, or ran last.
  private(set) var attack: AttackProgressNote?
  /// What a full attack would take at most.
  private(set) var forecast: AttackProgressNote?
  /// True while the preset's tour turns the knobs.
  private(set) var isOnTour = false
  private var pace = Pace()

  mutating func update(_ event: Event) {
    switch event {
    case .started(let description):
      self.description = description
      settings = description.settings
      isOnTour = (description.tourStops ?? 0) > 0
    case .layers, .scatter: break
    case .attackProgress(let note): if note.phase == .forecast { forecast = note } else { attack = note }
    case .alarm(let change): gap = change.state
    case .state(let change):
      state = change.state
      reason = change.reason
      step = max(step, change.step)
      switch wish {
      case .pause where state == .paused, .resume where state != .paused, .finish where state == .testing: wish = nil
      default: break
      }
    case .sample(let sample):
      step = sample.step
      epoch = sample.epoch
      pace.add(sample)
    case .probe(let probe):
      guard probe.weights == .current else { return }
      pace.add(probe)
      gap = probe.gapState ?? gap
    case .summary(let summary):
      self.summary = summary
      state = summary.outcome
      reason = summary.reason
      step = summary.step
      wish = nil
    case .journal(let entry):
      guard let change = entry.change else { return }
      try? settings?.set(change.knob, to: change.new)
    case .checkpoint, .surgery: break
    }
  }

  mutating func noteSent(_ command: Command) {
    switch command {
    case .pause: wish = state == .paused ? nil : .pause
    case .resume: wish = state == .paused ? .resume : nil
    case .finish: wish = .finish
    case .stop: wish = .stop
    case .takeOver: isOnTour = false
    case .acknowledge, .attack, .cancelAttack, .checkpoint: break
    case .step, .set, .recalibrate: break
    }
  }

  /// True once nothing can be asked of it any more.
  var isOver: Bool { summary != nil }
  /// True while it is held, or will be.
  var isPaused: Bool { wish == .pause || (state == .paused && wish != .resume) }
  /// True while there is something to hold.
  var canPause: Bool { !isOver && [.training, .paused, .validating, .testing].contains(state) }

  /// True while an alarm sounds that nobody has acknowledged.
  var canAcknowledge: Bool { !isOver && [.alarm, .confirmed].contains(gap) }
  /// True while an attack on frozen weights is under way.
  var isAttacking: Bool { attack?.phase == .running }
  /// True while there are weights to attack and somebody to do it.
  var canAttack: Bool { !isOver && description != nil && step > 0 && state != .testing }

  /// The state in a word; an unanswered wish shows at once.
  var stateText: String {
    switch wish {
    case .stop: "stopping…"
    case .finish: "finishing…"
    case .pause where state != .paused: "pausing…"
    case .resume where state == .paused: "resuming…"
    default: state.rawValue
    }
  }

  /// The state as one character.
  var stateGlyph: String {
    switch state {
    case .preparing: "◌"
    case .training: "●"
    case .paused: "‖"
    case .validating: "◐"
    case .testing: "◑"
    case .finished: "✓"
    case .stopped: "■"
    case .failed: "✗"
    }
  }

  /// Steps done of all, in [0, 1]; 0 when the number of steps is unknown.
  var progress: Double {
    guard let steps = description?.steps, steps > 0 else { return 0 }
    return min(1, Double(step) / Double(steps))
  }

  /// Seconds to the last step at the present pace, validations included; nil before the first step and after the last.
  var secondsLeft: Double? {
    guard let steps = description?.steps, !isOver, step < steps, let perStep = pace.secondsPerStep else { return nil }
    return Double(steps - step) * perStep
  }

  /// Clean training images a second; nil before the first step.
  var imagesPerSecond: Double? { isOver ? nil : pace.imagesPerSecond }
}

/// How long steps take, from their own reports: the median of the last ones, so that one slow step does not show.
struct Pace: Sendable {
  private var recent: [(seconds: Double, images: Int)] = []
  private var next = 0
  private var steps = 0
  private var probeSeconds = 0.0

  mutating func add(_ sample: Sample) {
    guard sample.seconds.isFinite, sample.seconds > 0 else { return }
    steps += 1
    if recent.count < 63 {
      recent.append((sample.seconds, sample.images))
    } else {
      recent[next] = (sample.seconds, sample.images)
      next = (next + 1) % recent.count
    }
  }

  mutating func add(_ probe: Probe) {
    if probe.seconds.isFinite, probe.seconds > 0 { probeSeconds += probe.seconds }
  }

  var secondsPerStep: Double? {
    recent.map(\.seconds).median.map { $0 + probeSeconds / Double(max(1, steps)) }
  }

  var imagesPerSecond: Double? { recent.map { Double($0.images) / $0.seconds }.median }
}
