import Events
import Recipe

/// What a training session does next, decided from what has happened to it. Pure: no clock, no thread, no randomness.
///
/// One step is: train, and validate when it is due. What is done to the network itself, norm surgery, comes between two
/// steps (`SessionMachine+Changes.swift`). Commands that come during a step take effect at its end, except
/// `pause`, which holds the work at its next poll, and `stop`, which gives it up. A knob changed during step n is
/// journalled as of step n and used from step n + 1 on; measurements use the settings of the last step run, so that
/// settings, seed and journal determine every number.
package struct SessionMachine: Sendable {
  /// The settings the next step will run with.
  package internal(set) var settings: Settings
  /// Steps done.
  package private(set) var step = 0
  /// The state told last.
  package private(set) var state: SessionState?

  enum Activity: Hashable {
    case idle, preparing, stepping, validating, waiting, testing, freezing, ended
    case looking(SentinelWatch.Look)
    case saving(CheckpointKind)
    case operating(NetworkOperation)
  }

  enum Ending: Hashable {
    case finish, stop
    case failure(String)
  }

  var activity = Activity.idle
  var ending: Ending?
  var isPaused = false
  private var pauseAfterStep: Int?
  private var description: SessionDescription?
  /// The settings of the step under way, or of the last one.
  var stepSettings: Settings
  /// The settings of the last step run.
  private(set) var measuredSettings: Settings
  /// Operations to be done before the next step, in the order of asking.
  var operations: [NetworkOperation] = []
  /// The settings that the network's norms were made from.
  var operatedSettings: Settings
  /// Those of the operation under way.
  var operatingSettings: Settings
  private var best: BestWeights
  /// The settings that the best weights were trained with.
  private var bestSettings: Settings
  /// What the sentinel does and has seen.
  var watch = SentinelWatch()
  /// An attack on a frozen copy that was asked for, and whether one runs.
  var wantedAttack: AttackScope?
  var isAttackRunning = false
  /// Somebody asked to keep the weights.
  private var wantsCheckpoint = false
  /// What is left of the tour.
  var tour: [TourStop]
  /// The changes of settings so far.
  var changes: [TourStop] = []
  private var validatedStep: Int?
  private var savedStep: Int?
  private var savedBestStep: Int?
  private var results: [Probe] = []

  /// A session that has not begun.
  package init(settings: Settings, tour: [TourStop] = []) {
    self.settings = settings
    self.tour = tour
    stepSettings = settings
    measuredSettings = settings
    operatedSettings = settings
    operatingSettings = settings
    bestSettings = settings
    best = BestWeights(settings[.validationBest])
  }

  /// What the work under way is to do now. A paused step does not keep an operation waiting: it is given up and run anew
  /// afterwards. Operations are done in a pause too.
  package var pollAnswer: PollAnswer {
    if isLeaving { return .giveUp }
    guard isPaused else { return .goOn }
    switch activity {
    case .operating: return .goOn
    case .stepping, .validating, .looking: return isHeldUp ? .giveUp : .hold
    default: return .hold
    }
  }

  /// Takes note of what happened and says what to do. Results of work that was not asked for are ignored.
  package mutating func handle(_ input: SessionInput) -> [SessionAction] {
    switch (input, activity) {
    case (.command(let command), _): return obey(command)
    case (.begin, .idle):
      return enter(.preparing) + [.prepare]
    case (.prepared(let description), .preparing):
      var description = description
      if !tour.isEmpty { description.tourStops = tour.count }
      self.description = description
      return [.emit(.started(description))] + noteLateStops(in: description.steps) + followTour() + proceed()
    case (.stepDone(let sample), .stepping):
      step += 1
      activity = .idle
      watch.train(stepSettings, images: sample.images)
      return [.emit(.sample(sample))] + measureLikeLastStep() + followTour() + proceed()
    case (.looked(let look), .looking(.quick)): return took(look) + proceed()
    case (.lookedDeeper(let look), .looking(.deep)): return took(look) + proceed()
    case (.foundCauses(let found), .looking(.causes)): return took(found) + proceed()
    case (.failed(let reason), .looking): return couldNotLook(reason) + proceed()
    case (.frozen, .freezing):
      isAttackRunning = true
      return proceed()
    case (.failed(let reason), .freezing): return note("no attack: \(reason)", step: step) + proceed()
    case (.heard(let report), _): return activity == .ended ? [] : heard(report) + wait()
    case (.measured(let probe), .validating):
      validatedStep = step
      return [.emit(.probe(probe))] + keepIfBest(probe) + proceed()
    case (.measured(let probe), .testing):
      results.append(probe)
      return [.emit(.probe(probe))] + proceed()
    case (.saved(let note), .saving(let kind)):
      remember(written: kind)
      return (note.map { [.emit(.checkpoint($0))] } ?? []) + proceed()
    case (.failed(let reason), .saving(.alarm)), (.failed(let reason), .saving(.kept)):
      // The session does not depend on these.
      if activity == .saving(.alarm) { keptAlarm() }
      return note(reason, step: step) + proceed()
    case (.operated(let report), .operating(let operation)):
      return took(report, of: operation) + proceed()
    case (.failed(let reason), .operating(let operation)):
      return couldNot(operation, reason) + proceed()
    case (.interrupted, .stepping) where !isLeaving && isHeldUp:
      return giveUpStep() + proceed()
    case (.interrupted, .validating) where !isLeaving && isHeldUp: return proceed()
    case (.interrupted, .looking):
      watch.forgetLooks()
      return proceed()
    case (.interrupted, .stepping), (.interrupted, .validating), (.interrupted, .testing), (.interrupted, .operating):
      if !isLeaving { ending = .stop }
      return proceed()
    case (.failed(let reason), let activity) where activity != .idle && activity != .waiting && activity != .ended:
      return fail(reason)
    default: return []
    }
  }

  // MARK: commands

  private mutating func obey(_ command: Command) -> [SessionAction] {
    guard !isLeaving, activity != .ended else { return [] }
    switch command {
    case .pause:
      isPaused = true
      pauseAfterStep = nil
    case .resume:
      isPaused = false
      pauseAfterStep = nil
    case .step:
      isPaused = false
      // A validation belongs to the step before it: finishing it is what is left of that step.
      pauseAfterStep = activity == .validating ? step : step + 1
    case .set(let name, let value, let cause):
      return change(name, to: value, cause: cause) + operateOrWait()
    case .recalibrate(let batches):
      return ask(for: .recalibrate(batches: batches)) + operateOrWait()
    case .acknowledge: return acknowledge() + wait()
    case .attack(let scope): return ask(forAttack: scope) + operateOrWait()
    case .cancelAttack: return cancelAttack() + wait()
    case .checkpoint:
      wantsCheckpoint = true
      return operateOrWait()
    case .takeOver: return takeOver() + wait()
    case .finish:
      isPaused = false
      return end(by: .finish)
    case .stop:
      return end(by: .stop)
    }
    return activity == .waiting && !isPaused ? proceed() : tellState() + wait()
  }

  /// Ends now when nothing is under way, otherwise as soon as that is over.
  private mutating func end(by way: Ending) -> [SessionAction] {
    let isNews = ending == nil
    ending = way
    var actions: [SessionAction] = []
    if way == .finish, isNews, let total = description?.steps, boundary < total {
      let text = "finish after step \(boundary) of \(total)"
      actions.append(.emit(.journal(JournalEntry(step: boundary, cause: .you, text: text))))
    }
    return actions + (activity == .waiting ? proceed() : tellState())
  }

  /// The last step that a change made now cannot reach.
  var boundary: Int { activity == .stepping ? step + 1 : step }

  private func wait() -> [SessionAction] { activity == .waiting ? [.waitForCommand] : [] }

  /// In a pause between steps operations are done at once.
  private mutating func operateOrWait() -> [SessionAction] {
    activity == .waiting && isHeldUp ? proceed() : wait()
  }

  /// True when something is to be done between two steps that does not wait for the end of a pause.
  private var isHeldUp: Bool { !operations.isEmpty || wantedAttack != nil || wantsCheckpoint }

  /// What was asked for between two steps.
  private mutating func serve() -> [SessionAction]? {
    if let action = operate() ?? freeze() { return action }
    guard wantsCheckpoint else { return nil }
    wantsCheckpoint = false
    return enter(.saving(.kept)) + [.save(.kept, step: step, writtenSettings)]
  }

  // MARK: what comes next

  /// True when the session leaves at once; only what would be lost is still written.
  var isLeaving: Bool {
    switch ending {
    case .stop, .failure: true
    case .finish, nil: false
    }
  }

  private mutating func proceed() -> [SessionAction] {
    switch ending {
    case .finish: return finish()
    case .stop: return saveTheRest() ?? conclude(.stopped)
    case .failure(let reason): return saveTheRest() ?? conclude(.failed, reason)
    case nil: return train()
    }
  }

  private mutating func train() -> [SessionAction] {
    if isPaused { return serve() ?? enter(.waiting) + [.waitForCommand] }
    if isValidationDue { return enter(.validating) + [.validate(afterStep: step, measuredSettings)] }
    if let look = look() { return look }
    // A pause at an alarm begins here.
    if isPaused { return train() }
    if let service = serve() { return service }
    if let last = pauseAfterStep, step >= last {
      (isPaused, pauseAfterStep) = (true, nil)
      return enter(.waiting) + [.waitForCommand]
    }
    if step >= description?.steps ?? 0 {
      ending = .finish
      return finish()
    }
    stepSettings = settings
    return enter(.stepping) + [.runStep(step + 1, settings)]
  }

  /// Measurements use the settings of the last step. Where those have another attack than the step before, the best
  /// weights are chosen anew: accuracies under different attacks cannot be compared.
  private mutating func measureLikeLastStep() -> [SessionAction] {
    let isComparable = measuredSettings.measuresLike(stepSettings)
    measuredSettings = stepSettings
    guard !isComparable, let last = best.step, !best.startsAnew else { return [] }
    best.startAnew()
    let text = "best weights are chosen anew: those of step \(last) were measured under another attack"
    return [.emit(.journal(JournalEntry(step: step, cause: .engine, text: text)))]
  }

  private mutating func keepIfBest(_ probe: Probe) -> [SessionAction] {
    guard best.improves(with: probe, atStep: step) else { return [] }
    bestSettings = withNorms(ofNetwork: measuredSettings)
    return [.keepAsBest(step: step)]
  }

  private var isValidationDue: Bool {
    guard let description, step > 0, validatedStep != step else { return false }
    let every = settings[.validationEvery]
    return step % max(every == 0 ? description.stepsPerEpoch : every, 1) == 0
  }

  /// A last validation, so that the last weights can be the best; then the checkpoints, so that a long test cannot lose
  /// them; then the tests.
  private mutating func finish() -> [SessionAction] {
    if let operation = operate() { return operation }
    if validatedStep != step { return enter(.validating) + [.validate(afterStep: step, measuredSettings)] }
    if savedStep != step { return enter(.saving(.last)) + [.save(.last, step: step, writtenSettings)] }
    if let save = saveBest() { return save }
    let measured: [KeptWeights] = [.last, .best]
    if results.count < measured.count {
      return enter(.testing) + [.test(measured[results.count], afterStep: step, measuredSettings)]
    }
    return conclude(.finished)
  }

  /// Nil when everything worth keeping is kept.
  private mutating func saveTheRest() -> [SessionAction]? {
    if step > 0, savedStep != step {
      return enter(.saving(.interrupted)) + [.save(.interrupted, step: step, writtenSettings)]
    }
    return saveBest()
  }

  private mutating func saveBest() -> [SessionAction]? {
    guard let bestStep = best.step, savedBestStep != bestStep else { return nil }
    return enter(.saving(.best)) + [.save(.best, step: bestStep, bestSettings)]
  }

  /// What a checkpoint of the current weights says: an operation that was not done any more is not in it.
  var writtenSettings: Settings { withNorms(ofNetwork: settings) }

  private mutating func remember(written kind: CheckpointKind) {
    switch kind {
    case .best: savedBestStep = best.step
    case .last, .interrupted: savedStep = step
    case .alarm: keptAlarm()
    case .kept: break
    }
  }

  private mutating func fail(_ reason: String) -> [SessionAction] {
    // What cannot be written on the way out is not tried twice.
    if case .saving(let kind) = activity, isLeaving { remember(written: kind) }
    guard case .failure = ending else {
      ending = .failure(reason)
      return proceed()
    }
    return [.emit(.journal(JournalEntry(step: step, cause: .engine, text: reason)))] + proceed()
  }

  private mutating func conclude(_ outcome: SessionState, _ reason: String = "") -> [SessionAction] {
    activity = .ended
    state = outcome
    // A norm that was changed and changed back in a pause stands before what a step under way had to wait for.
    let inOrder = changes.enumerated().sorted { ($0.element.step, $0.offset) < ($1.element.step, $1.offset) }
    let summary = Summary(
      step: step, outcome: outcome, reason: reason, results: outcome == .finished ? results : [], bestStep: best.step,
      seconds: 0, changes: inOrder.map(\.element))
    let attack: [SessionAction] = isAttackRunning ? [.cancelAttack] : []
    return attack + [.emit(.state(StateChange(step: step, state: outcome, reason: reason))), .end(summary)]
  }

  // MARK: state

  mutating func enter(_ activity: Activity) -> [SessionAction] {
    self.activity = activity
    return tellState()
  }

  private mutating func tellState() -> [SessionAction] {
    let now: SessionState
    switch activity {
    // Writing is short and has no state of its own.
    case .idle, .saving, .operating, .freezing, .ended: return []
    case .preparing: now = .preparing
    case .waiting: now = .paused
    case .stepping: now = isPaused ? .paused : .training
    case .validating, .looking: now = isPaused ? .paused : .validating
    case .testing: now = isPaused ? .paused : .testing
    }
    guard now != state else { return [] }
    state = now
    return [.emit(.state(StateChange(step: step, state: now)))]
  }
}
