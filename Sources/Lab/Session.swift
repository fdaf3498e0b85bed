import Events
import Panes
import Readout
import Recipe

/// What the header and the dialogs know about the session: what it is, how far it is, how fast it goes.
package struct Session: Sendable {
  /// What a person asked for and the session has not confirmed yet.
  enum Wish: Sendable { case pause, resume, finish, stop }

  private(set) var description: SessionDescription?
  /// The present settings; nil before the start.
  private(set) var settings: Settings?
  private(set) var state = SessionState.preparing
  private(set) var reason = ""
  private(set) var step = 0
  private(set) var epoch = 0
  private(set) var summary: Summary?
  private(set) var wish: Wish?
  /// What the gap between PGD and stronger attacks means; nil until it is measured.
  private(set) var gap: GapState?
  /// What was found to cause it, last; empty while it is calm.
  private(set) var causes: [GapCause] = []
  /// What was told about it.
  private(set) var gapRecord = GapRecord()
  /// The last measurement of the present weights.
  private(set) var lastProbe: Probe?
  /// The settings at every step, and how many operations on the network came before the last measurement.
  private var trail = SettingsTrail(), operationsSeen = 0
  /// Of the stronger attacks at the last check, the reading that leaves least.
  private(set) var lastReading: GapReading?
  /// The attack on frozen weights that is running, or ran last.
  private(set) var attack: AttackProgressNote?
  /// The weights of the run that is over that are examined, or were last, and what AutoAttack left of them.
  var examined: Probe.Weights?
  /// True while something of the run that is over is examined.
  var isExamined = false
  private(set) var examinations: [Probe.Weights: AttackProgressNote] = [:]
  /// How long a full attack would take at most.
  private(set) var forecast: AttackProgressNote?
  /// What the tour said last.
  private(set) var caption = ""
  /// A person has ended the tour.
  private(set) var hasTakenOver = false
  /// Why the session is paused before a step that diverged; nil while it is not.
  private(set) var divergence: String?
  /// The step of the last change of a setting.
  private(set) var lastChange: Int?
  /// The places to go back to by name.
  private(set) var marks = Marks()
  /// Which of the runs on the screen this is, `2/2 branch`; nil when there is one only.
  var place: String?
  /// The changes that can be undone, the last one at the end.
  private var changes: [SettingChange] = []
  /// The undoing that was asked for and has not come yet.
  private var undoing: SettingChange?
  /// True while single steps run, which can be made more.
  private(set) var isStepping = false
  private var pace = Pace()
  /// How far the attack of the step under way is, where steps are slow.
  var slowStep: StepNews?
  /// How far a slow validation or test is; nil while there is none.
  var measurement: MeasurementNews?
  /// Who looks on while nothing here trains; nil for a session of our own.
  var onlooker: Onlooker?

  /// Ways of looking at a run that is not ours to change.
  package enum Onlooker: String, Sendable {
    /// At a run that is over, played again.
    case replay
    /// At a run of another process.
    case follow = "following"

    var refusal: Refusal {
      switch self {
      case .replay: .onlyReplaying
      case .follow: .onlyFollowing
      }
    }
  }

  mutating func update(_ event: Event) {
    marks.take(event)
    gapRecord.take(event)
    trail.take(event)
    switch event {
    case .started(let description):
      self.description = description
      settings = description.settings
    case .layers, .scatter, .image: break
    case .attackProgress(let note): if note.phase == .forecast { forecast = note } else { attack = note }
    case .alarm(let change):
      gap = change.state
      if let reading = change.reading { take(reading) }
      causes = change.state == .calm ? [] : change.causes.isEmpty ? causes : change.causes
    case .state(let change):
      state = change.state
      reason = change.reason
      if state == .paused { isStepping = false } else { divergence = nil }
      step = max(step, change.step)
      switch wish {
      case .pause where state == .paused, .resume where state != .paused, .finish where state == .testing: wish = nil
      default: break
      }
    case .sample(let sample):
      step = sample.step
      if let slow = slowStep, sample.step > slow.step + 1 { slowStep = nil }
      epoch = sample.epoch
      pace.add(sample)
    case .probe(let probe):
      guard probe.weights == .current else { return }
      pace.add(probe)
      if probe.step >= lastProbe?.step ?? 0 { (lastProbe, operationsSeen) = (probe, trail.operationCount) }
      for reading in [probe.quick, probe.deep].compactMap(\.self) { take(reading) }
      gap = probe.gapState ?? gap
    case .summary(let summary):
      self.summary = summary
      state = summary.outcome
      reason = summary.reason
      step = summary.step
      wish = nil
    case .journal(let entry): take(entry)
    case .checkpoint, .surgery: break
    }
  }

  /// ε of the attacks of the last measurement, as a person writes it; nil before one.
  var measuredEpsilon: String? {
    lastProbe.flatMap { trail.settings(at: $0.step)?.formatted(Knob.epsilon.declaration) }
  }

  /// The step of the intervention that the last measurement does not know of; nil while it holds.
  var measurementEnd: Int? { lastProbe.flatMap { trail.change(after: $0.step, operations: operationsSeen) } }

  private mutating func take(_ reading: GapReading) {
    if let last = lastReading {
      guard reading.step >= last.step else { return }
      // Of the same weights the lower one counts, or that of more images.
      let isHarsher = (reading.accuracy.value, -reading.n) < (last.accuracy.value, -last.n)
      guard reading.step > last.step || isHarsher else { return }
    }
    lastReading = reading
  }

  private mutating func take(_ entry: JournalEntry) {
    switch entry.fact {
    case .changed(let change): take(change, step: entry.step)
    case .remark(let text) where entry.cause == .tour: caption = text
    case .tourEnded: hasTakenOver = true
    case .failed(.step, let reason): divergence = reason
    default: break
    }
  }

  private mutating func take(_ change: SettingChange, step: Int) {
    lastChange = step
    if let undoing, undoing.knob == change.knob, undoing.old == change.new {
      changes.removeLast()
    } else {
      changes.append(change)
    }
    undoing = nil
    try? settings?.set(change.knob, to: change.new)
    if change.knob == Knob.steps.name, let settings, let description {
      self.description?.steps = settings.totalSteps(stepsPerEpoch: description.stepsPerEpoch)
    }
  }

  /// An attack after the end goes on, or has ended.
  mutating func note(_ note: AttackProgressNote) {
    attack = note
    if let examined { examinations[examined] = note }
  }

  /// The change that takes back the last one; nil when there is none.
  var lastChangeUndone: SettingChange? { isOver || onlooker != nil || isWatching ? nil : changes.last }

  /// The last change is being taken back: what comes of it is no change to be undone itself.
  mutating func noteUndoing() { undoing = changes.last }

  mutating func noteSent(_ command: Command) {
    switch command {
    case .step: isStepping = true
    case .pause, .resume, .run: isStepping = false
    default: break
    }
    switch command {
    case .pause: wish = state == .paused ? nil : .pause
    case .resume: wish = state == .paused ? .resume : nil
    case .finish: wish = .finish
    case .stop: wish = .stop
    case .takeOver: hasTakenOver = true
    case .acknowledge, .attack, .cancelAttack, .checkpoint: break
    case .step, .run, .note, .set, .recalibrate, .saveTo, .examine: break
    }
  }

  /// True when this value ends the run with the step under way: as many steps are done already.
  func ends(with value: KnobValue, for knob: AnyKnob) -> Bool {
    guard knob.name == Knob.steps.name, var changed = settings, let description else { return false }
    try? changed.set(knob.name, to: value)
    return changed.totalSteps(stepsPerEpoch: description.stepsPerEpoch) <= step
  }

  /// True once the run has ended.
  var isOver: Bool { summary != nil }
  /// True while it is paused, or about to be.
  var isPaused: Bool { wish == .pause || (state == .paused && wish != .resume) }
  /// True while there is something to pause.
  var canPause: Bool {
    !isOver && !isWatching && onlooker == nil && [.training, .paused, .validating, .testing].contains(state)
  }

  /// True while another program trains and only its checkpoints are measured.
  var isWatching: Bool { description?.watches != nil }
  /// True for what only a training of our own can do.
  func refusal(of command: Command) -> Refusal? {
    if let onlooker { return onlooker.refusal }
    guard isWatching else { return nil }
    return switch command {
    case .stop, .acknowledge, .takeOver, .resume: nil
    case .pause, .step, .run, .note, .set, .recalibrate, .attack, .cancelAttack, .examine, .checkpoint, .saveTo,
      .finish:
      .onlyWatching
    }
  }

  /// True while there is an alarm that nobody has acknowledged.
  var canAcknowledge: Bool { !isOver && onlooker == nil && [.alarm, .confirmed].contains(gap) }
  /// True while an attack on frozen weights is running.
  var isAttacking: Bool { attack?.phase == .running }
  /// True while the engine can attack a copy of the weights.
  var canAttack: Bool {
    !isOver && !isWatching && onlooker == nil && description != nil && step > 0 && state != .testing
  }

  /// The state in one word; a wish shows at once, before it is confirmed.
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
    case .waiting: "◌"
    case .validating, .measuring: "◐"
    case .testing: "◑"
    case .finished: "✓"
    case .stopped: "■"
    case .failed: "✗"
    }
  }

  /// The fraction of the steps that are done, in [0, 1]; 0 when the number of steps is unknown.
  var progress: Double {
    guard let steps = description?.steps, steps > 0 else { return 0 }
    return min(1, Double(step) / Double(steps))
  }

  /// Seconds until the last step at the present pace, validations included; nil before the first step and after the
  /// last.
  var secondsLeft: Double? {
    guard let steps = description?.steps, !isOver, step < steps else { return nil }
    return pace.secondsLeft(after: step, of: steps)
  }

  /// How fast training goes, `1 280 img/s`; nil before the first step and after the end.
  var speed: String? { isOver ? nil : pace.speed }
}
