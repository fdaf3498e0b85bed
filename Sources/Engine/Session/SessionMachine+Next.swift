import Events

/// What comes next.
extension SessionMachine {
  /// Something arrived while the session waited.
  package mutating func wake() -> Turn {
    guard case .wait = now else { return outOfOrder("'wake'") }
    return proceed()
  }

  /// True when the session leaves at once; only what would be lost is still written.
  package var isLeaving: Bool {
    switch ending {
    case .stop, .failure: true
    case .finish, nil: false
    }
  }

  /// True when nothing can be asked of the session any more.
  var isOver: Bool { if case .end = now { true } else { false } }

  /// Steps of the whole run, as the settings have it now.
  var totalSteps: Int {
    description.map {
      settings[.steps] == $0.settings[.steps] ? $0.steps : settings.totalSteps(stepsPerEpoch: $0.stepsPerEpoch)
    }
      ?? 0
  }

  /// True when something is to be done between two steps that does not wait for the end of a pause.
  var isHeldUp: Bool { !operations.isEmpty || attack.isWanted || checkpoints.isAskedFor }

  /// Nothing is under way: what to do now.
  mutating func proceed() -> Turn {
    switch ending {
    case .finish: return finish()
    case .stop: return saveTheRest() ?? end(.stopped)
    case .failure(let reason): return saveTheRest() ?? end(.failed, reason)
    case nil: return train()
    }
  }

  /// Starts a piece of work.
  mutating func start(_ work: Work) -> Turn {
    now = .work(work)
    return Turn(events: tellState(), next: .work(work))
  }

  /// The weights at the end cannot be written for this reason: a whole training must not be lost for want of space.
  /// Waits and tries again; said once.
  mutating func block(_ reason: String) -> Turn {
    let isNews = !isBlocked
    isBlocked = true
    now = .wait
    guard isNews else { return Turn(events: [], next: .wait) }
    state = .paused
    return Turn(
      events: journal(.failed(.ending, reason)) + [.state(StateChange(step: step, state: .paused, reason: reason))],
      next: .wait)
  }

  private mutating func wait() -> Turn {
    now = .wait
    return Turn(events: tellState(), next: .wait)
  }

  // MARK: training

  private mutating func train() -> Turn {
    // In a pause an image is looked at before anything is decided; otherwise it does not hold up what belongs to the
    // step.
    if pausing.isPaused, let look = look() { return look }
    // What is done to the network in a pause comes after the choice of the best weights.
    if pausing.isPaused { return (isHeldUp ? chooseBest() : nil) ?? serve() ?? wait() }
    if isValidationDue { return start(.validate(afterStep: step, settingsInForce.measured)) }
    if let check = check() { return check }
    if let choice = chooseBest() { return choice }
    // A pause at an alarm starts here.
    if pausing.isPaused { return train() }
    if let service = serve() ?? look() { return service }
    if pausing.reach(step: step) { return wait() }
    if step >= totalSteps {
      ending = .finish
      return finish()
    }
    return start(.runStep(step + 1, settings))
  }

  /// The weights that were validated last become the best, if they wait for that and are.
  private mutating func chooseBest() -> Turn? { checkpoints.best.decide().map { start(.keepAsBest(step: $0)) } }

  private var isValidationDue: Bool {
    guard let description, step > 0, validatedStep != step else { return false }
    let every = settings[.validationEvery]
    return step % max(every == 0 ? description.stepsPerEpoch : every, 1) == 0
  }

  /// The sentinel's next check of the current weights; then, after an alarm, a checkpoint that is kept.
  private mutating func check() -> Turn? {
    guard step > 0 else { return nil }
    let measured = settingsInForce.measured
    switch watch.next(afterStep: step, stepsLeft: totalSteps - step, measured) {
    case .quick: return start(.checkQuickly(afterStep: step, measured, watch.quickLimits(isLast: step >= totalSteps)))
    case .deep: return start(.checkDeeply(afterStep: step, measured, watch.deepLimits))
    case .causes: return start(.findCauses(afterStep: step, measured))
    case nil: return watch.mustKeepWeights ? start(.save(.alarm, step: step, settingsInForce.written)) : nil
    }
  }

