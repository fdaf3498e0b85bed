import Events
import Readout
import Recipe
import Testing

@testable import Engine

/// Operations on the network between two steps: when they are done, what a pause and an end mean for them.
@Suite("Surgery in a session")
struct SessionSurgeryTests {
  private static let dual = Command.set(knob: "norm", value: .text("dbn"), cause: .you)

  private func running(steps: Int = 4) throws -> SessionMachine {
    var machine = SessionMachine(settings: try settings())
    _ = machine.play(.begin, .prepared(description(steps: steps)))
    return machine
  }

  private func done(_ operation: NetworkOperation, _ machine: SessionMachine) -> Input {
    .operated(report(machine.step, operation, machine.settings))
  }

  @Test("an operation that a stop interrupts is done by the session that goes on")
  func interruptedByAStop() throws {
    var machine = try running()
    _ = machine.play(.command(Self.dual), .stepDone(sample(1)), .command(.stop), .interrupted)
    let progress = try #require(machine.progress(for: .interrupted))
    var next = SessionMachine(settings: try settings())
    next.resume(from: progress, redo: [], reached: 1, told: 9, file: "interrupted.safetensors")
    #expect(next.play(.begin, .prepared(description(steps: 4))).contains("convert to dbn @1"))
  }

  @Test("a recalibration and a new norm in one step are both done, the recalibration on the network as it was")
  func recalibrationBeforeConversion() throws {
    var machine = try running()
    _ = machine.play(.command(.recalibrate(batches: 7)), .command(Self.dual))
    let first = machine.follow(.stepDone(sample(1)))
    guard case .work(.operate(.recalibrate(batches: 7), 1, let used))? = first.last else {
      Issue.record("\(first.map(words))")
      return
    }
    #expect(used[.norm].rawValue == "bn" && machine.settings[.norm].rawValue == "dbn")
    let after = machine.follow(.operated(report(1, .recalibrate(batches: 7), used)))
    #expect(after.map(words).last == "convert to dbn @1")
  }

  @Test("what is changed while the network is operated on comes after it")
  func changedMeanwhile() throws {
    var machine = try running()
    _ = machine.play(.command(Self.dual), .stepDone(sample(1)))
    let gamma = Command.set(knob: "gamma", value: .number(0.1), cause: .you)
    #expect(machine.play(.command(gamma)) == [])
    let after = machine.follow(done(.convert, machine)).map(words)
    #expect(after.suffix(2) == ["journal @1 γ 0.5 → 0.1 (you)", "run 2 γ=0.1"])
    #expect(machine.changes.inOrder().map(\.act).count == 3)
  }

