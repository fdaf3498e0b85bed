import Events
import Networks
import Recipe
import Testing

@testable import Engine

/// The parts of the session machine, each by its own rules.
@Suite struct PausingTests {
  @Test func aSessionRunsToTheEndOfAStepAndIsHeldThere() {
    var pausing = Pausing()
    pausing.run(toEndOf: 3)
    #expect(!pausing.isPaused)
    for (step, isHeld) in [(2, false), (3, true), (4, true)] {
      let reached = pausing.reach(step: step)
      #expect(reached == isHeld && pausing.isPaused == isHeld, "\(step)")
    }
  }

  @Test func resumingForgetsTheStepToStopAt() {
    var pausing = Pausing()
    pausing.run(toEndOf: 3)
    pausing.resume()
    #expect(pausing.reach(step: 9) == false)
    pausing.pause()
    #expect(pausing.isPaused)
    pausing.run(toEndOf: 3)
    #expect(!pausing.isPaused)
  }
}

@Suite struct NetworkOperationsTests {
  @Test func operationsAreDoneInTheOrderOfAskingEachOnce() {
    var operations = NetworkOperations()
    for operation in [NetworkOperation.recalibrate(batches: 2), .convert, .recalibrate(batches: 2), .convert] {
      operations.ask(for: operation)
    }
    var done: [NetworkOperation] = []
    while let next = operations.next(needsConversion: true) { done.append(next) }
    #expect(done == [.recalibrate(batches: 2), .convert] && operations.isEmpty)
  }

  @Test func aConversionThatIsNotNeededIsNotDone() {
    var operations = NetworkOperations()
    operations.ask(for: .convert)
    operations.ask(for: .recalibrate(batches: 1))
    #expect(operations.next(needsConversion: false) == .recalibrate(batches: 1))
    #expect(operations.next(needsConversion: false) == nil)
  }
}

@Suite struct SettingsInForceTests {
  private static let dual = KnobValue.text("dbn")

  @Test func aChangeIsInForceForTheNextStepAndMeasurementsFollowTheStep() throws {
    var settings = SettingsInForce(Settings())
    let change = settings.change("gamma", to: .number(0.1), isEnding: false)
    #expect(
      change == .made(SettingChange(knob: "gamma", old: .number(0.5), new: .number(0.1), effect: .nextStep)))
    #expect(settings.next[.gamma] == 0.1 && settings.measured[.gamma] == 0.5)
    #expect(settings.ran(settings.next) == true)
    #expect(settings.measured[.gamma] == 0.1)
    #expect(settings.change("gamma", to: .number(0.1), isEnding: false) == .none)
  }

  @Test func aStepUnderAnotherAttackCannotBeComparedWithTheOneBefore() {
    var settings = SettingsInForce(Settings())
    _ = settings.change("eps", to: .number(0.01), isEnding: false)
    #expect(settings.ran(settings.next) == false)
    #expect(settings.ran(settings.next) == true)
  }

  @Test func theNetworkHasItsNormalizationUntilItIsConverted() {
    var settings = SettingsInForce(Settings())
    #expect(!settings.needsConversion)
    _ = settings.change("norm", to: Self.dual, isEnding: false)
    #expect(settings.needsConversion && settings.next[.norm].rawValue == "dbn")
    #expect(settings.written[.norm].rawValue == "bn" && settings.ofNetwork(settings.next)[.norm].rawValue == "bn")
    settings.build(from: settings.next)
    #expect(!settings.needsConversion && settings.written[.norm].rawValue == "dbn")
  }

  @Test func aConversionThatCannotBeIsWithdrawnWithWhatContradictsTheOldNormalization() throws {
    var dual = Settings()
    try dual.set("norm", to: Self.dual)
    var settings = SettingsInForce(dual)
    _ = settings.change("norm", to: .text("bn"), isEnding: false)
    _ = settings.change("batching", to: .text("seq"), isEnding: false)
    let changes = settings.withdrawConversion()
    #expect(Set(changes.map(\.knob)) == ["norm", "batching"] && settings.next == dual)
    #expect(settings.withdrawConversion() == [])
  }

  @Test func whatCannotBeIsRefusedAndChangesNothing() {
    let cases: [(String, KnobValue, Refusal)] = [
      ("width", .integer(32), .fixedAtStart(knob: "width", .integer(32))),
      ("norm", Self.dual, .tooLateToChange(knob: "norm", keeps: .text("bn"))),
    ]
    var settings = SettingsInForce(Settings())
    for (knob, value, refusal) in cases {
      #expect(settings.change(knob, to: value, isEnding: true) == .refused(refusal))
    }
    guard case .refused(.invalid) = settings.change("gamma", to: .number(2), isEnding: false),
      case .refused(.conflict("batching", .text("cat"), _)) = settings.change(
        "batching", to: .text("seq3"), isEnding: false)
    else {
      Issue.record("not refused")
      return
    }
    #expect(settings.next == Settings())
    // Without surgery there is nothing to be too late for.
    #expect(settings.change("gamma", to: .number(0.2), isEnding: true) != .none)
  }
}

