import Engine
import Events
import Readout
import Recipe
import Testing

@Suite("Knobs of a running session")
struct SessionKnobTests {
  private func running() throws -> SessionMachine {
    var machine = SessionMachine(settings: try settings())
    _ = machine.play(.begin, .prepared(description()))
    return machine
  }

  private func entries(_ actions: [Action]) -> [JournalEntry] {
    actions.compactMap { if case .emit(.journal(let entry)) = $0 { entry } else { nil } }
  }

  @Test("a change is journalled at once, whole, and used from the next step on")
  func change() throws {
    var machine = try running()
    let journal = entries(machine.follow(.command(.set(knob: "eps", value: .number(8 / 255), cause: .preset))))
    #expect(
      journal == [
        JournalEntry(
          step: 1, cause: .preset,
          .changed(SettingChange(knob: "eps", old: .number(16 / 255), new: .number(8 / 255), effect: .nextStep)))
      ])
    #expect(journal.first?.text == "ε 16/255 → 8/255")
    guard case .work(.runStep(2, let next))? = machine.follow(.stepDone(sample(1))).last else {
      Issue.record("no second step")
      return
    }
    #expect(next[.epsilon] == 8.0 / 255)
  }

  @Test("the summary has every change as a tour that makes it again")
  func changes() throws {
    var machine = try running()
    func set(_ name: String, _ value: KnobValue) {
      _ = machine.follow(.command(.set(knob: name, value: value, cause: .you)))
    }
    // During step 1: from step 2 on. γ twice, of which the last counts.
    set("gamma", .number(0.4))
    set("beta", .number(1))
    set("gamma", .number(0.3))
    set("gamma", .number(0.3))
    set("gamma", .number(7))
    _ = machine.follow(.stepDone(sample(1)))
    set("lr", .number(0.0123456789))
    _ = machine.follow(.command(.stop))
    _ = machine.follow(.interrupted)
    var summary: Summary?
    for _ in 0..<4 {
      for case .end(let end) in machine.follow(.saved(nil)) { summary = end }
    }
    #expect(
      summary?.changes == [
        TourStop(
          step: 1,
          changes: [.init(knob: "beta", value: .number(1)), .init(knob: "gamma", value: .number(0.3))], caption: ""),
        TourStop(step: 2, changes: [.init(knob: "lr", value: .number(0.0123456789))], caption: ""),
      ])
  }

  @Test("a change to the same value is not journalled")
  func noChange() throws {
    var machine = try running()
    #expect(machine.follow(.command(.set(knob: "gamma", value: .number(0.5), cause: .you))) == [])
    #expect(machine.play(.command(setGamma), .command(setGamma)).count == 1)
  }

  @Test("a whole number for a real knob is the same value")
  func integerForNumber() throws {
    var machine = try running()
    #expect(
      machine.play(.command(.set(knob: "gamma", value: .integer(1), cause: .you))) == [
        "journal @1 γ 0.5 → 1 (you)"
      ])
    #expect(machine.follow(.command(.set(knob: "gamma", value: .number(1), cause: .you))) == [])
  }

  @Test("every live knob can be changed, every other one is refused, and refusals change nothing")
  func everyKnob() throws {
    for knob in AnyKnob.all {
      var machine = try running()
      let before = machine.settings
      var value = knob.nudged(knob.initial, presses: 1, coarse: false)
      if value == knob.initial { value = knob.nudged(knob.initial, presses: -1, coarse: false) }
      if knob.name == "data.dir" { value = .text("/elsewhere") }
      if knob.name == "lr.drops" { value = .text("0.5") }
      if knob.name == "norm.layers" { value = .text("all") }
      let journal = entries(machine.follow(.command(.set(knob: knob.name, value: value, cause: .you))))
      #expect(journal.count == 1, "\(knob.name)")
      #expect(journal.first?.cause == (knob.isLive ? .you : .engine), "\(knob.name)")
      #expect(journal.first?.change?.knob == (knob.isLive ? knob.name : nil), "\(knob.name)")
      #expect((machine.settings != before) == knob.isLive, "\(knob.name)")
    }
  }

  @Test(
    "bad names and values are answered by one line of the engine and change nothing",
    arguments: [
      ("gama", KnobValue.number(0.1), "'gama' is not a setting; did you mean 'gamma'?"),
      ("gamma", .number(1.5), "gamma: '1.5' is not accepted; use a number in 0 … 1"),
      ("gamma", .number(.nan), "gamma: 'nan' is not accepted; use a number in 0 … 1"),
      ("gamma", .text("high"), "gamma: 'high' is not accepted; use a number in 0 … 1"),
      (
        "eps", .number(0),
        "eps: '0' is not accepted; use a number or a fraction such as 8/255 above 1e-07, up to 1"
      ),
      ("width", .integer(32), "width is fixed when a run starts; start a new run with --set width=32"),
    ])
  func refusals(name: String, value: KnobValue, line: String) throws {
    var machine = try running()
    let before = machine.settings
    let journal = entries(machine.follow(.command(.set(knob: name, value: value, cause: .you))))
    #expect(journal.map(\.text) == [line] && journal.map(\.step) == [1] && journal.map(\.cause) == [.engine])
    #expect(journal.allSatisfy { if case .refused = $0.fact { true } else { false } })
    #expect(machine.settings == before)
  }
}