  @Test("a new norm is put in when the step under way is done, and the next step has it")
  func atTheBoundary() throws {
    var machine = try running()
    #expect(machine.play(.command(Self.dual)) == ["journal @1 norm bn → dbn (you)"])
    #expect(machine.pollAnswer == .goOn)
    #expect(machine.play(.stepDone(sample(1))) == ["sample 1", "convert to dbn @1"])
    #expect(machine.pollAnswer == .goOn)
    let after = machine.follow(done(.convert, machine))
    #expect(
      after.map(words) == [
        "surgery bn → dbn @1",
        "journal @1 norm bn → dbn: logits unchanged bit for bit; clean 0.5 → 0.5, PGD-10 0.5 → 0.5, n 10 (engine)",
        "run 2 γ=0.5",
      ])
    guard case .work(.runStep(2, let next))? = after.last else {
      Issue.record("no second step")
      return
    }
    #expect(next[.norm].rawValue == "dbn")
  }

  @Test("the journal says when it takes effect")
  func effect() throws {
    var machine = try running()
    guard case .emit(.journal(let entry))? = machine.follow(.command(Self.dual)).first else {
      Issue.record("no journal")
      return
    }
    #expect(entry.change?.knob == "norm" && entry.change?.effect == .surgery)
  }

  @Test("a validation that is due comes first")
  func afterValidation() throws {
    var machine = try running()
    _ = machine.play(.stepDone(sample(1)), .command(Self.dual))
    #expect(machine.play(.stepDone(sample(2))).last == "validate @2 γ=0.5")
    #expect(
      machine.play(.measured(probe(2, clean: 5, adversarial: 5))) == [
        "probe validation current @2", "keep @2", "convert to dbn @2",
      ])
  }

  @Test("in a pause between steps it is done at once, and the pause goes on")
  func whilePaused() throws {
    var machine = try running()
    _ = machine.play(.command(.pause), .stepDone(sample(1)))
    #expect(machine.play(.command(Self.dual)) == ["journal @1 norm bn → dbn (you)", "convert to dbn @1"])
    #expect(machine.pollAnswer == .goOn)
    #expect(machine.play(done(.convert, machine)).last == "wait")
    #expect(machine.state == .paused)
    #expect(machine.play(.command(.resume)) == ["state training @1", "run 2 γ=0.5"])
  }

  @Test("a step held in a pause is aborted for it and rerun with the current settings")
  func insideAHeldStep() throws {
    var machine = try running()
    _ = machine.play(.command(.pause), .command(setGamma))
    #expect(machine.pollAnswer == .hold)
    #expect(machine.play(.command(Self.dual)) == ["journal @0 norm bn → dbn (you)"])
    #expect(machine.pollAnswer == .abort)
    #expect(
      machine.play(.interrupted) == [
        "journal @0 step 1 aborted for what was asked for in the pause; it will be rerun with the current settings (engine)",
        "convert to dbn @0",
      ])
    #expect(machine.play(done(.convert, machine)).last == "wait")
    #expect(machine.play(.command(.resume)) == ["state training @0", "run 1 γ=0.1"])
  }

  @Test("a validation held in a pause is aborted for it and done afterwards")
  func insideAHeldValidation() throws {
    var machine = try running()
    _ = machine.play(.stepDone(sample(1)), .stepDone(sample(2)), .command(.pause), .command(Self.dual))
    #expect(machine.pollAnswer == .abort)
    #expect(machine.play(.interrupted) == ["convert to dbn @2"])
    #expect(machine.play(done(.convert, machine)).last == "wait")
    #expect(machine.play(.command(.resume)) == ["state validating @2", "validate @2 γ=0.5"])
  }

  @Test("a norm changed and changed back needs no operation")
  func thereAndBack() throws {
    var machine = try running()
    let back = Command.set(knob: "norm", value: .text("bn"), cause: .you)
    _ = machine.play(.command(Self.dual), .command(back))
    #expect(machine.play(.stepDone(sample(1))) == ["sample 1", "run 2 γ=0.5"])
  }

  @Test("settings of normalization layers that the network does not have change without an operation")
  func idleKnob() throws {
    var machine = try running()
    let all = Command.set(knob: "norm.layers", value: .text("all"), cause: .you)
    let actions = machine.follow(.command(all))
    #expect(actions.map(words) == ["journal @1 norm.layers stage-ends → all, not used by norm bn (you)"])
    // Nothing takes effect, now or later.
    guard case .emit(.journal(let entry))? = actions.first else {
      Issue.record("no journal")
      return
    }
    #expect(entry.change?.effect == nil && entry.change?.new == .text("all"))
    #expect(machine.play(.stepDone(sample(1))) == ["sample 1", "run 2 γ=0.5"])
    #expect(
      machine.play(.command(Self.dual), .stepDone(sample(2)), .measured(probe(2, clean: 1, adversarial: 1))).last
        == "convert to dbn @2")
    #expect(machine.settings[.normLayers].description == "all")
  }

  @Test("one that fails changes nothing: the knob goes back, the session goes on")
  func failure() throws {
    var machine = try running()
    _ = machine.play(.command(Self.dual), .stepDone(sample(1)))
    #expect(
      machine.play(.failed("norm.layers: conv4 has no norm 9")) == [
        "journal @1 norm.layers: conv4 has no norm 9 (engine)", "journal @1 norm dbn → bn (engine)", "run 2 γ=0.5",
      ])
    #expect(machine.settings[.norm].rawValue == "bn")
  }

  @Test("what was set for a norm that does not come goes back with it")
  func failureWithFollowers() throws {
    var start = try settings()
    try start.set("norm", to: .text("dbn"))
    var machine = SessionMachine(settings: start)
    _ = machine.play(.begin, .prepared(description()))
    _ = machine.play(
      .command(.set(knob: "norm", value: .text("bn"), cause: .you)),
      .command(.set(knob: "batching", value: .text("seq"), cause: .you)), .stepDone(sample(1)))
    #expect(
      machine.play(.failed("no memory")) == [
        "journal @1 no memory (engine)", "journal @1 batching seq → cat (engine)", "journal @1 norm bn → dbn (engine)",
        "run 2 γ=0.5",
      ])
    #expect(machine.settings == start)
  }

  @Test("stopping aborts it, and the checkpoint says the norm that the weights have")
  func stop() throws {
    var machine = try running()
    _ = machine.play(.command(Self.dual), .command(.stop))
    #expect(machine.pollAnswer == .abort)
    _ = machine.play(.interrupted)
    machine = try running()
    _ = machine.play(.command(Self.dual), .stepDone(sample(1)), .command(.stop))
    #expect(machine.pollAnswer == .abort)
    guard case .work(.save(.interrupted, step: 1, let written))? = machine.follow(.interrupted).last else {
      Issue.record("nothing is saved")
      return
    }
    #expect(written[.norm].rawValue == "bn")
  }

  @Test("the best weights keep the settings that they were trained with")
  func bestKeepsItsNorm() throws {
    var machine = try running(steps: 2)
    _ = machine.play(.stepDone(sample(1)), .stepDone(sample(2)), .command(Self.dual))
    var actions = machine.follow(.measured(probe(2, clean: 9, adversarial: 9)))
    #expect(actions.last.map(words) == "convert to dbn @2")
    actions = machine.follow(done(.convert, machine))
    guard case .work(.save(.last, step: 2, let last))? = actions.last else {
      Issue.record("last is not saved: \(actions.map(words))")
      return
    }
    #expect(last[.norm].rawValue == "dbn")
    guard case .work(.save(.best, step: 2, let best))? = machine.follow(.saved(nil)).last else {
      Issue.record("best is not saved")
      return
    }
    #expect(best[.norm].rawValue == "bn")
  }

  @Test("finishing does what was asked before it, and refuses what is asked after it")
  func finish() throws {
    var machine = try running()
    _ = machine.play(.command(Self.dual), .command(.finish))
    #expect(
      machine.play(.command(.set(knob: "norm", value: .text("gn"), cause: .you))) == [
        "journal @1 norm stays dbn: too late to change it, the run is ending (engine)"
      ])
    #expect(machine.play(.stepDone(sample(1))).last == "convert to dbn @1")
    #expect(machine.play(done(.convert, machine)).last == "validate @1 γ=0.5")
  }

  @Test("recalibration is an operation too")
  func recalibrate() throws {
    var machine = try running()
    #expect(machine.play(.command(.recalibrate(batches: 7)), .command(.recalibrate(batches: 7))) == [])
    // For the record, once; what the tour asks for is not in it.
    #expect(machine.takeAccepted() == [Intervention(step: 1, cause: .you, .recalibrate(batches: 7))])
    #expect(machine.progress(for: .interrupted)?.awaits(.recalibrate(batches: 7)) == true)
    #expect(machine.play(.stepDone(sample(1))).last == "recalibrate 7 @1")
    #expect(machine.takeAccepted().isEmpty)
    #expect(machine.play(.failed("no room")) == ["journal @1 no room (engine)", "run 2 γ=0.5"])
    _ = machine.play(.command(.pause), .stepDone(sample(2)))
    #expect(machine.play(.command(.recalibrate(batches: 3))) == ["recalibrate 3 @2"])
    let actions = machine.play(done(.recalibrate(batches: 3), machine))
    #expect(actions.contains { $0.hasPrefix("journal @2 running statistics of bn recomputed") })
    #expect(actions.last == "wait")
  }

  @Test("statistics that the norm does not have are not recomputed", arguments: ["in", "gn", "none"])
  func recalibrateNothing(norm: String) throws {
    var start = try settings()
    try start.set("norm", to: .text(norm))
    var machine = SessionMachine(settings: start)
    _ = machine.play(.begin, .prepared(description()))
    #expect(
      machine.play(.command(.recalibrate(batches: 7))) == [
        "journal @1 cannot recalibrate: norm \(norm) has no running statistics; bn, dbn and split have (engine)"
      ])
    #expect(machine.play(.stepDone(sample(1))).last == "run 2 γ=0.5")
  }

  @Test(
    "what cannot be together is refused with one line and changes nothing",
    arguments: [
      ([("batching", "seq")], "norm", "dbn", "norm stays bn: norm dbn with batching seq: DBN needs both domains"),
      ([("norm", "dbn")], "batching", "seq3", "batching stays cat: "),
      ([("norm", "dbn")], "attack.bn", "batch-track", "attack.bn stays eval: norm dbn with attack.bn batch-track"),
      ([], "batching", "seq3", "batching stays cat: batching seq3 needs a KL term"),
      ([("objective", "trades"), ("beta", "6"), ("batching", "seq3")], "objective", "mat", nil),
      ([("beta", "1"), ("batching", "seq3")], "beta", "0", "β stays 1: batching seq3"),
      ([("objective", "at"), ("norm", "dbn")], "batching", "seq", nil),
      (
        [("objective", "at"), ("norm", "dbn"), ("batching", "seq")], "objective", "mat", "objective stays at: norm dbn"
      ),
      (
        [("objective", "trades"), ("clean.rows", "0.1")], "clean.rows", "0",
        "clean.rows stays 0.1: clean.rows 0: TRADES"
      ),
    ] as [([(String, String)], String, String, String?)])
  func conflicts(before: [(String, String)], knob: String, value: String, line: String?) throws {
    var start = try settings()
    for (name, value) in before { try start.set(name, parsing: value) }
    #expect(start.conflict == nil)
    var machine = SessionMachine(settings: start)
    _ = machine.play(.begin, .prepared(description()))
    let parsed = try #require(try AnyKnob.named(knob)?.parse(value))
    let actions = machine.follow(.command(.set(knob: knob, value: parsed, cause: .you)))
    guard case .emit(.journal(let entry))? = actions.first else {
      Issue.record("no journal")
      return
    }
    if let line {
      #expect(entry.text.hasPrefix(line), "\(entry.text)")
      #expect(entry.cause == .engine && entry.change == nil)
      #expect(machine.settings == start)
    } else {
      #expect(entry.cause == .you)
      #expect(AnyKnob.named(knob).map(machine.settings.formatted) == value)
    }
  }

  @Test("after a change of the attack the best checkpoint is reset, and the journal says so")
  func bestIsReset() throws {
    var machine = try running(steps: 8)
    _ = machine.play(.stepDone(sample(1)), .stepDone(sample(2)), .measured(probe(2, clean: 9, adversarial: 9)))
    _ = machine.play(.command(.set(knob: "eps", value: .number(8 / 255), cause: .you)), .stepDone(sample(3)))
    let line = "journal @4 best checkpoint reset: step 2 was evaluated under a different attack (engine)"
    #expect(machine.play(.stepDone(sample(4))).contains(line))
    #expect(machine.play(.measured(probe(4, clean: 1, adversarial: 0))).contains("keep @4"))
    _ = machine.play(.stepDone(sample(5)))
    #expect(!machine.play(.stepDone(sample(6))).contains { $0.contains("reset") })
    #expect(!machine.play(.measured(probe(6, clean: 0, adversarial: 0))).contains("keep @6"))
  }

  @Test("changes that measure alike reset nothing", arguments: [("gamma", "0.1"), ("lr", "0.5")])
  func otherChanges(knob: String, value: String) throws {
    var machine = try running(steps: 8)
    _ = machine.play(.stepDone(sample(1)), .stepDone(sample(2)), .measured(probe(2, clean: 9, adversarial: 9)))
    let parsed = try #require(try AnyKnob.named(knob)?.parse(value))
    _ = machine.play(.command(.set(knob: knob, value: parsed, cause: .you)), .stepDone(sample(3)))
    #expect(!machine.play(.stepDone(sample(4))).contains { $0.contains("reset") })
    #expect(!machine.play(.measured(probe(4, clean: 1, adversarial: 0))).contains("keep @4"))
  }

  @Test("stopping before a new best is chosen still writes the old one")
  func theOldBestIsNotLost() throws {
    var machine = try running(steps: 8)
    _ = machine.play(.stepDone(sample(1)), .stepDone(sample(2)), .measured(probe(2, clean: 9, adversarial: 9)))
    _ = machine.play(.command(.set(knob: "eps", value: .number(8 / 255), cause: .you)), .stepDone(sample(3)))
    _ = machine.play(.command(.stop))
    #expect(machine.play(.interrupted).last == "save interrupted @3 γ=0.5")
    #expect(machine.play(.saved(nil)).last == "save best @2 γ=0.5")
  }
}