@Suite struct InterventionRecordTests {
  private func change(_ knob: String, _ value: Double, step: Int) -> Intervention {
    Intervention(step: step, cause: .you, .set(knob: knob, .number(value)))
  }

  @Test func changesOfAnAbortedStepMoveToTheStepBeforeAndKeepTheirOrder() {
    var record = InterventionRecord()
    for made in [change("gamma", 1, step: 2), change("beta", 2, step: 4), change("norm", 3, step: 3)] {
      record.add(made)
    }
    #expect(record.tour.map(\.step) == [2, 3, 4])
    record.abort(stepAfter: 3)
    #expect(record.inOrder().map(\.step) == [2, 3, 3])
    #expect(record.tour.map(\.step) == [2, 3])
    #expect(record.tour.flatMap(\.changes).map(\.knob) == ["gamma", "beta", "norm"])
  }

  @Test func onlyTheLastValueOfASettingCountsUntilTheNetworkIsOperatedOn() {
    var record = InterventionRecord()
    for (knob, value) in [("gamma", 1.0), ("beta", 2), ("gamma", 3)] { record.add(change(knob, value, step: 5)) }
    #expect(record.tour.map { $0.changes.map(\.knob) } == [["beta", "gamma"]])
    #expect(record.tour.first?.changes.last?.value == .number(3))
    record.add(Intervention(step: 5, cause: .engine, .convert))
    record.add(change("gamma", 4, step: 5))
    #expect(record.tour.map { $0.changes.map(\.knob) } == [["beta", "gamma"], ["gamma"]])
  }

  @Test func aTourForgetsWhatWasDoneAndKeepsTheRest() {
    let stops = [
      TourStop(step: 3, changes: [.init(knob: "gamma", value: .number(0.1))], caption: "first", pauses: true),
      TourStop(
        step: 5,
        changes: [.init(knob: "beta", value: .number(1)), .init(knob: "gamma", value: .number(0.2))], caption: "",
        recalibrates: 4),
      TourStop(step: 7, changes: [.init(knob: "beta", value: .number(2))], caption: ""),
    ]
    var tour = RemainingTour(stops)
    // Killed in the middle of the stop at step 5.
    tour.skip(to: 5, done: [Intervention(step: 5, cause: .tour, .set(knob: "beta", .number(1)))])
    let left = (0..<3).compactMap { _ in tour.next(afterStep: 9) }
    #expect(left.map { $0.changes.map(\.knob) } == [[], ["gamma"], ["beta"]])
    #expect(left.map(\.recalibrates) == [nil, 4, nil] && left[0].caption == "first" && !left[0].pauses)
  }

  @Test func surgeryAndTheEndStandBetweenChanges() {
    var record = InterventionRecord()
    record.add(change("gamma", 1, step: 5))
    record.add(Intervention(step: 5, cause: .you, .recalibrate(batches: 4)))
    record.add(change("beta", 1, step: 5))
    record.add(Intervention(step: 5, cause: .you, .acknowledge))
    record.add(Intervention(step: 5, cause: .you, .finish))
    #expect(record.tour.map(\.recalibrates) == [nil, 4, nil, nil] && record.tour.last?.finishes == true)
  }
}

@Suite struct RemainingTourTests {
  @Test func stopsAreTakenOnceWhenTheyAreDue() {
    var tour = RemainingTour([1, 1, 3].map { TourStop(step: $0, caption: "\($0)") })
    #expect(tour.next(afterStep: 0) == nil)
    #expect(tour.next(afterStep: 1)?.step == 1)
    #expect(tour.next(afterStep: 2)?.step == 1)
    #expect(tour.next(afterStep: 2) == nil)
    #expect(tour.count == 1 && tour.unreachable(in: 2) == [3] && tour.unreachable(in: 3).isEmpty)
    #expect(tour.end() == true)
    #expect(tour.end() == false)
    #expect(tour.next(afterStep: 9) == nil)
  }
}

@Suite struct CopyAttackTests {
  @Test func thereIsOneAttackAtATime() {
    var attack = CopyAttack()
    #expect(attack.ask(for: .full) == nil)
    #expect(attack.isWanted)
    #expect(attack.ask(for: .quick) == .attackRunning)
    #expect(attack.start() == .full)
    #expect(!attack.isWanted)
    // While the copy is taken there is one too.
    #expect(attack.ask(for: .quick) == .attackRunning)
    #expect(attack.start() == nil)
    attack.didStart()
    #expect(attack.ask(for: .quick) == .attackRunning)
    attack.didEnd()
    #expect(attack.ask(for: .quick) == nil)
  }

