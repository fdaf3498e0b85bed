import Engine
import Events
import Testing

/// Laws that hold whatever is asked and whenever: all sequences of commands and results of a certain length are tried.
@Suite("Laws of the session machine")
struct SessionLawTests {
  /// What one branch of the search has seen.
  private struct Trace {
    var machine: SessionMachine
    var underWay: SessionAction
    var samples = 0
    var states: [SessionState] = []
    var isOver = false

    mutating func take(_ actions: [SessionAction], answersWork: Bool) {
      for (index, action) in actions.enumerated() {
        switch action {
        case .emit(.state(let change)):
          #expect(change.state != states.last, "a state is told once")
          states.append(change.state)
        case .emit(.sample(let sample)):
          samples += 1
          #expect(sample.step == samples, "steps are told in order, none twice")
        case .emit, .keepAsBest: break
        default:
          #expect(index == actions.count - 1, "work comes last")
          #expect(answersWork || underWay == .waitForCommand, "no work is started while work is under way")
          underWay = action
          if case .end = action { isOver = true }
        }
      }
      #expect(!answersWork || actions.last.map { $0.isWork || $0 == .waitForCommand } == true || isOver)
      #expect(machine.step == samples)
    }
  }

  private static let setNorm = Command.set(knob: "norm", value: .text("dbn"), cause: .you)
  private static let commands: [Command] = [.pause, .resume, .step, setNorm, .finish, .stop]

  @Test("hold for every sequence of six commands and results")
  func allSequences() throws {
    var machine = SessionMachine(settings: try settings())
    var start = Trace(machine: machine, underWay: .waitForCommand)
    start.take(machine.handle(.begin), answersWork: true)
    start.machine = machine
    var ends = 0
    search(start, depth: 6, ends: &ends)
    #expect(ends > 10_000)
  }

  private func search(_ trace: Trace, depth: Int, ends: inout Int) {
    if depth == 0 || trace.isOver {
      ends += 1
      conclude(trace)
      return
    }
    for command in Self.commands {
      var next = trace
      let actions = next.machine.handle(.command(command))
      next.take(actions, answersWork: false)
      search(next, depth: depth - 1, ends: &ends)
    }
    if trace.machine.pollAnswer == .giveUp, trace.underWay.isWork {
      var next = trace
      let actions = next.machine.handle(.interrupted)
      if !actions.isEmpty {
        next.take(actions, answersWork: true)
        search(next, depth: depth - 1, ends: &ends)
      }
    }
    if let result = trace.underWay.success(trace.machine, steps: 2) {
      var next = trace
      let actions = next.machine.handle(result)
      next.take(actions, answersWork: true)
      search(next, depth: depth - 1, ends: &ends)
    }
  }

  /// Whatever came before, resuming and doing the work ends the session.
  private func conclude(_ trace: Trace) {
    var trace = trace
    for _ in 0..<40 where !trace.isOver {
      if trace.underWay == .waitForCommand {
        let actions = trace.machine.handle(.command(.resume))
        trace.take(actions, answersWork: false)
      } else if let result = trace.underWay.success(trace.machine, steps: 2) {
        let actions = trace.machine.handle(result)
        trace.take(actions, answersWork: true)
      }
    }
    #expect(trace.isOver, "the session ends")
    #expect([.finished, .stopped].contains(trace.states.last))
  }
}
