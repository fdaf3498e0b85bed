import Engine
import Events
import Networks
import Recipe
import Tensors
import TestSupport
import Testing

/// Several processes, which are threads here, measure validation and test accuracies together: they find what one
/// process finds, and go on training with its bits.
@Suite(.timeLimit(.minutes(5))) struct TeamMeasuringTests {
  private static func settings(_ assignments: [String]) throws -> Settings {
    var settings = Settings()
    for assignment in [
      "data=mirage", "data.train=200", "data.test=23", "steps=60", "batch=37", "attack.steps=2", "model=conv4",
      "width=4", "validation.limit=19", "lr=0.05",
    ] + assignments {
      try settings.apply(assignment: assignment)
    }
    return settings
  }

  private struct Findings: Equatable {
    var probes: [Probe] = []
    var losses: [Sample] = []
  }

  /// Trains with measurements in between: of the current weights, and in the end of the last and the best, which belong
  /// to the normalization before `change`, if there is one. Polls of the measurements call `poll`.
  private static func train(
    _ settings: Settings, _ change: String? = nil, ranks: Int, poll: () throws -> Void = {}
  ) throws -> Findings {
    var findings = Findings()
    func lead(_ team: RankTeam?) throws {
      try team?.begin(preset: "test", initial: settings)
      let trainer = try Trainer.leading(team) {
        try Trainer(settings: settings, presetName: "test", threads: 1, folder: nil)
      }
      var settings = settings
      func step(_ number: Int) throws {
        var sample = try trainer.step(number, settings: settings, poll: {})
        sample.seconds = 0
        findings.losses.append(sample)
      }
      func note(_ measure: () throws -> Probe) throws {
        while true {
          do {
            var probe = try measure()
            probe.seconds = 0
            return findings.probes.append(probe)
          } catch is Interruption {}
        }
      }
      for number in 1...3 { try step(number) }
      try note { try trainer.validate(afterStep: 3, settings: settings, poll: poll) }
      trainer.keepAsBest(step: 3)
      if let change {
        try settings.apply(assignment: change)
        _ = try trainer.operate(.convert, afterStep: 3, settings: settings, poll: {})
      }
      for number in 4...5 { try step(number) }
      for weights in KeptWeights.allCases {
        try note { try trainer.test(weights, afterStep: 5, settings: settings, poll: poll) }
      }
      // The weights that were lent are back.
      try step(6)
      try note { try trainer.validate(afterStep: 6, settings: settings, poll: poll) }
      trainer.finishWriting()
    }
    guard ranks > 1 else {
      try lead(nil)
      return findings
    }
    let errors = try ThreadRanks.run(ranks, lead) { try RankWorker($0, threads: 1).run { settings } }
    #expect(errors.isEmpty, "\(errors)")
    return findings
  }

  @Test(
    arguments: [
      ([], nil), (["attack=fgsm"], nil), (["norm=dbn"], nil), (["validation.limit=3"], nil),
      ([], "norm=dbn"),
    ] as [([String], String?)])
  func theNumberOfProcessesDoesNotChangeWhatIsMeasured(assignments: [String], change: String?) throws {
    let settings = try Self.settings(assignments), alone = try Self.train(settings, change, ranks: 1)
    #expect(alone.probes.count == 4 && alone.probes[0].clean.n > 2)
    #expect((alone.probes[0].pgd10 != nil) == assignments.contains("attack=fgsm"))
    for ranks in [2, 4] {
      #expect(try Self.train(settings, change, ranks: ranks) == alone, "\(assignments), \(ranks) processes")
    }
  }

  /// Whenever it is interrupted: it leaves nothing behind, in any process.
  @Test func aMeasurementThatWasInterruptedIsMadeAgainByAll() throws {
    let settings = try Self.settings([]), alone = try Self.train(settings, ranks: 1)
    var polls = 0, interruptions = 0
    let together = try Self.train(settings, ranks: 2) {
      polls += 1
      guard polls % 2 == 1, interruptions < 12 else { return }
      interruptions += 1
      throw Interruption()
    }
    #expect(together == alone)
    #expect(interruptions >= alone.probes.count)
  }
}
