import Events

/// The sentinel in a session: looks after a step, alarms, attacks on a frozen copy.
extension SessionMachine {
  // MARK: looks

  /// The next look at the current weights; then, after an alarm, a checkpoint that is kept.
  mutating func look() -> [SessionAction]? {
    guard step > 0 else { return nil }
    if let look = watch.next(afterStep: step, measuredSettings) {
      let settings = measuredSettings
      switch look {
      case .quick: return enter(.looking(.quick)) + [.look(afterStep: step, settings)]
      case .deep: return enter(.looking(.deep)) + [.lookDeeper(afterStep: step, settings)]
      case .causes: return enter(.looking(.causes)) + [.findCauses(afterStep: step, settings)]
      }
    }
    guard watch.mustKeepWeights else { return nil }
    return enter(.saving(.alarm)) + [.save(.alarm, step: step, writtenSettings)]
  }

  mutating func took(_ look: SentinelLook) -> [SessionAction] { watch.take(look, settings).map(SessionAction.emit) }

  mutating func took(_ look: DeepLook) -> [SessionAction] { watch.take(look, settings).map(SessionAction.emit) }

  mutating func took(_ found: CausesFound) -> [SessionAction] { watch.take(found).map(SessionAction.emit) }

  /// The session does not depend on a look: it goes on without.
  mutating func couldNotLook(_ reason: String) -> [SessionAction] {
    watch.forgetLooks()
    return note("the sentinel could not look: \(reason)", step: step)
  }

  /// The weights of the alarm are kept; the preset may want a pause there.
  mutating func keptAlarm() {
    watch.keptWeights()
    if settings[.sentinelPause] { isPaused = true }
  }

  // MARK: acknowledging

  mutating func acknowledge() -> [SessionAction] {
    let events = watch.acknowledge(step: step)
    guard events.isEmpty else { return events.map(SessionAction.emit) }
    return note("no alarm to acknowledge", step: step)
  }

  // MARK: attacks on a frozen copy

  /// Asks for an attack; it begins between two steps, where the weights are whole.
  mutating func ask(forAttack scope: AttackScope) -> [SessionAction] {
    guard ending == nil else { return note("no attack any more: the session is about to end", step: step) }
    guard !isAttackRunning, wantedAttack == nil else {
      return note("an attack is under way; cancel it first", step: step)
    }
    wantedAttack = scope
    return []
  }

  /// Begins the attack that was asked for.
  mutating func freeze() -> [SessionAction]? {
    guard let scope = wantedAttack else { return nil }
    wantedAttack = nil
    return enter(.freezing) + [.freeze(scope, afterStep: step, measuredSettings)]
  }

  /// Gives up the attack that was asked for, or that runs.
  mutating func cancelAttack() -> [SessionAction] {
    if wantedAttack != nil {
      wantedAttack = nil
      return note("the attack is not begun", step: step)
    }
    return isAttackRunning ? [.cancelAttack] : note("no attack to cancel", step: step)
  }

  /// The attack's thread tells how far it is, and in the end what it found.
  mutating func heard(_ report: FrozenReport) -> [SessionAction] {
    var told = [SessionAction.emit(.attackProgress(report.progress))]
    guard report.progress.phase == .finished || report.progress.phase == .cancelled else { return told }
    isAttackRunning = false
    told += report.warnings.flatMap { note("AutoAttack \($0)", step: report.progress.step) }
    guard let reading = report.reading else { return told }
    return told + watch.confirm(with: reading).map(SessionAction.emit)
  }
}
