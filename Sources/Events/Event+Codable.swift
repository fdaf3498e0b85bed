/// One JSON object an event, flat: `{"event": "sample", "step": 12, "loss": …}`.
extension Event: Codable {
  private enum Key: String, CodingKey { case event }
  private enum Name: String, Codable {
    case started, state, sample, probe, alarm, journal, checkpoint, surgery, summary
    case layers, scatter, attackProgress
  }

  /// Reads the payload that `event` names.
  package init(from decoder: any Decoder) throws {
    switch try decoder.container(keyedBy: Key.self).decode(Name.self, forKey: .event) {
    case .started: self = .started(try SessionDescription(from: decoder))
    case .state: self = .state(try StateChange(from: decoder))
    case .layers: self = .layers(try LayerReport(from: decoder))
    case .scatter: self = .scatter(try ScatterReport(from: decoder))
    case .attackProgress: self = .attackProgress(try AttackProgressNote(from: decoder))
    case .sample: self = .sample(try Sample(from: decoder))
    case .probe: self = .probe(try Probe(from: decoder))
    case .alarm: self = .alarm(try GapChange(from: decoder))
    case .journal: self = .journal(try JournalEntry(from: decoder))
    case .checkpoint: self = .checkpoint(try CheckpointNote(from: decoder))
    case .surgery: self = .surgery(try SurgeryReport(from: decoder))
    case .summary: self = .summary(try Summary(from: decoder))
    }
  }

  /// Writes the payload's fields beside `event`.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    switch self {
    case .started(let payload): try write(.started, payload)
    case .state(let payload): try write(.state, payload)
    case .layers(let payload): try write(.layers, payload)
    case .scatter(let payload): try write(.scatter, payload)
    case .attackProgress(let payload): try write(.attackProgress, payload)
    case .sample(let payload): try write(.sample, payload)
    case .probe(let payload): try write(.probe, payload)
    case .alarm(let payload): try write(.alarm, payload)
    case .journal(let payload): try write(.journal, payload)
    case .checkpoint(let payload): try write(.checkpoint, payload)
    case .surgery(let payload): try write(.surgery, payload)
    case .summary(let payload): try write(.summary, payload)
    }
    func write(_ name: Name, _ payload: some Encodable) throws {
      try container.encode(name, forKey: .event)
      try payload.encode(to: encoder)
    }
  }
}
