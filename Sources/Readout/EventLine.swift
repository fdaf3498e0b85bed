import Events
import Foundation
import Recipe

/// The JSON of an event: one flat object, `{"event":"sample","step":12,"loss":…}`.
extension Event: Codable {
  private enum Key: String, CodingKey { case event }

  /// Reads the payload that `event` names.
  package init(from decoder: any Decoder) throws {
    self =
      switch try decoder.container(keyedBy: Key.self).decode(Name.self, forKey: .event) {
      case .started: .started(try SessionDescription(from: decoder))
      case .state: .state(try StateChange(from: decoder))
      case .layers: .layers(try LayerReport(from: decoder))
      case .scatter: .scatter(try ScatterReport(from: decoder))
      case .attackProgress: .attackProgress(try AttackProgressNote(from: decoder))
      case .image: .image(try ImageReport(from: decoder))
      case .sample: .sample(try Sample(from: decoder))
      case .probe: .probe(try Probe(from: decoder))
      case .alarm: .alarm(try GapChange(from: decoder))
      case .journal: .journal(try JournalLine(from: decoder).entry)
      case .checkpoint: .checkpoint(try CheckpointNote(from: decoder))
      case .surgery: .surgery(try SurgeryReport(from: decoder))
      case .summary: .summary(try Summary(from: decoder))
      }
  }

  /// Writes the payload's fields next to `event`.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(kind, forKey: .event)
    try payload.encode(to: encoder)
  }

  /// The event as one line of JSON without its newline: `event` first, the other keys sorted. Throws `EncodingError`
  /// when a number is not finite.
  package func jsonLine() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let fields = try encoder.encode(payload)
    return "{\"event\":\"\(name)\"," + String(decoding: fields.dropFirst(), as: UTF8.self)
  }

  /// Which event this is, as the field `event` states it.
  package var name: String { kind.rawValue }

  private enum Name: String, Codable {
    case started, state, sample, probe, alarm, journal, checkpoint, surgery, summary
    case layers, scatter, attackProgress, image
  }

  private var kind: Name {
    switch self {
    case .started: .started
    case .state: .state
    case .layers: .layers
    case .scatter: .scatter
    case .attackProgress: .attackProgress
    case .image: .image
    case .sample: .sample
    case .probe: .probe
    case .alarm: .alarm
    case .journal: .journal
    case .checkpoint: .checkpoint
    case .surgery: .surgery
    case .summary: .summary
    }
  }

  private var payload: any Encodable {
    switch self {
    case .started(let payload): payload
    case .state(let payload): payload
    case .layers(let payload): payload
    case .scatter(let payload): payload
    case .attackProgress(let payload): payload
    case .image(let payload): payload
    case .sample(let payload): payload
    case .probe(let payload): payload
    case .alarm(let payload): payload
    case .journal(let entry): JournalLine(entry)
    case .checkpoint(let payload): payload
    case .surgery(let payload): payload
    case .summary(let payload): payload
    }
  }
}

/// A journal entry as JSON. A reader gets the values of a changed setting as a person writes them, and every fact in
/// words.
private struct JournalLine: Codable {
  var step: Int
  var cause: Cause
  /// The setting that was changed, if one was.
  var knob: String?
  /// Its old value, as a person writes it.
  var old: String?
  /// Its new value, as a person writes it.
  var new: String?
  /// When it takes effect.
  var effect: AnyKnob.Effect?
  /// The step that was aborted, if one was.
  var aborted: Int?
  /// The checkpoint that the run went on from, if it did.
  var resumed: String?
  /// What happened, in one line: `γ 0.5 → 0.1`.
  var text: String

  init(_ entry: JournalEntry) {
    step = entry.step
    cause = entry.cause
    text = entry.text
    if case .stepAborted(let number) = entry.fact { aborted = number }
    if case .resumed(let file) = entry.fact { resumed = file }
    guard let change = entry.change else { return }
    knob = change.knob
    old = change.oldText
    new = change.newText
    effect = change.effect
  }

  /// The entry that was written. A changed setting comes back as values, unless this version no longer has the setting
  /// or accepts the values. An aborted step and a resume come back as such, every other fact as its words.
  var entry: JournalEntry {
    if let aborted { return JournalEntry(step: step, cause: cause, .stepAborted(aborted)) }
    if let resumed { return JournalEntry(step: step, cause: cause, .resumed(file: resumed)) }
    guard let knob, let old, let new, let declaration = AnyKnob.named(knob), let before = try? declaration.parse(old),
      let after = try? declaration.parse(new)
    else { return JournalEntry(step: step, cause: cause, .remark(text)) }
    let change = SettingChange(knob: knob, old: before, new: after, effect: effect)
    return JournalEntry(step: step, cause: cause, .changed(change))
  }
}
