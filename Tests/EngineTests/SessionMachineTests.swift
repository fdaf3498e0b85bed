import Engine
import Events
import Testing

@Suite("The session machine")
struct SessionMachineTests {
  @Test("runs, validates, saves and tests in this order when nobody interferes")
  func plainRun() throws {
    var machine = SessionMachine(settings: try settings())
    #expect(machine.play(.begin) == ["state preparing @0", "prepare"])
    let (end, said) = machine.succeed(from: .prepare) { !$0.isWork }
    #expect(
      said == [
        "started", "state training @0", "run 1 γ=0.5",
        "sample 1", "run 2 γ=0.5",
        "sample 2", "state validating @2", "validate @2 γ=0.5",
        "probe validation current @2", "keep @2", "state training @2", "run 3 γ=0.5",
        "sample 3", "run 4 γ=0.5",
        "sample 4", "state validating @4", "validate @4 γ=0.5",
        "probe validation current @4", "keep @4", "save last @4 γ=0.5",
        "checkpoint last @4", "save best @4 γ=0.5",
        "checkpoint best @4", "state testing @4", "test last @4 γ=0.5",
        "probe test last @4", "test best @4 γ=0.5",
        "probe test best @4", "state finished @4", "end finished @4, best 4, 2 results",
      ])
    #expect(machine.play(.begin, .command(.resume), .failed("late"), .interrupted) == [])
    #expect(!end.isWork)
  }

  @Test(
    "validates when due and once at the end",
    arguments: [(1, [1, 2, 3, 4, 5]), (2, [2, 4, 5]), (5, [5]), (7, [5]), (0, [3, 5])])
  func validationSchedule(every: Int, expected: [Int]) throws {
    var machine = SessionMachine(settings: try settings(validationEvery: every))
    _ = machine.answer(.begin)
    var action = machine.answer(.prepared(description(steps: 5, stepsPerEpoch: 3))).last, validated: [Int] = []
    while let current = action, let result = current.success() {
      if case .work(.validate(let step, _)) = current { validated.append(step) }
      action = machine.answer(result).last
    }
    #expect(validated == expected)
  }

  @Test("keeps the highest sum of clean and adversarial accuracy, the earliest of equals, in whole numbers")
  func bestSum() throws {
    // 1 + 7 and 3 + 5 of ten are equal, and their floating-point sums are not.
    let measured = [(1, 5), (1, 7), (3, 5), (0, 8), (4, 5), (9, 0), (5, 4)]
    var machine = SessionMachine(settings: try settings(validationEvery: 1)), kept: [Int] = []
    _ = machine.play(.begin, .prepared(description(steps: measured.count)))
    for (index, (clean, adversarial)) in measured.enumerated() {
      _ = machine.follow(.stepDone(sample(index + 1)))
      kept += machine.kept(after: probe(index + 1, clean: clean, adversarial: adversarial))
    }
    #expect(kept == [1, 2, 5])
  }

  @Test("keeps the highest adversarial accuracy, the latest of equals, by the rule of the paper's programs")
  func bestAdversarial() throws {
    let measured = [(1, 5), (0, 5), (9, 4), (0, 6), (0, 6), (10, 5)]
    var given = try settings(validationEvery: 1)
    try given.set("validation.best", to: .text("adversarial"))
    var machine = SessionMachine(settings: given), kept: [Int] = []
    _ = machine.play(.begin, .prepared(description(steps: measured.count)))
    for (index, (clean, adversarial)) in measured.enumerated() {
      _ = machine.follow(.stepDone(sample(index + 1)))
      kept += machine.kept(after: probe(index + 1, clean: clean, adversarial: adversarial))
    }
    #expect(kept == [1, 2, 4, 5])
  }

  @Test("compares sums over different numbers of images by their shares")
  func bestSumOfDifferentCounts() throws {
    var machine = SessionMachine(settings: try settings(validationEvery: 1)), kept: [Int] = []
    _ = machine.play(.begin, .prepared(description(steps: 3)))
    for (step, (correct, n)) in [(30, 100), (4, 10), (35, 100)].enumerated() {
      _ = machine.follow(.stepDone(sample(step + 1)))
      var measurement = probe(step + 1, clean: 0, adversarial: 0)
      measurement.clean = Proportion(correct: correct, n: n)
      kept += machine.kept(after: measurement)
    }
    #expect(kept == [1, 2])
  }

  @Test("a run of no steps still ends with a table")
  func noSteps() throws {
    var machine = SessionMachine(settings: try settings())
    _ = machine.answer(.begin)
    let first = try #require(machine.answer(.prepared(description(steps: 0))).last)
    let (_, said) = machine.succeed(from: first) { !$0.isWork }
    #expect(said.last == "end finished @0, best 0, 2 results")
  }

  @Test("a run without a folder says nothing of checkpoints")
  func noFolder() throws {
    var machine = SessionMachine(settings: try settings())
    #expect(words(machine.run(until: "save")) == "save last @4 γ=0.5")
    #expect(machine.play(.saved(nil)) == ["save best @4 γ=0.5"])
    #expect(machine.play(.saved(nil)) == ["state testing @4", "test last @4 γ=0.5"])
  }

  @Test("measurements use the settings of the last step run, so that the journal determines them")
  func measurementsUseTheSettingsOfTheirStep() throws {
    var machine = SessionMachine(settings: try settings())
    _ = machine.run(until: "run 2")
    #expect(machine.play(.command(setGamma)) == ["journal @2 γ 0.5 → 0.1 (you)"])
    #expect(machine.play(.stepDone(sample(2))) == ["sample 2", "state validating @2", "validate @2 γ=0.5"])
    #expect(
      machine.play(.measured(probe(2, clean: 1, adversarial: 1))) == [
        "probe validation current @2", "keep @2", "state training @2", "run 3 γ=0.1",
      ])
  }
}

extension SessionMachine {
  /// The step whose weights are kept as the best after a validation, if any are.
  fileprivate mutating func kept(after measurement: Probe) -> [Int] {
    follow(.measured(measurement)).compactMap { if case .work(.keepAsBest(let step)) = $0 { step } else { nil } }
  }
}
