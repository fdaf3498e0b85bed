import Engine
import Events
import Recipe
import Testing

/// Every command in every situation a session can be in.
@Suite("Commands to the session machine")
struct SessionCommandTests {
  /// A situation, and what each command brings about in it.
  struct Row: Sendable {
    let situation: String
    let pause, resume, step, set, finish, stop: [String]
  }

  static let journal0 = ["journal @0 γ 0.5 → 0.1 (you)"]
  static let journal2 = ["journal @2 γ 0.5 → 0.1 (you)"]
  static let journal3 = ["journal @3 γ 0.5 → 0.1 (you)"]
  static let journal4 = ["journal @4 γ 0.5 → 0.1 (you)"]
  static let finish2 = "journal @2 finishing after step 2 of 4 (you)"
  static let finish3 = "journal @3 finishing after step 3 of 4 (you)"

  static let table: [Row] = [
    Row(situation: "idle", pause: [], resume: [], step: [], set: journal0, finish: [], stop: []),
    Row(situation: "preparing", pause: [], resume: [], step: [], set: journal0, finish: [], stop: []),
    Row(
      situation: "in step 3", pause: ["state paused @2"], resume: [], step: [], set: journal3, finish: [finish3],
      stop: []),
    Row(
      situation: "paused in step 3", pause: [], resume: ["state training @2"], step: ["state training @2"],
      set: journal3, finish: [finish3, "state training @2"], stop: []),
    Row(
      situation: "validating after step 2", pause: ["state paused @2"], resume: [], step: [], set: journal2,
      finish: [finish2], stop: []),
    Row(
      situation: "paused in the validation after step 2", pause: [], resume: ["state validating @2"],
      step: ["state validating @2"], set: journal2, finish: [finish2, "state validating @2"], stop: []),
    Row(
      situation: "paused after step 2", pause: ["wait"], resume: ["state training @2", "run 3 γ=0.5"],
      step: ["state training @2", "run 3 γ=0.5"], set: journal2 + ["wait"], finish: [finish2, "save last @2 γ=0.5"],
      stop: ["save interrupted @2 γ=0.5"]),
    Row(
      situation: "paused after the last step", pause: ["wait"], resume: ["save last @4 γ=0.5"],
      step: ["save last @4 γ=0.5"], set: journal4 + ["wait"], finish: ["save last @4 γ=0.5"],
      stop: ["save interrupted @4 γ=0.5"]),
    Row(situation: "saving the last", pause: [], resume: [], step: [], set: journal4, finish: [], stop: []),
    Row(
      situation: "testing the last", pause: ["state paused @4"], resume: [], step: [], set: journal4, finish: [],
      stop: []),
    Row(
      situation: "paused in a test", pause: [], resume: ["state testing @4"], step: ["state testing @4"], set: journal4,
      finish: ["state testing @4"], stop: []),
    Row(situation: "stopping in step 3", pause: [], resume: [], step: [], set: [], finish: [], stop: []),
    Row(situation: "saving the interrupted", pause: [], resume: [], step: [], set: [], finish: [], stop: []),
    Row(situation: "finished", pause: [], resume: [], step: [], set: [], finish: [], stop: []),
    Row(situation: "failed", pause: [], resume: [], step: [], set: [], finish: [], stop: []),
  ]

  @Test("do what the table says")
  func everyCommandInEverySituation() throws {
    for row in Self.table {
      let commands: [(Command, [String])] = [
        (.pause, row.pause), (.resume, row.resume), (.step, row.step), (setGamma, row.set), (.finish, row.finish),
        (.stop, row.stop),
      ]
      for (command, expected) in commands {
        var machine = try Self.machine(row.situation)
        #expect(machine.play(.command(command)) == expected, "\(command) when \(row.situation)")
      }
    }
  }

