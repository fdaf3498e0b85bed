import Engine
import Events
import Recipe
import Testing

/// Results that do not belong to the work under way: no pair of work and result is swallowed.
@Suite struct SessionOrderTests {
  private static let half = Proportion(correct: 5, n: 10)
  private static let work = [
    "run 3", "validate @2", "keep @2", "test last", "save last", "convert", "check @1", "check deeply", "causes",
    "freeze",
  ]
  private static let results: [WorkResult] = [
    .stepDone(sample(3)), .measured(probe(2, clean: 5, adversarial: 5)), .keptAsBest, .saved(nil),
    .operated(report(2, .convert, Settings())), .checkedQuickly(quickCheck(1, broken: 0)),
    .checkedDeeply(deepCheck(1, broken: 0)), .foundCauses(CausesFound(step: 1, causes: [], passes: 1)), .frozen,
    .interrupted, .failed("broken"), .lost("lost"),
  ]

  /// A session in the middle of that work.
  private func machine(in work: String) throws -> SessionMachine {
    var settings = try settings()
    let isCheck = ["check", "causes"].contains { work.hasPrefix($0) }
    for assignment in [
      "sentinel.every=\(isCheck ? 1 : 0)", "sentinel.deep_every=1", "sentinel.budget=1", "sentinel.images=16",
      "attack.steps=100",
    ] {
      try settings.apply(assignment: assignment)
    }
    var machine = SessionMachine(settings: settings)
    guard isCheck else {
      _ = machine.run(until: ["convert", "freeze"].contains(work) ? "run 3" : work)
      if work == "convert" {
        _ = machine.play(
          .command(.set(knob: "norm", value: .text("dbn"), cause: .you)), .stepDone(sample(3)))
      }
      if work == "freeze" { _ = machine.play(.command(.attack(.full)), .stepDone(sample(3))) }
      return machine
    }
    _ = machine.play(.begin, .prepared(description(steps: 10)))
    _ = machine.play(.stepDone(Sample(step: 1, epoch: 0, loss: 1, learningRate: 0.1, images: 64, seconds: 0.5)))
    if work != "check @1" { _ = machine.play(.checked(quickCheck(1, broken: 0))) }
    if work == "causes" { _ = machine.play(.checkedDeeply(deepCheck(1, broken: 20))) }
    return machine
  }

  @Test func everyWorkHasItsResultsAndAllOthersAreOutOfOrder() throws {
    var taken: [String: [String]] = [:]
    for name in Self.work {
      for result in Self.results {
        var machine = try machine(in: name)
        guard case .work(let work) = machine.now else {
          Issue.record("no work: \(name)")
          continue
        }
        #expect(words(.work(work)).hasPrefix(name))
        _ = machine.handle(result)
        let isRefused = try failure(&machine).contains("out of order")
        if !isRefused { taken[name, default: []].append(String("\(result)".prefix { $0 != "(" })) }
      }
    }
    let common = ["interrupted", "failed"]
    #expect(
      taken == [
        "run 3": ["stepDone"] + common, "validate @2": ["measured"] + common, "keep @2": ["keptAsBest", "failed"],
        "test last": ["measured"] + common, "save last": ["saved", "failed"], "convert": ["operated"] + common,
        "check @1": ["checkedQuickly"] + common + ["lost"], "check deeply": ["checkedDeeply"] + common + ["lost"],
        "causes": ["foundCauses"] + common + ["lost"], "freeze": ["frozen", "failed"],
      ])
  }

  /// How the session says that it failed, after the checkpoints it still writes; empty when it did not.
  private func failure(_ machine: inout SessionMachine) throws -> String {
    for _ in 0..<6 {
      switch machine.now {
      case .end(let summary): return summary.reason
      case .work(.save(_, let step, _)) where machine.pollAnswer == .abort:
        _ = machine.handle(.saved(CheckpointNote(step: step, kind: .last, path: "/")))
      default: return ""
      }
    }
    throw TrainingFailure("the session does not end")
  }

  @Test func resultsBeforeTheStartAndPreparingTwiceAreOutOfOrder() throws {
    var machine = SessionMachine(settings: try settings())
    #expect(words(machine.answer(.frozen).last ?? .wait).hasPrefix("end failed @0"))
    machine = SessionMachine(settings: try settings())
    _ = machine.run(until: "run 1")
    let turn = machine.prepared(description())
    guard case .end(let summary) = turn.next else {
      Issue.record("goes on")
      return
    }
    #expect(summary.reason == "internal error: 'prepared' came out of order; please report this")
  }

  @Test func afterTheEndNothingChanges() throws {
    var machine = SessionMachine(settings: try settings())
    let end = machine.run(until: "end")
    for result in Self.results {
      let turn = machine.handle(result)
      #expect(turn.events.isEmpty && Action(turn.next) == end)
    }
    #expect(machine.handle(Command.resume) == [])
  }
}