  @Test func canceling() {
    var attack = CopyAttack()
    #expect(attack.cancel() == .refused(.noAttack))
    _ = attack.ask(for: .full)
    #expect(attack.cancel() == .attackCancelled)
    #expect(!attack.isCanceling)
    #expect(attack.start() == nil)
    // Cancelled while the copy is taken, it ends as soon as it runs.
    _ = attack.ask(for: .full)
    _ = attack.start()
    #expect(attack.cancel() == nil)
    #expect(attack.isCanceling)
    attack.didStart()
    #expect(attack.isCanceling)
    attack.didEnd()
    #expect(!attack.isCanceling)
  }
}

@Suite struct CheckpointsTests {
  @Test func theBestWeightsAreWrittenOnce() {
    var checkpoints = Checkpoints(.sum)
    #expect(checkpoints.unwrittenBest?.step == nil)
    #expect(checkpoints.best.improves(with: probe(2, clean: 5, adversarial: 5), atStep: 2, Settings()) == true)
    #expect(checkpoints.unwrittenBest?.step == 2)
    checkpoints.didWrite(.best, step: 2)
    #expect(checkpoints.unwrittenBest?.step == nil)
    #expect(checkpoints.best.improves(with: probe(4, clean: 5, adversarial: 4), atStep: 4, Settings()) == false)
    #expect(checkpoints.unwrittenBest?.step == nil)
    #expect(checkpoints.best.improves(with: probe(6, clean: 6, adversarial: 5), atStep: 6, Settings()) == true)
    #expect(checkpoints.unwrittenBest?.step == 6)
  }

  @Test func onlyCheckpointsOfTheEndCoverTheLastStep() {
    for (kind, covers) in [
      (CheckpointKind.last, true), (.interrupted, true), (.best, false), (.alarm, false), (.kept, false),
    ] {
      var checkpoints = Checkpoints(.sum)
      checkpoints.didWrite(kind, step: 7)
      #expect(checkpoints.lacksStep(7) == !covers && checkpoints.lacksStep(8), "\(kind)")
    }
  }

  @Test func aRequestIsServedOnce() {
    var checkpoints = Checkpoints(.sum)
    #expect(checkpoints.takeRequest() == false)
    checkpoints.ask()
    checkpoints.ask()
    #expect(checkpoints.isAskedFor)
    #expect(checkpoints.takeRequest() == true)
    #expect(checkpoints.takeRequest() == false)
  }
}

/// `validation.best=strongest`: what PGD alone says is not enough.
@Suite struct StrongestWeightsTests {
  /// A check of the probe that leaves the gap in a state.
  private func check(_ step: Int, broken: Int, _ state: GapState) -> Event {
    var probe = quickCheck(step, broken: broken).probe
    probe.gapState = state
    return .probe(probe)
  }

  @Test func theChoiceWaitsForTheChecks() {
    var best = BestWeights(.strongest)
    #expect(best.improves(with: probe(2, clean: 5, adversarial: 5), atStep: 2, Settings()) == false)
    #expect(best.measured?.step == nil)
    #expect(best.decide() == 2)
    #expect(best.decide() == nil)
  }

  @Test func weightsUnderAnAlarmAreNeverPreferred() {
    for rule in BestRule.allCases {
      var best = BestWeights(rule), kept: [Int] = []
      let story: [(step: Int, clean: Int, adversarial: Int, broken: Int, state: GapState)] = [
        (2, 5, 4, 0, .calm), (4, 9, 8, 64, .alarm), (6, 5, 5, 1, .calm), (8, 5, 5, 30, .watch),
      ]
      for (step, clean, adversarial, broken, state) in story {
        if best.improves(with: probe(step, clean: clean, adversarial: adversarial), atStep: step, Settings()) {
          kept.append(step)
        }
        best.take(check(step, broken: broken, state))
        if let step = best.decide() { kept.append(step) }
      }
      #expect(kept == (rule == .strongest ? [2, 6] : [2, 4]), "\(rule)")
      #expect(best.choice?.isUnderAlarm == (rule != .strongest), "\(rule)")
    }
  }

  @Test func whatIsUnderAnAlarmIsBetterThanNothingAndIsReplaced() {
    var best = BestWeights(.strongest)
    best.take(check(1, broken: 64, .alarm))
    _ = best.improves(with: probe(2, clean: 9, adversarial: 9), atStep: 2, Settings())
    #expect(best.decide() == 2)
    #expect(best.choice?.isUnderAlarm == true)
    best.take(check(3, broken: 0, .calm))
    _ = best.improves(with: probe(4, clean: 4, adversarial: 3), atStep: 4, Settings())
    #expect(best.decide() == 4)
    #expect(best.choice?.isUnderAlarm == false)
  }
}