  @Test("hold, release or abort the work under way")
  func pollAnswers() throws {
    for (situation, command, expected) in [
      ("in step 3", nil, PollAnswer.goOn), ("in step 3", .pause, .hold), ("in step 3", .stop, .abort),
      ("in step 3", .finish, .goOn), ("paused in step 3", nil, .hold), ("paused in step 3", .resume, .goOn),
      ("paused in step 3", .step, .goOn), ("paused in step 3", setGamma, .hold), ("paused in step 3", .finish, .goOn),
      ("paused in step 3", .stop, .abort), ("testing the last", .pause, .hold), ("testing the last", .stop, .abort),
      ("paused in a test", .step, .goOn), ("stopping in step 3", .resume, .abort),
    ] as [(String, Command?, PollAnswer)] {
      var machine = try Self.machine(situation)
      if let command { _ = machine.follow(.command(command)) }
      #expect(machine.pollAnswer == expected, "\(String(describing: command)) when \(situation)")
    }
  }

  // MARK: what commands lead to

  @Test("a single step inside a paused step finishes it and pauses")
  func singleStepInsideAStep() throws {
    var machine = try Self.machine("paused in step 3")
    #expect(machine.play(.command(.step)) == ["state training @2"])
    #expect(machine.play(.stepDone(sample(3))) == ["sample 3", "state paused @3", "wait"])
  }

