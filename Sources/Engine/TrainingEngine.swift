import Events
import Recipe

/// Performs a session: asks `SessionMachine` what to do, has it done by `SessionWork`, tells the readers.
///
/// Everything runs on a thread of its own. Commands come in through `send` from anywhere and are looked at whenever the
/// work polls; a paused engine sleeps. Events are kept until they are read, so a slow reader loses nothing and slows
/// nothing.
package actor TrainingEngine {
  /// Everything the session tells, in order; ends after the summary. For one reader.
  package nonisolated let events: AsyncStream<Event>

  private let teller: AsyncStream<Event>.Continuation
  private let inbox = CommandInbox()
  private let thread = EngineThread(name: "dualab engine")
  private let clock: @Sendable () -> Double
  private var machine: SessionMachine
  private var work: any SessionWork
  /// The attack on a frozen copy that was begun last.
  private var attack: FrozenAttack?

  /// A session that has not begun. `clock` gives seconds since any fixed moment; only the summary shows them.
  package init(
    work: sending any SessionWork, settings: Settings, tour: [TourStop] = [],
    clock: @escaping @Sendable () -> Double = secondsOfMonotonicClock
  ) {
    (events, teller) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
    machine = SessionMachine(settings: settings, tour: tour)
    self.work = work
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

  /// Runs the session to its end. To be called once. Nothing is thrown: a failure is an outcome of the summary.
  package func run() -> Summary {
    let start = clock()
    var input = SessionInput.begin
    while true {
      let actions = machine.handle(input)
      guard let next = tell(actions) else { preconditionFailure("a session without a next action after \(input)") }
      if case .end(var summary) = next {
        summary.seconds = clock() - start
        teller.yield(.summary(summary))
        teller.finish()
        return summary
      }
      input = perform(next)
    }
  }

  /// Does everything that has no result; hands back what has one.
  private func tell(_ actions: [SessionAction]) -> SessionAction? {
    var next: SessionAction?
    for action in actions {
      switch action {
      case .emit(let event): teller.yield(event)
      case .keepAsBest(let step): work.keepAsBest(step: step)
      case .cancelAttack: attack?.cancel()
      default: next = action
      }
    }
    return next
  }

  private func perform(_ action: SessionAction) -> SessionInput {
    if action == .waitForCommand { return nextInput() }
    let result: SessionInput
    do {
      result = try resultOfWork(action)
    } catch is Interruption {
      result = .interrupted
    } catch {
      result = .failed(oneLine("\(error)"))
    }
    // What was asked before the work ended comes before its result: a knob set then is in time for the next step.
    obeyWaitingCommands()
    return result
  }

  private func resultOfWork(_ action: SessionAction) throws -> SessionInput {
    switch action {
    case .prepare: .prepared(try work.prepare())
    case .runStep(let number, let settings): .stepDone(try work.step(number, settings: settings, poll: poll))
    case .validate(let step, let settings):
      .measured(try work.validate(afterStep: step, settings: settings, poll: poll))
    case .test(let weights, let step, let settings):
      .measured(try work.test(weights, afterStep: step, settings: settings, poll: poll))
    case .operate(let operation, let step, let settings):
      .operated(try work.operate(operation, afterStep: step, settings: settings, poll: poll))
    case .look(let step, let settings): .looked(try work.look(afterStep: step, settings: settings, poll: poll))
    case .lookDeeper(let step, let settings):
      .lookedDeeper(try work.lookDeeper(afterStep: step, settings: settings, poll: poll))
    case .findCauses(let step, let settings):
      .foundCauses(try work.findCauses(afterStep: step, settings: settings, poll: poll))
    case .freeze(let scope, let step, let settings): try begin(scope, afterStep: step, settings)
    case .save(let kind, let step, let settings): .saved(try work.save(kind, step: step, settings: settings))
    case .emit, .keepAsBest, .cancelAttack, .waitForCommand, .end: preconditionFailure("\(action) has no result")
    }
  }

  /// Begins an attack on a copy of the weights; what it tells comes in like a command.
  private func begin(_ scope: AttackScope, afterStep step: Int, _ settings: Settings) throws -> SessionInput {
    let attack = try work.freeze(scope, afterStep: step, settings: settings)
    attack.start { [inbox] report in inbox.put(.heard(report)) }
    self.attack = attack
    return .frozen
  }

  // MARK: commands

  /// Called by the work, often: obeys what has come; returns, sleeps through a pause, or throws `Interruption`.
  private func poll() throws {
    while true {
      obeyWaitingCommands()
      switch machine.pollAnswer {
      case .goOn: return
      case .hold: inbox.wait()
      case .giveUp: throw Interruption()
      }
    }
  }

  /// While work is under way commands are answered by events alone.
  private func obeyWaitingCommands() {
    while let input = inbox.take() { _ = tell(machine.handle(input)) }
  }

  private func nextInput() -> SessionInput {
    while true {
      if let input = inbox.take() { return input }
      inbox.wait()
    }
  }
}

/// Seconds of the monotonic clock since an arbitrary moment.
package let secondsOfMonotonicClock: @Sendable () -> Double = {
  let origin = ContinuousClock.now
  return { (ContinuousClock.now - origin) / .seconds(1) }
}()

/// An error of whatever origin as the one line a user gets.
private func oneLine(_ text: String) -> String {
  text.split(whereSeparator: \.isNewline).joined(separator: " ")
}
