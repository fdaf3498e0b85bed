import Engine
import Events
import Foundation
import Recipe
import Synchronization

/// Work that trains nothing: it notes what was asked and does what the test says at each place.
struct ScriptedWork: SessionWork {
  /// What was asked so far, in words, with the name of the thread it ran on.
  final class Notes: Sendable {
    private let lines = Mutex<[String]>([])
    private let names = Mutex<Set<String>>([])
    var all: [String] { lines.withLock { $0 } }
    var threads: Set<String> { names.withLock { $0 } }

    func add(_ line: String) {
      lines.withLock { $0.append(line) }
      names.withLock { _ = $0.insert(Thread.current.name ?? "") }
    }
  }

  let notes = Notes()
  var steps = 4
  /// Called inside every piece of work with its words and its `poll`.
  var during: @Sendable (_ place: String, _ poll: () throws -> Void) throws -> Void = { _, poll in try poll() }

  mutating func prepare() throws -> SessionDescription {
    notes.add("prepare")
    try during("prepare", {})
    return description(steps: steps)
  }

  mutating func step(_ number: Int, settings: Settings, poll: () throws -> Void) throws -> Sample {
    notes.add("step \(number) γ=\(settings.formatted(.gamma))")
    try during("step \(number)", poll)
    return sample(number)
  }

  mutating func validate(afterStep step: Int, settings: Settings, poll: () throws -> Void) throws -> Probe {
    notes.add("validate @\(step)")
    try during("validate @\(step)", poll)
    return probe(step, clean: 5, adversarial: 5)
  }

  mutating func keepAsBest(step: Int) { notes.add("keep @\(step)") }

  mutating func test(_ weights: KeptWeights, afterStep step: Int, settings: Settings, poll: () throws -> Void) throws
    -> Probe
  {
    notes.add("test \(weights)")
    try during("test \(weights)", poll)
    return probe(step, "test", weights.rawValue, clean: 5, adversarial: 5)
  }

  mutating func operate(
    _ operation: NetworkOperation, afterStep step: Int, settings: Settings, poll: () throws -> Void
  ) throws -> SurgeryReport {
    notes.add("operate @\(step)")
    try during("operate @\(step)", poll)
    return report(step, operation, settings)
  }

  mutating func look(afterStep step: Int, settings: Settings, poll: () throws -> Void) throws -> SentinelLook {
    notes.add("look @\(step)")
    try during("look @\(step)", poll)
    return quickLook(step, broken: 0)
  }

  mutating func lookDeeper(afterStep step: Int, settings: Settings, poll: () throws -> Void) throws -> DeepLook {
    notes.add("look deeper @\(step)")
    try during("look deeper @\(step)", poll)
    return deepLook(step, broken: 0)
  }

  mutating func findCauses(afterStep step: Int, settings: Settings, poll: () throws -> Void) throws -> CausesFound {
    notes.add("causes @\(step)")
    try during("causes @\(step)", poll)
    return CausesFound(step: step, causes: [], passes: 1)
  }

  mutating func freeze(_ scope: AttackScope, afterStep step: Int, settings: Settings) throws -> FrozenAttack {
    notes.add("freeze \(scope) @\(step)")
    return FrozenAttack { tell, isCancelled in
      var note = AttackProgressNote(step: step, scope: scope, phase: .running, n: 128)
      tell(FrozenReport(progress: note))
      note.phase = isCancelled() ? .cancelled : .finished
      tell(FrozenReport(progress: note))
    }
  }

  mutating func save(_ kind: CheckpointKind, step: Int, settings: Settings) throws -> CheckpointNote? {
    notes.add("save \(kind) @\(step)")
    try during("save \(kind)", {})
    return CheckpointNote(step: step, kind: kind.rawValue, path: "/\(kind)")
  }
}

/// Reads a session's events one at a time.
struct Reader {
  private var iterator: AsyncStream<Event>.AsyncIterator
  private(set) var seen: [Event] = []

  init(_ engine: TrainingEngine) { iterator = engine.events.makeAsyncIterator() }

  /// Reads on until an event fits; false when the stream ended before.
  mutating func read(until fits: (Event) -> Bool) async -> Bool {
    while let event = await iterator.next() {
      seen.append(event)
      if fits(event) { return true }
    }
    return false
  }

  mutating func readToTheEnd() async { _ = await read { _ in false } }

  /// Numbers of the steps done so far.
  var samples: [Int] { seen.compactMap { if case .sample(let sample) = $0 { sample.step } else { nil } } }

  /// Texts of the journal so far.
  var journal: [String] { seen.compactMap { if case .journal(let entry) = $0 { entry.text } else { nil } } }
}

extension Event {
  func isState(_ state: SessionState) -> Bool {
    if case .state(let change) = self { change.state == state } else { false }
  }
}