  @Test("a single step between steps runs one, validates when due, and pauses")
  func singleStepBetweenSteps() throws {
    var machine = try Self.machine("paused after step 2")
    #expect(machine.play(.command(.step), .stepDone(sample(3))).suffix(2) == ["state paused @3", "wait"])
    #expect(machine.play(.command(.step)) == ["state training @3", "run 4 γ=0.5"])
    #expect(machine.play(.stepDone(sample(4))) == ["sample 4", "state validating @4", "validate @4 γ=0.5"])
    #expect(
      machine.play(.measured(probe(4, clean: 0, adversarial: 0))) == [
        "probe validation current @4", "state paused @4", "wait",
      ])
    #expect(machine.play(.command(.step)) == ["save last @4 γ=0.5"])
  }

  @Test("single steps that are asked for during one are counted; pause forgets them")
  func singleStepsAreCounted() throws {
    var machine = try Self.machine("paused in step 3")
    #expect(machine.play(.command(.step), .command(.step)) == ["state training @2"])
    #expect(machine.play(.stepDone(sample(3))) == ["sample 3", "run 4 γ=0.5"])
    machine = try Self.machine("paused in step 3")
    _ = machine.play(.command(.step), .command(.step), .command(.pause))
    #expect(machine.play(.command(.step)) == ["state training @2"])
    #expect(machine.play(.stepDone(sample(3))).suffix(2) == ["state paused @3", "wait"])
  }

  @Test("a single step in a paused validation finishes it and pauses")
  func singleStepInsideAValidation() throws {
    var machine = try Self.machine("paused in the validation after step 2")
    _ = machine.follow(.command(.step))
    #expect(machine.play(.measured(probe(2, clean: 0, adversarial: 0))).suffix(2) == ["state paused @2", "wait"])
  }

  @Test("a single step while training pauses at the end of the step under way; resume takes that back")
  func singleStepWhileTraining() throws {
    var machine = try Self.machine("in step 3")
    #expect(machine.play(.command(.step)) == [])
    #expect(machine.play(.stepDone(sample(3))) == ["sample 3", "state paused @3", "wait"])
    machine = try Self.machine("in step 3")
    #expect(machine.play(.command(.step), .command(.resume), .stepDone(sample(3))) == ["sample 3", "run 4 γ=0.5"])
  }

  @Test("a pause that comes after the last poll of a step holds before the validation")
  func pauseAtTheBoundary() throws {
    var machine = try Self.machine("in step 3")
    _ = machine.follow(.stepDone(sample(3)))
    #expect(
      machine.play(.command(.pause), .stepDone(sample(4))) == ["state paused @3", "sample 4", "wait"])
    #expect(machine.play(.command(.resume)) == ["state validating @4", "validate @4 γ=0.5"])
  }

  @Test("commands while preparing are obeyed when the data are there")
  func commandsWhilePreparing() throws {
    let cases: [([Command], [String])] = [
      ([.pause], ["state paused @0", "wait"]), ([.step], ["state training @0", "run 1 γ=0.5"]),
      ([setGamma], ["state training @0", "run 1 γ=0.1"]), ([.finish], ["state validating @0", "validate @0 γ=0.5"]),
      ([.stop], ["state stopped @0", "end stopped @0, best none, 0 results"]),
      ([.pause, .resume], ["state training @0", "run 1 γ=0.5"]),
    ]
    for (commands, expected) in cases {
      var machine = try Self.machine("preparing")
      for command in commands { _ = machine.follow(.command(command)) }
      #expect(machine.play(.prepared(description())) == ["started"] + expected, "\(commands)")
    }
  }

  @Test("stop discards the step under way and keeps weights and best")
  func stopInsideAStep() throws {
    var machine = try Self.machine("stopping in step 3")
    #expect(machine.play(.interrupted) == ["save interrupted @2 γ=0.5"])
    let note = CheckpointNote(step: 2, kind: .interrupted, path: "/i")
    #expect(machine.play(.saved(note)) == ["checkpoint interrupted @2", "save best @2 γ=0.5"])
    #expect(machine.play(.saved(nil)) == ["state stopped @2", "end stopped @2, best 2, 0 results"])
  }

  @Test("stop in a test has nothing left to write")
  func stopInATest() throws {
    var machine = try Self.machine("testing the last")
    #expect(
      machine.play(.command(.stop), .interrupted) == ["state stopped @4", "end stopped @4, best 4, 0 results"])
  }

  @Test("stop overrides finish, and finish does not override stop")
  func stopAndFinish() throws {
    var machine = try Self.machine("in step 3")
    _ = machine.play(.command(.finish), .command(.stop))
    #expect(machine.pollAnswer == .abort)
    _ = machine.play(.command(.finish))
    #expect(machine.play(.interrupted) == ["save interrupted @2 γ=0.5"])
  }

  @Test("finish lets the step under way be done and validates it")
  func finishInsideAStep() throws {
    var machine = try Self.machine("in step 3")
    _ = machine.follow(.command(.finish))
    #expect(machine.play(.stepDone(sample(3))) == ["sample 3", "state validating @3", "validate @3 γ=0.5"])
    let (_, said) = machine.succeed(from: .work(.validate(afterStep: 3, Settings()))) { !$0.isWork }
    #expect(said.last == "end finished @3, best 3, 2 results")
  }

  // MARK: situations

  static func machine(_ situation: String) throws -> SessionMachine {
    var machine = SessionMachine(settings: try settings())
    if situation == "idle" { return machine }
    func run(until text: String) { _ = machine.run(until: text) }
    switch situation {
    case "preparing": _ = machine.answer(.begin)
    case "in step 3": run(until: "run 3")
    case "paused in step 3":
      run(until: "run 3")
      _ = machine.follow(.command(.pause))
    case "validating after step 2": run(until: "validate @2")
    case "paused in the validation after step 2":
      run(until: "validate @2")
      _ = machine.follow(.command(.pause))
    case "paused after step 2":
      run(until: "run 2")
      _ = machine.play(
        .command(.step), .stepDone(sample(2)), .measured(probe(2, clean: 5, adversarial: 5)))
    case "paused after the last step":
      run(until: "run 4")
      _ = machine.play(
        .command(.step), .stepDone(sample(4)), .measured(probe(4, clean: 0, adversarial: 0)))
    case "saving the last": run(until: "save last")
    case "testing the last": run(until: "test last")
    case "paused in a test":
      run(until: "test last")
      _ = machine.follow(.command(.pause))
    case "stopping in step 3":
      run(until: "run 3")
      _ = machine.follow(.command(.stop))
    case "saving the interrupted":
      run(until: "run 3")
      _ = machine.play(.command(.stop), .interrupted)
    case "finished": run(until: "end")
    case "failed":
      run(until: "run 3")
      _ = machine.play(.failed("broken"), .saved(nil), .saved(nil))
    default: throw UnknownSituation(name: situation)
    }
    return machine
  }

  struct UnknownSituation: Error { let name: String }
}
