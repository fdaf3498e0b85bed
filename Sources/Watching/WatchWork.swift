import Datasets
import Diagnostics
import Engine
import Evaluation
import Events
import Foundation
import Networks
import PyTorchFiles
import Recipe
import Spelling
import Tensors

/// What the watching thread does: look, choose, measure, wait.
struct WatchWork {
  /// Somebody stopped the watch while something was measured.
  private struct Stopped: Error {}

  /// A file that can be measured now.
  struct Candidate {
    var entry: FolderEntry
    var counts: TrainingCounts
    var number: StepNumbering.Number
  }

  let task: WatchTask
  private let mail: Inbox<Command>
  let tell: (Event) -> Void
  private let clock: () -> Double
  var arrivals: Arrivals
  var numbering = StepNumbering()
  var alarm: GapAlarm
  /// The numbers of files that are ready, so that none is opened twice for them.
  var counts: [FolderEntry: TrainingCounts] = [:]
  /// The file that each set of weights was measured as.
  var measured: [String: String] = [:]
  var state: SessionState?
  /// The step of the last checkpoint that was measured.
  var step = 0
  var source: StepSource?
  var notes: [String] = []
  var found = 0, skipped = 0
  /// It was said that a network guesses, and no better one came since.
  var isWarned = false
  private var isStopping = false
  var complaint: String?

  init(_ task: WatchTask, mail: Inbox<Command>, tell: @escaping (Event) -> Void) {
    self.task = task
    self.mail = mail
    self.tell = tell
    let origin = ContinuousClock.now
    clock = { (ContinuousClock.now - origin) / .seconds(1) }
    arrivals = Arrivals(patience: task.patience)
    alarm = GapAlarm(thresholds: task.description.settings.gapThresholds)
  }

  mutating func run() -> Summary {
    tell(.started(task.description))
    for note in task.images.notes { tell(.journal(JournalEntry(step: 0, cause: .engine, .remark(note)))) }
    var failure: String?
    do {
      var meter = CheckpointMeter(try EvaluationSet(task.images), task.description.settings, clock: clock)
      try replay()
      try watch(&meter)
    } catch is Stopped {
      isStopping = true
    } catch {
      failure = oneLine("\(error)")
    }
    let outcome: SessionState = failure != nil ? .failed : isStopping ? .stopped : .finished
    enter(outcome, reason: failure ?? "")
    return Summary(
      step: step, outcome: outcome, reason: failure ?? "", results: [], bestStep: nil, seconds: clock())
  }

  /// Tells what an earlier watch measured, and takes it as measured.
  private mutating func replay() throws {
    for event in task.earlier.events {
      tell(event)
      switch event {
      case .probe(let probe):
        for reading in [probe.quick, probe.deep].compactMap(\.self) {
          _ = alarm.take(reading, isLate: isLate(reading.step))
        }
      case .alarm(let change) where change.state == .acknowledged && change.from != .acknowledged:
        _ = alarm.acknowledge(step: change.step)
      case .checkpoint(let note):
        guard let found = note.found else { continue }
        let name = note.path.split(separator: "/").last.map(String.init) ?? note.path
        numbering.note(StepNumbering.Number(step: note.step, source: found.stepFrom), of: name)
        if let weights = found.weights { measured[weights] = name }
        step = max(step, note.step)
        self.found += 1
      default: break
      }
    }
  }

  private mutating func watch(_ meter: inout CheckpointMeter) throws {
    while true {
      try poll()
      try look()
      if let candidate = next() {
        try measure(candidate, &meter)
        continue
      }
      if task.isOnce, !arrivals.isWaiting { break }
      if state != .waiting, found == 0, let hint = hintBelow {
        journal(.failed(.checkpoint, "\(task.folder.path): has no checkpoint yet; \(hint)"))
      }
      enter(.waiting)
      mail.wait(seconds: task.interval)
    }
    guard found == 0 else { return }
    let endings = CheckpointFolder.endings.map { ".\($0)" }.joined(separator: ", ")
    throw FileError(
      skipped == 0
        ? "\(task.folder.path): has no checkpoint (\(endings)); "
          + (hintBelow ?? "give the folder that the training writes to")
        : "\(task.folder.path): none of its \(skipped == 1 ? "1 checkpoint" : "\(skipped) checkpoints") can be measured; "
          + "see the lines above")
  }

  private var hintBelow: String? {
    task.folder.folderBelow().map { "there \($0.count == 1 ? "is 1" : "are \($0.count)") in \($0.path)" }
  }

  /// True for weights of a step before one that was measured.
  func isLate(_ step: Int) -> Bool { found > 0 && step < self.step }

  // MARK: telling and obeying

  func record(_ event: Event) throws {
    tell(event)
    try task.keep(event)
  }

  func journal(_ fact: JournalFact, cause: Cause = .engine) {
    tell(.journal(JournalEntry(step: step, cause: cause, fact)))
  }

  mutating func enter(_ next: SessionState, reason: String = "") {
    guard next != state else { return }
    state = next
    tell(.state(StateChange(step: step, state: next, reason: reason)))
  }

  /// Obeys what has arrived; throws `Stopped` when the watch is to end.
  mutating func poll() throws {
    while let command = mail.take() {
      switch command {
      case .stop, .finish: isStopping = true
      case .acknowledge:
        if let change = alarm.acknowledge(step: step) {
          try record(.alarm(change))
        } else {
          journal(.refused(.noAlarm), cause: .you)
        }
      // Leaving the screen resumes, and there is no tour to end.
      case .resume, .takeOver: break
      case .pause, .step, .run, .set, .note, .recalibrate, .attack, .cancelAttack, .examine, .checkpoint, .saveTo:
        journal(.refused(.onlyWatching), cause: .you)
      }
    }
    if isStopping { throw Stopped() }
  }
}
