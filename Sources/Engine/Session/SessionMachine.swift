import Events
import Recipe

/// What a training session does next, decided from what has happened to it. Pure: no clock, no thread, no randomness.
///
/// A performer calls `begin`, loads data and network, and calls `prepared`. From then on it does what the last `Turn`
/// says, one piece of work at a time, and reports its result, which gives the next turn. Commands may come at any time
/// and are answered by events alone; what they lead to is in the next turn.
///
/// One step is: train, and validate when it is due. What is done to the network itself comes between two steps.
/// Commands that come during a step take effect at its end, except `pause`, which holds the work at its next poll, and
/// `stop`, which aborts it. A setting changed during step n is in the journal as of step n and used from step n + 1 on.
package struct SessionMachine: Sendable {
  /// Steps done.
  package internal(set) var step = 0
  /// The state told last.
  package internal(set) var state: SessionState?

  /// How the session is to end.
  enum Ending: Hashable {
    /// Train no more, measure the test images, write the checkpoints.
    case finish
    /// Write what would be lost, and leave.
    case stop
    case failure(String)
  }

  /// What the performer was asked to do last; nil before data and network are loaded.
  package internal(set) var now: Next?
  var ending: Ending?
  var description: SessionDescription?
  var validatedStep: Int?
  /// The rows of the final table so far.
  var results: [Probe] = []

  var settingsInForce: SettingsInForce
  var pausing = Pausing()
  var operations = NetworkOperations()
  var checkpoints: Checkpoints
  var watch = SentinelWatch()
  /// What was told about the gap.
  var gap = GapRecord()
  var attack = CopyAttack()
  /// The image that somebody wants to look at; of several, the one asked for last.
  var image: ImageRequest?
  var tour: RemainingTour
  /// What was done to the session, from the start of this program on.
  var changes = InterventionRecord()
  /// What changes by itself when a measurement passes a limit.
  var policy: PolicyWatch
  /// What is done again, because the session was killed after it.
  var redo: [Intervention] = []
  /// Events told so far, of all sessions of the run.
  package internal(set) var told = 0
  /// Recalibrations that somebody asked for and that are not begun. Nothing was told of them yet, but a kill must not
  /// lose them: the record takes them from here.
  private(set) var accepted: [Intervention] = []
  /// Changes that were asked for while the network is operated on: they come after it.
  var deferred: [Command] = []
  /// How it was before the changes since the last step; nil without changes.
  var mark: Mark?
  /// Checkpoints cannot be written while training goes on, and that was said.
  var isInTrouble = false
  /// The weights at the end cannot be written; it is tried again.
  package internal(set) var isBlocked = false
  /// The step this session went on from; nil when it started at the beginning.
  var resumedAt: Int?
  /// The name of that checkpoint.
  var resumedFrom: String?

  /// Somebody watches and can resume: the session pauses at the captions of its tour and where training diverges.
  let isAttended: Bool

  /// A session that has not started.
  package init(
    settings: Settings, tour: [TourStop] = [], policy: [PolicyRule] = [], isAttended: Bool = false
  ) {
    self.isAttended = isAttended
    self.policy = PolicyWatch(policy)
    settingsInForce = SettingsInForce(settings)
    checkpoints = Checkpoints(settings[.validationBest])
    self.tour = RemainingTour(tour)
  }

  /// The settings of the next step.
  package var settings: Settings { settingsInForce.next }

  /// What running work does now. A paused step does not keep an operation waiting: it is aborted and runs again
  /// afterwards. Operations are done in a pause too.
  package var pollAnswer: PollAnswer {
    if isLeaving { return .abort }
    guard pausing.isPaused, case .work(let work) = now else { return .goOn }
    switch work {
    case .operate, .examine: return .goOn
    case .runStep, .validate, .checkQuickly, .checkDeeply, .findCauses:
      return isHeldUp || image != nil ? .abort : .hold
    case .test, .keepAsBest, .save, .freeze: return .hold
    }
  }

  /// True while the attack on the copy is to end as soon as possible.
  package var isCancelingAttack: Bool { attack.isCanceling }

  /// Notes that a recalibration was accepted.
  mutating func accept(_ intervention: Intervention) { accepted.append(intervention) }

  /// What was accepted since the last time.
  package mutating func takeAccepted() -> [Intervention] {
    defer { accepted = [] }
    return accepted
  }

  // MARK: the start

  /// The session starts; nothing where it has started.
  package mutating func begin() -> [Event] { now == nil ? tell(.preparing) : [] }

  /// Data and network are loaded.
  package mutating func prepared(_ loaded: SessionDescription) -> Turn {
    guard now == nil else { return outOfOrder("'prepared'") }
    var loaded = loaded
    if tour.count > 0 {
      (loaded.tourStops, loaded.tourSteps, loaded.tourPanes) = (tour.count, tour.steps, tour.panes)
    }
    if let resumedAt {
      loaded.resumedAt = resumedAt
      loaded.settings = settings
      loaded.steps = settings.totalSteps(stepsPerEpoch: loaded.stepsPerEpoch)
    }
    description = loaded
    let unreachable = tour.unreachable(in: loaded.steps)
    let late = unreachable.isEmpty ? [] : journal(.stopsNotReached(unreachable, steps: loaded.steps))
    let resumed = resumedFrom.map { journal(.resumed(file: $0), cause: .you) } ?? []
    return [.started(loaded)] + resumed + late + followTour() + proceed()
  }

  /// Data or network cannot be loaded, for this one-line reason: the session ends.
  package mutating func couldNotPrepare(_ reason: String) -> (events: [Event], summary: Summary) {
    conclude(.failed, reason)
  }

  // MARK: what was done

  /// Takes in the result of the work that was asked for. A result of any other work is the performer's fault, and the
  /// session fails.
  package mutating func handle(_ result: WorkResult) -> Turn {
    guard case .work(let work) = now else { return outOfOrder("'\(result.name)'") }
    switch (work, result) {
    case (.runStep(_, let used), .stepDone(let sample)): return stepDone(sample, used)
    case (.validate, .measured(let probe)): return validated(probe)
    case (.keepAsBest, .keptAsBest): return proceed()
    case (.test, .measured(let probe)):
      results.append(probe)
      return [.probe(probe)] + proceed()
    case (.save(let kind, let saved, _), .saved(let note)):
      wrote(kind, step: saved)
      return (note.map { [.checkpoint($0)] } ?? []) + proceed()
    case (.operate(_, _, let used), .operated(let report)):
      settingsInForce.build(from: used)
      return [.surgery(report)] + journal(.operated(report)) + obeyDeferred() + followTour() + proceed()
    case (.checkQuickly, .checkedQuickly(let check)):
      let told = noted(watch.take(check, settings, isLast: step >= totalSteps))
      return told + followPolicy(check.probe.policyQuantities) + proceed()
    case (.checkDeeply, .checkedDeeply(let check)):
      return noted(watch.take(check, settings)) + followPolicy([.deepGap: check.reading.gap]) + proceed()
    case (.findCauses, .foundCauses(let found)): return noted(watch.take(found)) + proceed()
    case (.freeze, .frozen):
      attack.didStart()
      return proceed()
    case (.examine, .examined(let report)): return [.image(report)] + proceed()
    case (_, .interrupted) where work.isInterruptible: return interrupted(work)
    case (.runStep, .diverged(let event, let reason)): return diverged(event, reason)
    case (_, .failed(let reason)): return failed(work, reason)
    case (.checkQuickly, .lost(let reason)), (.checkDeeply, .lost(let reason)), (.findCauses, .lost(let reason)):
      // The session that goes on makes the check first.
      if let check = work.check { watch.putBack(check) }
      return fail(reason)
    default: return outOfOrder("'\(result.name)'")
    }
  }

  /// Keeps what is told about the gap.
  mutating func noted(_ events: [Event]) -> [Event] {
    for event in events {
      gap.take(event)
      checkpoints.best.take(event)
    }
    return events
  }

  private mutating func stepDone(_ sample: Sample, _ used: Settings) -> Turn {
    step += 1
    watch.train(used, images: sample.images)
    let isComparable = settingsInForce.ran(used)
    // Accuracies under different attacks cannot be compared.
    let reset = isComparable ? nil : checkpoints.best.reset()
    return [.sample(sample)] + (reset.map { journal(.bestReset(step: $0)) } ?? []) + followTour() + proceed()
  }

  private mutating func validated(_ probe: Probe) -> Turn {
    validatedStep = step
    let measured = settingsInForce.ofNetwork(settingsInForce.measured)
    let isBest = checkpoints.best.improves(with: probe, atStep: step, measured)
    return [.probe(probe)] + (isBest ? start(.keepAsBest(step: step)) : proceed())
  }

  private mutating func wrote(_ kind: CheckpointKind, step: Int) {
    isBlocked = false
    checkpoints.didWrite(kind, step: step)
    if kind == .alarm { keptAlarm() }
    if kind == .before { mark = nil }
  }

  /// The weights of the alarm are kept, or cannot be; the preset may want a pause there.
  private mutating func keptAlarm() {
    watch.keptWeights()
    if settings[.sentinelPause] { pausing.pause() }
  }

  private mutating func interrupted(_ work: Work) -> Turn {
    switch work {
    case .checkQuickly, .checkDeeply, .findCauses:
      // A look at an image leaves the weights as they are: the check is made after it.
      if isLeaving || !isHeldUp, let check = work.check { watch.putBack(check) } else { watch.forgetChecks() }
      return proceed()
    case .runStep(let number, _) where !isLeaving && (isHeldUp || image != nil):
      // Not finished before the operation: random numbers are functions of the step, so it runs again on the new
      // network.
      return journal(.stepAborted(number)) + proceed()
    case .validate where !isLeaving && (isHeldUp || image != nil): return proceed()
    case .examine where !isLeaving: return proceed()
    case .operate(let operation, _, _):
      // The session that goes on does it.
      operations.putBack(operation)
      if !isLeaving { ending = .stop }
      return obeyDeferred() + proceed()
    case .runStep, .validate, .test, .keepAsBest, .save, .freeze, .examine:
      if !isLeaving { ending = .stop }
      return proceed()
    }
  }

  /// The step changed nothing: a person can change something and retry it.
  private mutating func diverged(_ event: String, _ reason: String) -> Turn {
    guard isAttended, ending == nil else { return fail(reason) }
    pausing.pause()
    return journal(.failed(.step, event)) + proceed()
  }

  private mutating func failed(_ work: Work, _ reason: String) -> Turn {
    // The session does not depend on these.
    switch work {
    case .checkQuickly, .checkDeeply, .findCauses:
      watch.forgetChecks()
      return journal(.failed(.check, reason)) + proceed()
    case .freeze:
      attack.didEnd()
      return journal(.failed(.attack, reason)) + proceed()
    case .examine: return journal(.failed(.image, reason)) + proceed()
    case .save(let kind, let saved, _) where [.alarm, .kept, .auto, .before].contains(kind):
      wrote(kind, step: saved)
      return journal(.failed(.checkpoint, reason)) + proceed()
    case .operate(let operation, _, _):
      return journal(.failed(.operation, reason)) + withdraw(operation) + obeyDeferred() + followTour() + proceed()
    case .save where ending == .finish: return block(reason)
    case .runStep, .validate, .keepAsBest, .test, .save: return fail(reason)
    }
  }

  /// The session continues as it was; settings that say otherwise go back.
  private mutating func withdraw(_ operation: NetworkOperation) -> [Event] {
    guard operation == .convert else { return [] }
    return settingsInForce.withdrawConversion().flatMap { journal(.changed($0)) }
  }
}
