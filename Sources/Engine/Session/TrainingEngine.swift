import Events
import Foundation
import Recipe
import Spelling
import Tensors

/// Performs a session: asks `SessionMachine` what to do, has it done by `SessionWork`, tells the readers.
///
/// Everything runs on a thread of its own. Commands come in through `send` from anywhere and are obeyed whenever the
/// work polls; a paused engine sleeps. Events are kept until they are read, so a slow reader loses nothing and slows
/// nothing down.
package actor TrainingEngine {
  /// Everything the session tells, in order; ends after the summary. For one reader.
  package nonisolated let events: AsyncStream<Event>

  private let teller: AsyncStream<Event>.Continuation
  private let inbox = Inbox<Arrival>()
  private let thread = EngineThread(name: "dualab engine")
  private let clock: @Sendable () -> Double
  private let prepare: @Sendable () throws -> any SessionWork
  /// Hears every event on the engine's thread, before its readers.
  private let record: @Sendable (Event) -> Void
  /// Hears of what was accepted and is done later.
  private let accepted: @Sendable (Intervention) -> Void
  private var machine: SessionMachine
  /// What does the work, once data and network are loaded.
  private var work: (any SessionWork)?
  /// The attack on a frozen copy that was started last.
  private var attack: FrozenAttack?
  /// When the last checkpoint to go on from was written.
  private var savedAt = 0.0

  /// Seconds between two tries to write the last checkpoints.
  private static let retryTime = 5.0

  /// A session that has not started. `isAttended`: somebody watches, see `SessionMachine`. `prepare` loads data and
  /// network; it runs on the engine's thread. `clock` gives seconds since any fixed moment; only the summary shows them.
  package init(
    settings: Settings, tour: [TourStop] = [], policy: [PolicyRule] = [], resuming point: ResumePoint? = nil,
    isAttended: Bool = false, clock: @escaping @Sendable () -> Double = secondsOfMonotonicClock,
    record: @escaping @Sendable (Event) -> Void = { _ in },
    accepted: @escaping @Sendable (Intervention) -> Void = { _ in },
    prepare: @escaping @Sendable () throws -> any SessionWork
  ) {
    (events, teller) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
    machine = SessionMachine(settings: settings, tour: tour, policy: policy, isAttended: isAttended)
    if let point {
      machine.resume(
        from: point.progress, redo: point.redo, reached: point.reached, told: point.told,
        file: URL(fileURLWithPath: point.path).lastPathComponent)
    }
    self.prepare = prepare
    self.record = record
    self.accepted = accepted
    self.clock = clock
  }

  deinit {
    teller.finish()
    thread.stop()
  }

  /// The thread that everything of the session runs on.
  package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  /// Asks something of the session. Never blocks; from any thread, before, during and after `run`.
  package nonisolated func send(_ command: Command) { inbox.put(.command(command)) }

  /// Asks something of the session and hears, on its thread, why it was refused; nil when it was not.
  package nonisolated func ask(_ command: Command, _ answer: @escaping @Sendable (Refusal?) -> Void) {
    inbox.put(.asked(command, answer))
  }

  /// The record of the run cannot be written, for this reason; nil when it can be again.
  package nonisolated func tell(recordTrouble reason: String?) { inbox.put(.recordTrouble(reason)) }

  /// Runs the session to its end. To be called once. Nothing is thrown: a failure is an outcome of the summary.
  package func run() -> Summary {
    let start = clock()
    var summary = perform()
    summary.seconds = clock() - start
    tell([.summary(summary)])
    teller.finish()
    return summary
  }

  private func perform() -> Summary {
    tell(machine.begin())
    let work: any SessionWork
    do {
      work = try prepare()
    } catch {
      obeyArrivals()
      let (events, summary) = machine.couldNotPrepare(oneLine("\(error)"))
      tell(events)
      return summary
    }
    self.work = work
    work.written = { [inbox] in inbox.put(.written($0)) }
    savedAt = secondsOfMonotonicClock()
    obeyArrivals()
    var turn = machine.prepared(work.description)
    while true {
      tell(turn.events)
      switch turn.next {
      case .work(let piece):
        let result = result(of: piece, by: work)
        // What was asked before the work ended comes before its result: a setting changed then is in time for the next
        // step.
        obeyArrivals()
        noteTime(since: piece)
        turn = machine.handle(result)
      case .wait:
        // What could not be written is tried again even if nobody says anything.
        if let arrival = machine.isBlocked ? inbox.next(within: Self.retryTime) : inbox.next() { obey(arrival) }
        turn = machine.wake()
      case .end(let summary):
        work.finishWriting()
        return summary
      }
    }
  }

  private func tell(_ events: [Event]) {
    for event in events {
      record(event)
      teller.yield(event)
    }
    machine.told += events.count
    for intervention in machine.takeAccepted() { accepted(intervention) }
    if machine.isCancelingAttack { attack?.cancel() }
  }

  /// A checkpoint is due when enough minutes have passed since the last one.
  private func noteTime(since piece: Work) {
    let minutes = machine.settings[.checkpointMinutes], now = secondsOfMonotonicClock()
    if case .save(let kind, _, _) = piece, kind != .best { savedAt = now }
    guard minutes > 0, now - savedAt >= 60 * minutes else { return }
    savedAt = now
    machine.autoIsDue()
  }

  // MARK: work

  private func result(of piece: Work, by work: any SessionWork) -> WorkResult {
    do { return try perform(piece, by: work) } catch is Interruption {
      return .interrupted
    } catch {
      let reason = oneLine("\(error)")
      if error is RanksLost, piece.check != nil { return .lost(reason) }
      return (error as? TrainingFailure)?.divergence.map { .diverged($0, reason: reason) } ?? .failed(reason)
    }
  }

  private func perform(_ piece: Work, by work: any SessionWork) throws -> WorkResult {
    switch piece {
    case .runStep(let number, let settings):
      return .stepDone(try work.step(number, settings: settings, poll: poll))
    case .validate(let step, let settings):
      return .measured(try work.validate(afterStep: step, settings: settings, poll: poll))
    case .keepAsBest(let step):
      work.keepAsBest(step: step)
      return .keptAsBest
    case .test(let weights, let step, let settings):
      return .measured(try work.test(weights, afterStep: step, settings: settings, poll: poll))
    case .save(let kind, let step, let settings):
      return .saved(try save(kind, step, settings, by: work))
    case .operate(let operation, let step, let settings):
      return .operated(try work.operate(operation, afterStep: step, settings: settings, poll: poll))
    case .checkQuickly(let step, let settings, let limits):
      return .checkedQuickly(
        try work.checkQuickly(afterStep: step, settings: settings, limits: limits, poll: poll))
    case .checkDeeply(let step, let settings, let limits):
      return .checkedDeeply(
        try work.checkDeeply(afterStep: step, settings: settings, limits: limits, poll: poll))
    case .findCauses(let step, let settings):
      return .foundCauses(try work.findCauses(afterStep: step, settings: settings, poll: poll))
    case .freeze(let scope, let step, let settings):
      start(try work.freeze(scope, afterStep: step, settings: settings))
      return .frozen
    case .examine(let request, let step, let settings):
      return .examined(try work.examine(request, afterStep: step, settings: settings, poll: poll))
    }
  }

  private func save(
    _ kind: CheckpointKind, _ step: Int, _ settings: Settings, by work: any SessionWork
  ) throws -> CheckpointNote? {
    let save = { [machine] in
      try work.save(kind, step: step, settings: settings, progress: machine.progress(for: kind))
    }
    do { return try save() } catch {
      // Nobody waits any more: another disk is better than none.
      guard machine.isLeaving, let folder = work.lastResort else { throw error }
      guard (try? work.saveElsewhere(in: folder)) != nil, let note = try? save() else { throw error }
      tell(machine.savesTo(folder, cause: .engine))
      return note
    }
  }

  /// Starts an attack on a copy of the weights; what it tells arrives like a command.
  private func start(_ attack: FrozenAttack) {
    attack.start { [inbox] report in inbox.put(.report(report)) }
    self.attack = attack
  }

  // MARK: arrivals

  /// Called by the work, often: obeys what has arrived; returns, sleeps through a pause, or throws `Interruption`.
  private func poll() throws {
    while true {
      obeyArrivals()
      switch machine.pollAnswer {
      case .goOn: return
      case .hold: inbox.wait()
      case .abort: throw Interruption()
      }
    }
  }

  /// What the machine says. Whether a folder takes files is not for it to find out.
  private func answer(to command: Command) -> [Event] {
    guard case .saveTo(let folder) = command else { return machine.handle(command) }
    guard let work else { return machine.savesTo(folder, refusal: "save-to: the run is still being prepared") }
    let url = URL(fileURLWithPath: (folder as NSString).expandingTildeInPath)
    do {
      try work.saveElsewhere(in: url.path)
      return machine.savesTo(url.path)
    } catch { return machine.savesTo(url.path, refusal: oneLine("\(error)")) }
  }

  private func obeyArrivals() {
    while let arrival = inbox.take() { obey(arrival) }
  }

  private func obey(_ arrival: Arrival) {
    switch arrival {
    case .command(let command): tell(answer(to: command))
    case .asked(let command, let answer):
      let events = self.answer(to: command)
      tell(events)
      answer(events.lazy.compactMap(\.refusal).first)
    case .report(let report): tell(machine.handle(report))
    case .written(.success(let note)): tell(machine.wrote(note))
    case .recordTrouble(let reason): tell(machine.couldNotRecord(reason))
    case .written(.failure(let error)): tell(machine.couldNotWrite("\(error)"))
    }
  }
}

extension Event {
  fileprivate var refusal: Refusal? {
    if case .journal(let entry) = self, case .refused(let refusal) = entry.fact { refusal } else { nil }
  }
}

/// Seconds of the monotonic clock since an arbitrary moment.
package let secondsOfMonotonicClock: @Sendable () -> Double = {
  let origin = ContinuousClock.now
  return { (ContinuousClock.now - origin) / .seconds(1) }
}()
