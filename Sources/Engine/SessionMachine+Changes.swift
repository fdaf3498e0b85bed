import Events
import Recipe

/// Changes of a session that is under way: knobs, and operations on the network.
extension SessionMachine {
  // MARK: knobs

  mutating func change(_ name: String, to value: KnobValue, cause: Cause) -> [SessionAction] {
    do {
      var changed = settings
      try changed.set(name, to: value)
      guard let knob = AnyKnob.named(name), changed[knob] != settings[knob] else { return [] }
      let old = settings.formatted(knob), new = changed.formatted(knob)
      guard knob.isLive else {
        return refuse("\(name) is fixed when a run starts; start one with --set \(name)=\(new)")
      }
      if let conflict = changed.conflict { return refuse("\(knob.symbol) stays \(old): \(conflict)") }
      let idle = knob.idleReason(in: changed), isSurgery = knob.effect == .surgery && idle == nil
      if isSurgery, ending != nil { return refuse("\(knob.symbol) stays \(old): the session is about to end") }
      settings = changed
      if isSurgery, !operations.contains(.convert) { operations.append(.convert) }
      let entry = JournalEntry(
        step: isSurgery && isPaused ? step : boundary, cause: cause, knob: knob.name, old: old, new: new,
        effect: idle == nil ? knob.effect : nil,
        text: "\(knob.symbol) \(old) → \(new)" + (idle.map { ", \($0)" } ?? ""))
      record(knob, changed, step: entry.step)
      return [.emit(.journal(entry))]
    } catch {
      return refuse("\(error)")
    }
  }

  /// Keeps a change for whoever wants to repeat the session.
  private mutating func record(_ knob: AnyKnob, _ settings: Settings, step: Int) {
    let change = TourStop.Change(knob: knob.name, value: settings[knob])
    // A stop is a mapping in a preset file: a knob that is changed twice between two steps needs two.
    if let last = changes.last, last.step == step, !last.changes.contains(where: { $0.knob == knob.name }) {
      changes[changes.count - 1].changes.append(change)
    } else {
      changes.append(TourStop(step: step, changes: [change], caption: ""))
    }
  }

  private func refuse(_ line: String) -> [SessionAction] { note(line, step: boundary) }

  func note(_ text: String, step: Int, cause: Cause = .engine) -> [SessionAction] {
    [.emit(.journal(JournalEntry(step: step, cause: cause, text: text)))]
  }

  // MARK: operations

  mutating func ask(for operation: NetworkOperation) -> [SessionAction] {
    guard ending == nil else { return refuse("no operation any more: the session is about to end") }
    let norm = settings[.norm]
    if case .recalibrate = operation, !norm.hasStatistics {
      return refuse("recalibrate: norm \(norm.rawValue) has no running statistics; bn, dbn and split have some")
    }
    if !operations.contains(operation) { operations.append(operation) }
    return []
  }

  /// The next operation, if one was asked for.
  mutating func operate() -> [SessionAction]? {
    // Norms that were changed and changed back need no operation.
    if withNorms(ofNetwork: settings) == settings { operations.removeAll { $0 == .convert } }
    guard !operations.isEmpty else { return nil }
    let operation = operations.removeFirst()
    operatingSettings = settings
    return enter(.operating(operation)) + [.operate(operation, afterStep: step, settings)]
  }

  mutating func took(_ report: SurgeryReport, of operation: NetworkOperation) -> [SessionAction] {
    operatedSettings = operatingSettings
    return [.emit(.surgery(report))] + note(report.sentence, step: step)
  }

  /// The session goes on as it was; knobs that would say otherwise go back.
  mutating func couldNot(_ operation: NetworkOperation, _ reason: String) -> [SessionAction] {
    guard operation == .convert else { return note(reason, step: step) }
    let asked = settings
    settings = withNorms(ofNetwork: settings)
    // What was set meanwhile for the norm that is not coming may not go with the one that stays.
    for knob in [Knob.batching.declaration, Knob.attackMode.declaration] where settings.conflict != nil {
      settings.copy(knob, from: Settings())
    }
    let returning = settings.differences(from: asked)
    for knob in returning { record(knob, settings, step: step) }
    let returned = returning.map { knob in
      let old = asked.formatted(knob), new = settings.formatted(knob)
      return SessionAction.emit(
        .journal(
          JournalEntry(
            step: step, cause: .engine, knob: knob.name, old: old, new: new, effect: knob.effect,
            text: "\(knob.symbol) \(old) → \(new)")))
    }
    return note(reason, step: step) + returned
  }

  /// A step that was held is not finished before an operation: random numbers are functions of the step, so it is run anew
  /// on the new network.
  mutating func giveUpStep() -> [SessionAction] {
    // So what was changed for the step after it is in force a step earlier.
    for index in changes.indices { changes[index].step = min(changes[index].step, step) }
    return note("step \(step + 1) is given up for the operation and run anew, with all settings of now", step: step)
  }

  /// The settings with the norms that the network really has.
  func withNorms(ofNetwork settings: Settings) -> Settings {
    var result = settings
    for knob in SessionMachine.surgical { result.copy(knob, from: operatedSettings) }
    return result
  }

  private static let surgical = AnyKnob.all.filter { $0.effect == .surgery }
}
