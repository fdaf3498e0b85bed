import Engine
import Events
import Foundation
import Readout
import Recipe
import Synchronization
import Tensors

/// Work that trains nothing: it notes what was asked and does what the test says at each place.
final class ScriptedWork: SessionWork {
  let description: SessionDescription
  private let script: WorkScript

  init(_ script: WorkScript) {
    self.script = script
    description = EngineTests.description(steps: script.steps)
  }

  /// Notes what was asked, and does what the test says.
  private func enter(_ place: String, noting line: String? = nil, _ poll: () throws -> Void = {}) throws {
    script.notes.add(line ?? place)
    try script.during(place, poll)
  }

  func step(_ number: Int, settings: Settings, poll: () throws -> Void) throws -> Sample {
    try enter("step \(number)", noting: "step \(number) γ=\(settings.formatted(.gamma))", poll)
    return sample(number)
  }

  func validate(afterStep step: Int, settings: Settings, poll: () throws -> Void) throws -> Probe {
    try enter("validate @\(step)", poll)
    return probe(step, clean: 5, adversarial: 5)
  }

  func keepAsBest(step: Int) { script.notes.add("keep @\(step)") }

  func test(_ weights: KeptWeights, afterStep step: Int, settings: Settings, poll: () throws -> Void) throws -> Probe {
    try enter("test \(weights)", poll)
    return probe(step, .test, weights.measured, clean: 5, adversarial: 5)
  }

  func operate(
    _ operation: NetworkOperation, afterStep step: Int, settings: Settings, poll: () throws -> Void
  ) throws -> SurgeryReport {
    try enter("operate @\(step)", poll)
    return report(step, operation, settings)
  }

  func checkQuickly(
    afterStep step: Int, settings: Settings, limits: QuickLimits, poll: () throws -> Void
  ) throws -> QuickCheck {
    try enter("check @\(step)", poll)
    return quickCheck(step, broken: 0)
  }

  func checkDeeply(
    afterStep step: Int, settings: Settings, limits: DeepLimits, poll: () throws -> Void
  ) throws -> DeepCheck {
    try enter("check deeply @\(step)", poll)
    return deepCheck(step, broken: 0)
  }

  func findCauses(afterStep step: Int, settings: Settings, poll: () throws -> Void) throws -> CausesFound {
    try enter("causes @\(step)", poll)
    return CausesFound(step: step, causes: [], passes: 1)
  }

  func freeze(_ scope: AttackScope, afterStep step: Int, settings: Settings) throws -> FrozenAttack {
    script.notes.add("freeze \(scope) @\(step)")
    return FrozenAttack { [script] tell, isCancelled in
      var note = AttackProgressNote(step: step, scope: scope, phase: .running, n: 128)
      tell(FrozenReport(progress: note))
      while script.holdsAttack, !isCancelled() {}
      note.phase = isCancelled() ? .cancelled : .finished
      tell(FrozenReport(progress: note))
    }
  }

  var written: (@Sendable (Result<CheckpointNote, FileError>) -> Void)?

  func save(
    _ kind: CheckpointKind, step: Int, settings: Settings, progress: SessionProgress?
  ) throws -> CheckpointNote? {
    try enter("save \(kind)", noting: "save \(kind) @\(step)")
    return CheckpointNote(step: step, kind: kind, path: "/\(kind)")
  }
}

/// What a test wants of scripted work.
struct WorkScript: Sendable {
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
  /// An attack on a copy runs until it is cancelled.
  var holdsAttack = false
  /// Called inside every piece of work with its words and its `poll`.
  var during: @Sendable (_ place: String, _ poll: () throws -> Void) throws -> Void = { _, poll in try poll() }
}

extension TrainingEngine {
  /// A session of scripted work.
  init(
    work script: WorkScript, settings: Settings, clock: @escaping @Sendable () -> Double = secondsOfMonotonicClock
  ) {
    self.init(settings: settings, clock: clock) {
      script.notes.add("prepare")
      try script.during("prepare", {})
      return ScriptedWork(script)
    }
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
  func isAttack(_ phase: AttackProgressNote.Phase) -> Bool {
    if case .attackProgress(let note) = self { note.phase == phase } else { false }
  }

  func isState(_ state: SessionState) -> Bool {
    if case .state(let change) = self { change.state == state } else { false }
  }
}
