import Foundation

/// One line of JSON an event, the form of `--json`: `{"event":"sample",…}`, `event` first, the other keys sorted.
extension Event {
  /// The event as one line without its newline. Throws `EncodingError` when a number is not finite.
  package func jsonLine() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let fields =
      switch self {
      case .started(let payload): try encoder.encode(payload)
      case .state(let payload): try encoder.encode(payload)
      case .layers(let payload): try encoder.encode(payload)
      case .scatter(let payload): try encoder.encode(payload)
      case .attackProgress(let payload): try encoder.encode(payload)
      case .sample(let payload): try encoder.encode(payload)
      case .probe(let payload): try encoder.encode(payload)
      case .alarm(let payload): try encoder.encode(payload)
      case .journal(let payload): try encoder.encode(payload)
      case .checkpoint(let payload): try encoder.encode(payload)
      case .surgery(let payload): try encoder.encode(payload)
      case .summary(let payload): try encoder.encode(payload)
      }
    return "{\"event\":\"\(name)\"," + String(decoding: fields.dropFirst(), as: UTF8.self)
  }

  /// Which event this is, as `event` says it.
  package var name: String {
    switch self {
    case .started: "started"
    case .state: "state"
    case .layers: "layers"
    case .scatter: "scatter"
    case .attackProgress: "attackProgress"
    case .sample: "sample"
    case .probe: "probe"
    case .alarm: "alarm"
    case .journal: "journal"
    case .checkpoint: "checkpoint"
    case .surgery: "surgery"
    case .summary: "summary"
    }
  }
}
