/// What a session has told about the gap so far: its state, and the reading that speaks loudest. Pure.
package struct GapRecord: Sendable, Hashable, Codable {
  /// What the gap means now; nil when nothing was measured.
  package private(set) var state: GapState?
  /// While the gap is calm, the last reading; once it has opened, the largest gap since.
  package private(set) var strongest: GapReading?

  package init() {}

  /// What a whole session has told.
  package init(_ events: some Sequence<Event>) { for event in events { take(event) } }

  /// Takes in what a session told.
  package mutating func take(_ event: Event) {
    switch event {
    case .probe(let probe):
      guard let state = probe.gapState else { return }
      change(to: state)
      for reading in [probe.quick, probe.deep].compactMap(\.self) { take(reading) }
    case .alarm(let change):
      self.change(to: change.state)
      if let reading = change.reading { take(reading) }
    default: break
    }
  }

  private mutating func change(to state: GapState) {
    if state == .calm, self.state != .calm { strongest = nil }
    self.state = state
  }

  private mutating func take(_ reading: GapReading) {
    guard let strongest else { return self.strongest = reading }
    let isLarger = (reading.gap, reading.n) > (strongest.gap, strongest.n)
    if state == .calm ? reading.step > strongest.step || (reading.step == strongest.step && isLarger) : isLarger {
      self.strongest = reading
    }
  }
}