  /// What was asked for between two steps.
  private mutating func serve() -> Turn? {
    if let mark, writesCheckpoints {
      return start(.save(.before, step: step, settingsInForce.ofNetwork(mark.settings.next)))
    }
    if let turn = operate() { return turn }
    if let scope = attack.start() { return start(.freeze(scope, afterStep: step, settingsInForce.measured)) }
    if checkpoints.takeRequest() { return start(.save(.kept, step: step, settingsInForce.written)) }
    return isAutoDue ? start(.save(.auto, step: step, settingsInForce.written)) : nil
  }

  /// The image that somebody wants to see.
  private mutating func look() -> Turn? {
    guard let request = image else { return nil }
    image = nil
    return start(.examine(request, afterStep: step, settingsInForce.measured))
  }

  /// At the start, at the end of an epoch, and when the performer says that enough time has passed; not twice at one
  /// step, nor where the run ends anyway.
  private var isAutoDue: Bool {
    guard let description, writesCheckpoints, step > resumedAt ?? -1, step < totalSteps, checkpoints.autoStep != step
    else {
      return false
    }
    return checkpoints.isAutoDue || step % max(1, description.stepsPerEpoch) == 0
  }

  private var writesCheckpoints: Bool { description.map { !$0.folder.isEmpty } ?? false }

  /// Enough time has passed since the last checkpoint.
  package mutating func autoIsDue() { checkpoints.isAutoDue = true }

  private mutating func operate() -> Turn? {
    guard let operation = operations.next(needsConversion: settingsInForce.needsConversion) else { return nil }
    // A recalibration is of the network as it is; a conversion that waits comes after it.
    let used = operation == .convert ? settings : settingsInForce.ofNetwork(settings)
    return start(.operate(operation, afterStep: step, used))
  }

  // MARK: the end

  /// A last validation, so that the last weights can be the best; then the checkpoints, so that a long test cannot lose
  /// them; then the tests.
  private mutating func finish() -> Turn {
    if let choice = chooseBest() { return choice }
    if let operation = operate() { return operation }
    if validatedStep != step { return start(.validate(afterStep: step, settingsInForce.measured)) }
    if checkpoints.lacksStep(step) { return start(.save(.last, step: step, settingsInForce.written)) }
    if let save = saveBest() { return save }
    if results.count < KeptWeights.allCases.count {
      return start(.test(KeptWeights.allCases[results.count], afterStep: step, settingsInForce.measured))
    }
    return end(.finished)
  }

  /// Nil when everything worth keeping is kept.
  private mutating func saveTheRest() -> Turn? {
    if let choice = chooseBest() { return choice }
    if step > 0, checkpoints.lacksStep(step) { return start(.save(.interrupted, step: step, settingsInForce.written)) }
    return saveBest()
  }

  private mutating func saveBest() -> Turn? {
    guard let best = checkpoints.unwrittenBest else { return nil }
    return start(.save(.best, step: best.step, best.settings))
  }

  /// The session cannot continue, for this one-line reason; what would be lost is still written.
  mutating func fail(_ reason: String) -> Turn {
    // What cannot be written on the way out is not tried twice.
    if case .work(.save(let kind, let saved, _)) = now, isLeaving { checkpoints.didWrite(kind, step: saved) }
    guard case .failure = ending else {
      ending = .failure(reason)
      return proceed()
    }
    return journal(.failed(.checkpoint, reason)) + proceed()
  }

  /// The performer reported something else than the result of what it was asked for: a fault of this program.
  mutating func outOfOrder(_ what: String) -> Turn {
    if case .end(let summary) = now { return Turn(events: [], next: .end(summary)) }
    return fail("internal error: \(what) came out of order; please report this")
  }

  private mutating func end(_ outcome: SessionState, _ reason: String = "") -> Turn {
    let (events, summary) = conclude(outcome, reason)
    return Turn(events: events, next: .end(summary))
  }

  mutating func conclude(_ outcome: SessionState, _ reason: String) -> (events: [Event], summary: Summary) {
    attack.leave()
    state = outcome
    let summary = Summary(
      step: step, outcome: outcome, reason: reason, results: outcome == .finished ? results : [],
      bestStep: checkpoints.best.measured?.step, seconds: 0, changes: changes.tour, gap: gap,
      best: checkpoints.best.choice)
    now = .end(summary)
    return ([.state(StateChange(step: step, state: outcome, reason: reason))], summary)
  }
}

extension WorkResult {
  /// Which result, for the error message of one that is out of order.
  var name: String { String("\(self)".prefix { $0 != "(" }) }
}
