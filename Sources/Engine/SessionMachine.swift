import Events

/// What a training session does next, decided from what has happened to it. Pure: no clock, no thread, no randomness.
///
/// One step is: train, and validate when it is due. Commands that come during a step take effect at its end, except
/// `pause`, which holds the work at its next poll, and `stop`, which gives it up. A knob changed during step n is
/// journalled as of step n and used from step n + 1 on; measurements use the settings of the last step run, so that
/// settings, seed and journal determine every number.
public struct SessionMachine: Sendable {
  /// The settings the next step will run with.
  public private(set) var settings: Settings
  /// Steps done.
  public private(set) var step = 0
  /// The state told last.
  public private(set) var state: SessionState?

  private enum Activity: Hashable {
    case idle, preparing, stepping, validating, waiting, testing, ended
    case saving(CheckpointKind)
  }

  private enum Ending: Hashable {
    case finish, stop
    case failure(String)
  }

  private var activity = Activity.idle
  private var ending: Ending?
  private var isPaused = false
  private var pauseAfterStep: Int?
  private var description: SessionDescription?
  /// The settings of the last step run.
  private var measuredSettings: Settings
  private var best = BestSum()
  private var validatedStep: Int?
  private var savedStep: Int?
  private var savedBestStep: Int?
  private var results: [Probe] = []

  /// A session that has not begun.
  public init(settings: Settings) {
    self.settings = settings
    measuredSettings = settings
  }

  /// What the work under way is to do now.
  public var pollAnswer: PollAnswer { isLeaving ? .giveUp : isPaused ? .hold : .goOn }

  /// Takes note of what happened and says what to do. Results of work that was not asked for are ignored.
  public mutating func handle(_ input: SessionInput) -> [SessionAction] {
    switch (input, activity) {
    case (.command(let command), _): return obey(command)
    case (.begin, .idle):
      return enter(.preparing) + [.prepare]
    case (.prepared(let description), .preparing):
      self.description = description
      return [.emit(.started(description))] + proceed()
    case (.stepDone(let sample), .stepping):
      step += 1
      return [.emit(.sample(sample))] + proceed()
    case (.measured(let probe), .validating):
      validatedStep = step
      let improvement = best.improves(with: probe, atStep: step) ? [SessionAction.keepAsBest(step: step)] : []
      return [.emit(.probe(probe))] + improvement + proceed()
    case (.measured(let probe), .testing):
      results.append(probe)
      return [.emit(.probe(probe))] + proceed()
    case (.saved(let note), .saving(let kind)):
      remember(written: kind)
      return (note.map { [.emit(.checkpoint($0))] } ?? []) + proceed()
    case (.interrupted, .stepping), (.interrupted, .validating), (.interrupted, .testing):
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
      return change(name, to: value, cause: cause) + wait()
    case .acknowledge, .attack, .cancelAttack, .checkpoint:
      return wait()
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

  private mutating func change(_ name: String, to value: KnobValue, cause: Cause) -> [SessionAction] {
    let old = settings.formatted(name), before = settings[name]
    do {
      var changed = settings
      try changed.set(name, to: value)
      guard let knob = Knob.named(name), changed[name] != before else { return [] }
      let new = changed.formatted(name)
      guard knob.isLive else {
        let text = "\(name) is fixed when a run starts; start one with --set \(name)=\(new)"
        return [.emit(.journal(JournalEntry(step: boundary, cause: .engine, text: text)))]
      }
      settings = changed
      let entry = JournalEntry(
        step: boundary, cause: cause, knob: name, old: old, new: new, effect: knob.effect,
        text: "\(knob.symbol) \(old) → \(new)")
      return [.emit(.journal(entry))]
    } catch {
      return [.emit(.journal(JournalEntry(step: boundary, cause: .engine, text: "\(error)")))]
    }
  }

  /// The last step that a change made now cannot reach.
  private var boundary: Int { activity == .stepping ? step + 1 : step }

  private func wait() -> [SessionAction] { activity == .waiting ? [.waitForCommand] : [] }

  // MARK: what comes next

  /// True when the session leaves at once; only what would be lost is still written.
  private var isLeaving: Bool {
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
    if isPaused { return enter(.waiting) + [.waitForCommand] }
    if isValidationDue { return enter(.validating) + [.validate(afterStep: step, measuredSettings)] }
    if let last = pauseAfterStep, step >= last {
      (isPaused, pauseAfterStep) = (true, nil)
      return enter(.waiting) + [.waitForCommand]
    }
    if step >= description?.steps ?? 0 {
      ending = .finish
      return finish()
    }
    measuredSettings = settings
    return enter(.stepping) + [.runStep(step + 1, settings)]
  }

  private var isValidationDue: Bool {
    guard let description, step > 0, validatedStep != step else { return false }
    let every = settings.integer("validation.every")
    return step % max(every == 0 ? description.stepsPerEpoch : every, 1) == 0
  }

  /// A last validation, so that the last weights can be the best; then the checkpoints, so that a long test cannot lose
  /// them; then the tests.
  private mutating func finish() -> [SessionAction] {
    if validatedStep != step { return enter(.validating) + [.validate(afterStep: step, measuredSettings)] }
    if savedStep != step { return enter(.saving(.last)) + [.save(.last, step: step, settings)] }
    if let save = saveBest() { return save }
    let measured: [KeptWeights] = [.last, .best]
    if results.count < measured.count {
      return enter(.testing) + [.test(measured[results.count], afterStep: step, measuredSettings)]
    }
    return conclude(.finished)
  }

  /// Nil when everything worth keeping is kept.
  private mutating func saveTheRest() -> [SessionAction]? {
    if step > 0, savedStep != step { return enter(.saving(.interrupted)) + [.save(.interrupted, step: step, settings)] }
    return saveBest()
  }

  private mutating func saveBest() -> [SessionAction]? {
    guard let bestStep = best.step, savedBestStep != bestStep else { return nil }
    return enter(.saving(.best)) + [.save(.best, step: bestStep, settings)]
  }

  private mutating func remember(written kind: CheckpointKind) {
    if kind == .best { savedBestStep = best.step } else { savedStep = step }
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
    let summary = Summary(
      step: step, outcome: outcome, reason: reason, results: outcome == .finished ? results : [], bestStep: best.step,
      seconds: 0)
    return [.emit(.state(StateChange(step: step, state: outcome, reason: reason))), .end(summary)]
  }

  // MARK: state

  private mutating func enter(_ activity: Activity) -> [SessionAction] {
    self.activity = activity
    return tellState()
  }

  private mutating func tellState() -> [SessionAction] {
    let now: SessionState
    switch activity {
    // Writing is short and has no state of its own.
    case .idle, .saving, .ended: return []
    case .preparing: now = .preparing
    case .waiting: now = .paused
    case .stepping: now = isPaused ? .paused : .training
    case .validating: now = isPaused ? .paused : .validating
    case .testing: now = isPaused ? .paused : .testing
    }
    guard now != state else { return [] }
    state = now
    return [.emit(.state(StateChange(step: step, state: now)))]
  }
}
