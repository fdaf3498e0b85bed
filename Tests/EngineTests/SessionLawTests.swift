import Engine
import Events
import Testing

/// Laws that hold whatever is asked and whenever: all sequences of commands and results of a certain length are tried.
@Suite("Laws of the session machine")
struct SessionLawTests {
  /// What one branch of the search has seen.
  private struct Trace {
    var machine: SessionMachine
    var underWay = Action.wait
    var samples = 0
    var states: [SessionState] = []
    var isOver: Bool { if case .end = underWay { true } else { false } }

    /// Has the machine answer, and holds the answer to the laws.
    mutating func answer(_ input: Input) {
      take(machine.answer(input), isResult: input.isResult)
    }

    private mutating func take(_ actions: [Action], isResult: Bool) {
      let wasWaiting = underWay == .wait
      for (index, action) in actions.enumerated() {
        switch action {
        case .emit(.state(let change)):
          #expect(change.state != states.last, "a state is told once")
          states.append(change.state)
        case .emit(.sample(let sample)):
          samples += 1
          #expect(sample.step == samples, "steps are told in order, none twice")
        case .emit, .cancelAttack: break
        case .prepare, .work, .wait, .end:
          #expect(index == actions.count - 1, "work comes last")
          #expect(isResult || wasWaiting, "no work is started while work is under way")
          underWay = action
        }
      }
      #expect(!isResult || actions.last == underWay, "a result is answered by what comes next")
      #expect(machine.step == samples)
    }
  }

  private static let setNorm = Command.set(knob: "norm", value: .text("dbn"), cause: .you)
  private static let commands: [Command] = [.pause, .resume, .step, setNorm, .finish, .stop]

  @Test("hold for every sequence of six commands and results")
  func allSequences() throws {
    var ends = 0
    search(try start(), depth: 6, ends: &ends)
    #expect(ends > 10_000)
  }

  @Test("hold when any work may fail, for every sequence of five commands, results and failures")
  func failures() throws {
    var ends = 0
    search(try start(), depth: 5, canFail: true, ends: &ends)
    #expect(ends > 5_000)
  }

  private func start() throws -> Trace {
    var start = Trace(machine: SessionMachine(settings: try settings()))
    start.answer(.begin)
    return start
  }

  private func search(_ trace: Trace, depth: Int, canFail: Bool = false, ends: inout Int) {
    if depth == 0 || trace.isOver {
      ends += 1
      conclude(trace, canFail: canFail)
      return
    }
    func branch(_ input: Input) {
      var next = trace
      next.answer(input)
      search(next, depth: depth - 1, canFail: canFail, ends: &ends)
    }
    for command in Self.commands { branch(.command(command)) }
    if trace.machine.pollAnswer == .abort, case .work(let work) = trace.underWay, work.isInterruptible {
      branch(.interrupted)
    }
    if canFail, trace.underWay.isWork { branch(.failed("broken")) }
    if let result = trace.underWay.success(steps: 2) { branch(result) }
  }

  /// Whatever came before, resuming and doing the work ends the session.
  private func conclude(_ trace: Trace, canFail: Bool) {
    var trace = trace
    for _ in 0..<40 where !trace.isOver {
      if let result = trace.underWay.success(steps: 2) {
        trace.answer(result)
      } else {
        trace.answer(.command(.resume))
      }
    }
    #expect(trace.isOver, "the session ends")
    #expect([.finished, .stopped].contains(trace.states.last) || canFail && trace.states.last == .failed)
  }
}

extension Input {
  /// True for what is answered by exactly one thing to do.
  fileprivate var isResult: Bool {
    switch self {
    case .begin, .prepared, .result: true
    case .command, .heard: false
    }
  }
}
