import Recipe

/// One thing that was done to a session from outside, or that its tour did, by which it can be repeated: with preset
/// and seed, the interventions of a run determine its weights.
package struct Intervention: Sendable, Hashable, Codable {
  /// Steps done so far; it takes effect in the step after it.
  package var step: Int
  /// Who did it.
  package var cause: Cause
  /// What was done.
  package var act: Act

  /// What can be done.
  package enum Act: Sendable, Hashable, Codable {
    /// A setting was changed.
    case set(knob: String, KnobValue)
    /// Running statistics were recomputed from this number of batches.
    case recalibrate(batches: Int)
    /// The normalization layers were replaced, as the changes before it ask for.
    case convert
    /// A person took over from the tour.
    case endTour
    /// A person ended the run early.
    case finish
    /// A person saw the alarm.
    case acknowledge
    /// A full AutoAttack on a copy of the weights was measured.
    case confirm(GapReading)
  }

  package init(step: Int, cause: Cause, _ act: Act) {
    self.step = step
    self.cause = cause
    self.act = act
  }

  /// Reads what was written. JSON does not tell whole real numbers from integers; the setting does.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    step = try container.decode(Int.self, forKey: .step)
    cause = try container.decode(Cause.self, forKey: .cause)
    act = try container.decode(Act.self, forKey: .act)
    if case .set(let name, let value) = act, let exact = try? AnyKnob.named(name)?.validated(value) {
      act = .set(knob: name, exact)
    }
  }

  /// What an event says was done; nil when it says something else.
  package init?(_ event: Event) {
    switch event {
    case .alarm(let change):
      let reading = change.reading.flatMap { $0.tier == .full ? $0 : nil }
      // Later findings about an alarm that was acknowledged before are none.
      let isAcknowledgement = change.state == .acknowledged && change.from != .acknowledged
      guard let act = reading.map(Act.confirm) ?? (isAcknowledgement ? .acknowledge : nil) else { return nil }
      self.init(step: change.step, cause: .you, act)
    case .journal(let entry):
      guard let act = Act(entry.fact) else { return nil }
      self.init(step: entry.step, cause: entry.cause, act)
    default: return nil
    }
  }
}

extension Intervention.Act {
  fileprivate init?(_ fact: JournalFact) {
    switch fact {
    case .changed(let change): self = .set(knob: change.knob, change.new)
    case .operated(let report):
      self = report.batches.map { .recalibrate(batches: $0) } ?? .convert
    case .tourEnded: self = .endTour
    case .finishing: self = .finish
    default: return nil
    }
  }
}

/// The interventions of a session, in the order in which they take effect.
package struct InterventionRecord: Sendable, Hashable, Codable {
  /// In the order in which they were made.
  private var made: [Intervention] = []

  package init() {}

  /// Takes in what a session told.
  package mutating func take(_ event: Event) {
    if case .journal(let entry) = event, case .stepAborted(let number) = entry.fact { abort(stepAfter: number - 1) }
    if let intervention = Intervention(event) { made.append(intervention) }
  }

  /// Takes in an intervention.
  package mutating func add(_ intervention: Intervention) { made.append(intervention) }

  /// The step after `step` is aborted and runs again: what was changed during it is in force a step earlier.
  package mutating func abort(stepAfter step: Int) {
    for index in made.indices { made[index].step = min(made[index].step, step) }
  }

  /// In the order of their steps. Surgery that was done in a pause belongs to an earlier step than what was changed
  /// before it during the step that was held.
  package func inOrder() -> [Intervention] {
    made.enumerated().sorted { ($0.element.step, $0.offset) < ($1.element.step, $1.offset) }.map(\.element)
  }

  /// A run that goes on was not ended.
  package mutating func removeFinishes() { made.removeAll { $0.act == .finish } }

  /// What the weights depend on, as the tour that repeats it.
  package var tour: [TourStop] {
    var stops: [TourStop] = []
    // Between two operations on the network only the last value of a setting counts.
    var isOpen = false
    for intervention in inOrder() {
      if stops.last?.step != intervention.step { isOpen = false }
      switch intervention.act {
      case .set(let knob, let value):
        if !isOpen { stops.append(TourStop(step: intervention.step, caption: "")) }
        isOpen = true
        stops[stops.count - 1].changes.removeAll { $0.knob == knob }
        stops[stops.count - 1].changes.append(.init(knob: knob, value: value))
      case .recalibrate(let batches):
        stops.append(TourStop(step: intervention.step, caption: "", recalibrates: batches))
        isOpen = false
      case .finish:
        stops.append(TourStop(step: intervention.step, caption: "", finishes: true))
        isOpen = false
      case .convert: isOpen = false
      case .endTour, .acknowledge, .confirm: break
      }
    }
    return stops
  }
}
