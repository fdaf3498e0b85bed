import Diagnostics
import Engine
import Events
import Foundation
import Recipe
import TestSupport
import Testing

/// Looks at single images of the probe: when a session makes them, what they show, and that they leave no trace.
@Suite(.timeLimit(.minutes(5))) struct ImageTests {
  private static let third = ImageRequest(.at(3))
  private static let ask = Input.command(.examine(third))
  private static let look = "examine at(3) @"

  // MARK: when

  private func machine(checksEvery every: Int = 0) throws -> SessionMachine {
    var settings = try settings(validationEvery: 1000)
    try settings.set("sentinel.every", to: .integer(every))
    try settings.set("sentinel.budget", to: .number(1))
    try settings.set("sentinel.images", to: .integer(16))
    try settings.set("attack.steps", to: .integer(100))
    var machine = SessionMachine(settings: settings)
    _ = machine.play(.begin, .prepared(description(steps: 10)))
    return machine
  }

  private func done(_ step: Int) -> Input {
    .stepDone(Sample(step: step, epoch: 0, loss: 1, learningRate: 0.1, images: 64, seconds: 0.5))
  }

  @Test func anImageIsLookedAtBetweenTwoSteps() throws {
    var machine = try machine()
    #expect(machine.play(Self.ask) == [] && machine.pollAnswer == .goOn)
    #expect(machine.play(done(1)) == ["sample 1", "examine at(3) @1 γ=0.5"])
    #expect(machine.play(.result(.examined(image(Self.third, step: 1)))) == ["image 3 @1", "run 2 γ=0.5"])
  }

  @Test func theImageAskedForLastIsLookedAt() throws {
    var machine = try machine()
    _ = machine.play(.command(.examine(ImageRequest(.at(2)))), Self.ask)
    #expect(machine.play(done(1)).last == "examine at(3) @1 γ=0.5")
    #expect(machine.play(.result(.examined(image(Self.third, step: 1)))).last == "run 2 γ=0.5")
  }

  @Test func aCheckOfTheStepComesBeforeTheImage() throws {
    var machine = try machine(checksEvery: 1)
    #expect(machine.play(Self.ask, done(1)).last == "check @1")
    #expect(machine.play(.checked(quickCheck(1, broken: 0))).last == "examine at(3) @1 γ=0.5")
  }

  @Test func aStepHeldInAPauseIsAbortedForItAndRunsAgain() throws {
    var machine = try machine()
    _ = machine.play(.command(.pause))
    #expect(machine.pollAnswer == .hold)
    _ = machine.play(Self.ask)
    #expect(machine.pollAnswer == .abort)
    let aborted = machine.play(.interrupted)
    #expect(aborted.first?.contains("step 1 aborted for what was asked for in the pause") == true)
    #expect(aborted.last == "examine at(3) @0 γ=0.5" && machine.pollAnswer == .goOn)
    #expect(machine.play(.result(.examined(image(Self.third, step: 0)))) == ["image 3 @0", "wait"])
    // From now on nothing is under way: the next one costs no step.
    #expect(machine.play(Self.ask) == ["examine at(3) @0 γ=0.5"])
    _ = machine.play(.result(.examined(image(Self.third, step: 0))))
    #expect(machine.play(.command(.resume)) == ["state training @0", "run 1 γ=0.5"])
  }

  @Test func aCheckHeldInAPauseIsMadeAfterTheImage() throws {
    var machine = try machine(checksEvery: 1)
    _ = machine.play(done(1), .command(.pause), Self.ask)
    #expect(machine.pollAnswer == .abort)
    #expect(machine.play(.interrupted) == ["examine at(3) @1 γ=0.5"])
    #expect(machine.play(.result(.examined(image(Self.third, step: 1)))) == ["image 3 @1", "wait"])
    #expect(machine.play(.command(.resume)) == ["state validating @1", "check @1"])
  }

  @Test func aStopEndsTheLookAndAnEndingRunTakesNone() throws {
    var machine = try machine()
    _ = machine.play(Self.ask, done(1), .command(.stop))
    #expect(machine.pollAnswer == .abort)
    #expect(machine.play(.interrupted).first?.hasPrefix("save interrupted @1") == true)
    var ending = try self.machine()
    _ = ending.play(.command(.finish))
    #expect(ending.play(Self.ask) == ["journal @0 too late: the run is ending (engine)"])
  }

  @Test func aLookThatFailsIsSaidAndTheRunGoesOn() throws {
    var machine = try machine()
    _ = machine.play(Self.ask, done(1))
    #expect(machine.play(.failed("no")) == ["journal @1 image not shown: no (engine)", "run 2 γ=0.5"])
  }

  @Test func aLookIsNoInterventionOfTheRun() throws {
    var machine = try machine()
    _ = machine.play(Self.ask, done(1))
    let told = machine.answer(.result(.examined(image(Self.third, step: 1))))
    for case .emit(let event) in told { #expect(Intervention(event) == nil) }
    #expect(machine.takeAccepted().isEmpty)
  }

  // MARK: what it shows

  private func small(_ changes: [String: String] = [:]) throws -> Settings {
    var settings = Settings()
    let small = [
      "width": "8", "batch": "32", "attack.steps": "3", "data.train": "300", "data.test": "64", "data.size": "8",
      "validation.limit": "20", "steps": "20", "sentinel.images": "24",
    ]
    for (name, value) in small.merging(changes, uniquingKeysWith: { $1 }) { try settings.set(name, parsing: value) }
    return settings
  }

  private func trained(_ settings: Settings, steps: Int = 4) throws -> Trainer {
    let trainer = try Trainer(settings: settings, presetName: "test", threads: 2, folder: nil)
    for step in 1...steps { _ = try trainer.step(step, settings: settings) {} }
    return trainer
  }

  @Test func theStagesLieInTheBallAndEndWhereTheCheckHasTheImage() throws {
    let settings = try small(), trainer = try trained(settings)
    let check = try trainer.checkQuickly(
      afterStep: 4, settings: settings, limits: QuickLimits(isLast: false, allowance: 0)
    ) {}
    var robust = 0
    for position in 0..<24 {
      let report = try trainer.examine(ImageRequest(.at(position)), afterStep: 4, settings: settings) {}
      #expect(report.position == position && report.count == 24 && report.isFound && report.step == 4)
      // The image, the start and one for each of three iterations.
      #expect(report.stages.count == 5 && report.hasStart && report.attack == "PGD-3")
      #expect(report.classes.count == report.stages[0].logits.count)
      for stage in report.stages {
        let largest = zip(stage.pixels, report.stages[0].pixels).map { abs($0 - $1) }.max() ?? 1
        #expect(largest <= Float(settings[.epsilon]) + 1e-6 && stage.pixels.allSatisfy { (0...1).contains($0) })
      }
      if report.stages[4].prediction == report.label { robust += 1 }
    }
    #expect(robust == check.probe.adversarial.correct && check.probe.adversarial.n == 24)
  }

  @Test func anotherRadiusIsForThisImageOnly() throws {
    let settings = try small(), trainer = try trained(settings)
    for radius in [0.0, 0.01, 0.5] {
      let report = try trainer.examine(ImageRequest(.at(1), epsilon: radius), afterStep: 4, settings: settings) {}
      let largest = zip(report.stages[4].pixels, report.stages[0].pixels).map { abs($0 - $1) }.max() ?? 1
      #expect(largest <= Float(radius) + 1e-6 && (radius == 0 || largest > Float(radius) / 2))
      #expect(report.epsilon == radius && report.usualEpsilon == settings[.epsilon])
    }
  }

  @Test func theNextOnesAreAsTheyWereAskedFor() throws {
    let settings = try small(), trainer = try trained(settings, steps: 12)
    let all = try (0..<24).map { try trainer.examine(ImageRequest(.at($0)), afterStep: 12, settings: settings) {} }
    let wrong = all.filter { $0.stages[0].prediction != $0.label }.map(\.position)
    let broken = all.filter { $0.stages[0].prediction == $0.label && $0.stages[4].prediction != $0.label }
      .map(\.position)
    #expect(!broken.isEmpty)
    func expected(_ positions: [Int], after start: Int) -> Int? {
      (1...24).map { (start + $0) % 24 }.first(where: positions.contains)
    }
    for start in [0, 7, 23] {
      let misclassified = try trainer.examine(
        ImageRequest(.nextMisclassified(after: start)), afterStep: 12, settings: settings
      ) {}
      #expect(misclassified.isFound == !wrong.isEmpty)
      if let position = expected(wrong, after: start) { #expect(misclassified.position == position) }
      let next = try trainer.examine(ImageRequest(.nextBroken(after: start)), afterStep: 12, settings: settings) {}
      #expect(next.isFound && next.position == expected(broken, after: start))
      #expect(next.passes > 0)
    }
    // With no radius nothing breaks, and the search says so.
    let none = try trainer.examine(
      ImageRequest(.nextBroken(after: 5), epsilon: 0), afterStep: 12, settings: settings
    ) {}
    #expect(!none.isFound && none.position == 5)
  }

  @Test(arguments: ["pgd", "fgsm"]) func everyAttackShowsTheImageAndItsEnd(attack: String) throws {
    let settings = try small(["attack": attack]), trainer = try trained(settings, steps: 1)
    let report = try trainer.examine(ImageRequest(.at(0)), afterStep: 1, settings: settings) {}
    #expect(report.stages.count == (attack == "pgd" ? 5 : 2) && report.hasStart == (attack == "pgd"))
  }

  // MARK: that it leaves no trace

  @Test(arguments: [[:], ["norm": "dbn"], ["attack.bn": "batch-track", "batching": "seq"]])
  func trainingAndChecksHaveTheSameBitsWithAndWithoutLooks(changes: [String: String]) throws {
    let settings = try small(changes)
    let runs = try [false, true].map { looks in
      let trainer = try Trainer(settings: settings, presetName: "test", threads: 2, folder: nil)
      var samples: [Sample] = [], checks: [QuickCheck] = []
      for step in 1...6 {
        var sample = try trainer.step(step, settings: settings) {}
        sample.seconds = 0
        samples.append(sample)
        // Before a check, as in a pause: it still shows how far the step's batch is from the statistics.
        if looks {
          for choice in [ImageRequest.Choice.at(step), .nextBroken(after: 2), .nextMisclassified(after: 0)] {
            let request = ImageRequest(choice, epsilon: choice == .at(step) ? 0.2 : nil)
            _ = try trainer.examine(request, afterStep: step, settings: settings) {}
          }
        }
        var check = try trainer.checkQuickly(
          afterStep: step, settings: settings, limits: QuickLimits(isLast: false, allowance: 10_000)
        ) {}
        check.probe.seconds = 0
        checks.append(check)
      }
      return (samples, checks)
    }
    #expect(runs[0].0 == runs[1].0)
    #expect(runs[0].1 == runs[1].1)
  }

  @Test func anInterruptedLookLeavesNoTrace() throws {
    let settings = try small()
    let plain = try trained(settings), looked = try trained(settings)
    #expect(throws: Interruption.self) {
      _ = try looked.examine(ImageRequest(.nextBroken(after: 0)), afterStep: 4, settings: settings) {
        throw Interruption()
      }
    }
    #expect(
      try plain.step(5, settings: settings) {}.loss == looked.step(5, settings: settings) {}.loss)
  }
}
