import Events
import Recipe
import Spelling

/// What people, tours and the attack's thread tell a session. Answered by events alone, at any time.
extension SessionMachine {
  /// Obeys a command. A session that is leaving obeys none.
  package mutating func handle(_ command: Command) -> [Event] {
    guard !isLeaving, !isOver else { return [] }
    switch command {
    case .pause:
      pausing.pause()
      return tellState()
    case .resume:
      pausing.resume()
      return tellState()
    case .step where pausing.runOneMore(): return tellState()
    case .step:
      // A validation belongs to the step before it: finishing it is what is left of that step.
      if case .work(.validate) = now { pausing.run(toEndOf: step) } else { pausing.run(toEndOf: step + 1) }
      return tellState()
    case .run(let count):
      pausing.run(toEndOf: step + max(1, count))
      return tellState()
    case .note(let text): return journal(.remark(oneLine(text)), step: boundary, cause: .you)
    case .set where isOperating, .recalibrate where isOperating:
      deferred.append(command)
      return []
    case .set(let name, let value, let cause): return change(name, to: value, cause: cause)
    case .recalibrate(let batches): return recalibrate(batches, isAsked: true)
    case .acknowledge:
      let events = noted(watch.acknowledge(step: step))
      return events.isEmpty ? journal(.refused(.noAlarm)) : events
    case .attack(let scope):
      if ending != nil { return journal(.refused(.tooLate)) }
      return attack.ask(for: scope).map { journal(.refused($0)) } ?? []
    case .cancelAttack: return attack.cancel().map { journal($0) } ?? []
    case .examine(let request):
      if ending != nil { return journal(.refused(.tooLate)) }
      image = request
      return []
    case .checkpoint:
      checkpoints.ask()
      return []
    case .saveTo(let folder): return savesTo(folder)
    case .takeOver: return tour.end() ? journal(.tourEnded, cause: .you) : []
    case .finish: return finishEarly()
    case .stop:
      ending = .stop
      return tellState()
    }
  }

  /// Takes in what the thread of the attack on a copy tells: its progress, and in the end what it found.
  package mutating func handle(_ report: FrozenReport) -> [Event] {
    guard !isOver else { return [] }
    var told = [Event.attackProgress(report.progress)]
    guard report.progress.phase.isEnd else { return told }
    attack.didEnd()
    told += report.warnings.flatMap { journal(.warned($0), step: report.progress.step) }
    return told + (report.reading.map { noted(watch.confirm(with: $0)) } ?? [])
  }

  /// A checkpoint could not be written while training went on.
  /// Said once until one can be written again.
  package mutating func couldNotWrite(_ reason: String) -> [Event] {
    guard !isOver, !isInTrouble else { return [] }
    isInTrouble = true
    return journal(.failed(.checkpoint, reason))
  }

  /// Checkpoints are written to another folder from now on, or it is refused for a reason.
  package mutating func savesTo(_ folder: String, refusal: String? = nil, cause: Cause = .you) -> [Event] {
    guard !isOver else { return [] }
    return journal(refusal.map { .refused(.invalid($0)) } ?? .savesTo(folder: folder), cause: cause)
  }

  /// A checkpoint was written while training went on.
  package mutating func wrote(_ note: CheckpointNote) -> [Event] {
    isInTrouble = false
    return isOver ? [] : [.checkpoint(note)]
  }

  /// The record of the run cannot be written, for this reason; nil when it can be again.
  package mutating func couldNotRecord(_ reason: String?) -> [Event] {
    isOver ? [] : journal(reason.map { .failed(.record, $0) } ?? .recordedAgain)
  }

  // MARK: settings

  /// Changes a setting from the next step on, or by surgery before it.
  mutating func change(_ name: String, to value: KnobValue, cause: Cause) -> [Event] {
    let before = markNow
    switch settingsInForce.change(name, to: value, isEnding: ending != nil) {
    case .none: return []
    case .refused(let refusal): return journal(.refused(refusal), step: boundary)
    case .made(let change):
      mark = before
      let isSurgery = change.effect == .surgery
      if isSurgery { operations.ask(for: .convert) }
      // In a pause surgery does not wait for the end of the step under way: that step is aborted.
      let changed = isSurgery && pausing.isPaused ? step : boundary
      return journal(.changed(change), step: changed, cause: cause)
    }
  }

  /// `isAsked`: by somebody now, and not by the tour or before this program was resumed.
  private mutating func recalibrate(_ batches: Int, isAsked: Bool = false) -> [Event] {
    if ending != nil { return journal(.refused(.tooLate), step: boundary) }
    let norm = settings[.norm]
    guard norm.hasStatistics else { return journal(.refused(.noStatistics(norm)), step: boundary) }
    mark = markNow
    if isAsked, !operations.awaits(.recalibrate(batches: batches)) {
      let when = pausing.isPaused ? step : boundary
      accept(Intervention(step: when, cause: .you, .recalibrate(batches: batches)))
    }
    operations.ask(for: .recalibrate(batches: batches))
    return []
  }

  // MARK: tour and end

  /// Does what is to be done again and what the tour has for the step just done. What comes after an operation waits
  /// for it.
  mutating func followTour() -> [Event] {
    var events: [Event] = []
    while let next = redo.first, next.step <= step, next.act == .convert ? operations.isEmpty : !operations.recalibrates
    {
      redo.removeFirst()
      events += perform(next)
    }
    while operations.isEmpty, redo.first.map({ $0.step > step }) ?? true, tour.isDue(afterStep: step) {
      let before = markNow
      guard let stop = tour.next(afterStep: step) else { break }
      if !stop.changes.isEmpty || stop.recalibrates != nil { mark = before }
      if !stop.caption.isEmpty { events += journal(.remark(stop.caption), cause: .tour) }
      for change in stop.changes { events += self.change(change.knob, to: change.value, cause: .tour) }
      if let batches = stop.recalibrates { events += recalibrate(batches) }
      if stop.finishes == true { events += finishEarly() }
      // A caption wants to be read; those from before a resumption have been.
      let isSaid = isAttended && ending == nil && !stop.caption.isEmpty && stop.step == step
      if stop.pauses || isSaid { pausing.pause() }
    }
    return events
  }

  /// Obeys what was asked for while the network was operated on.
  mutating func obeyDeferred() -> [Event] {
    let commands = deferred
    deferred = []
    return commands.flatMap { command -> [Event] in
      switch command {
      case .set(let name, let value, let cause): change(name, to: value, cause: cause)
      case .recalibrate(let batches): recalibrate(batches, isAsked: true)
      default: []
      }
    }
  }

  private var isOperating: Bool { if case .work(.operate) = now { true } else { false } }

  /// Does again what was done before this program went on from a checkpoint.
  private mutating func perform(_ intervention: Intervention) -> [Event] {
    switch intervention.act {
    case .set(let knob, let value): change(knob, to: value, cause: intervention.cause)
    case .recalibrate(let batches): recalibrate(batches)
    // It has been done by now.
    case .convert: []
    case .endTour: tour.end() ? journal(.tourEnded, cause: intervention.cause) : []
    case .finish: finishEarly()
    case .acknowledge: noted(watch.acknowledge(step: step))
    case .confirm(let reading): noted(watch.confirm(with: reading))
    }
  }

  private mutating func finishEarly() -> [Event] {
    let isNews = ending == nil
    pausing.resume()
    ending = .finish
    let total = totalSteps
    guard isNews, boundary < total else { return tellState() }
    return journal(.finishing(afterStep: boundary, of: total), step: boundary, cause: .you) + tellState()
  }

  // MARK: telling

  /// The last step that a change made now cannot reach.
  private var boundary: Int { if case .work(.runStep(let number, _)) = now { number } else { step } }

  mutating func journal(_ fact: JournalFact, step: Int? = nil, cause: Cause = .engine) -> [Event] {
    let event = Event.journal(JournalEntry(step: step ?? self.step, cause: cause, fact))
    changes.take(event)
    return [event]
  }

  /// Tells the state if it is another than the one told last.
  mutating func tell(_ now: SessionState) -> [Event] {
    guard now != state else { return [] }
    state = now
    return [.state(StateChange(step: step, state: now))]
  }

  /// Tells the state that belongs to what is done now.
  mutating func tellState() -> [Event] {
    switch now {
    case nil, .end: []
    case .wait: tell(.paused)
    case .work(.runStep): tell(pausing.isPaused ? .paused : .training)
    case .work(.validate), .work(.checkQuickly), .work(.checkDeeply), .work(.findCauses):
      tell(pausing.isPaused ? .paused : .validating)
    case .work(.test): tell(pausing.isPaused ? .paused : .testing)
    // These are short and have no state of their own.
    case .work(.keepAsBest), .work(.save), .work(.operate), .work(.freeze), .work(.examine): []
    }
  }
}
