import Datasets
import Engine
import Events
import Networks
import Recipe
import Spelling
import Synchronization
import Tensors
import TestSupport
import Testing

/// Several processes, which are threads here, train the bits that one trains.
@Suite(.timeLimit(.minutes(5))) struct TeamTests {
  /// What a training came to.
  private struct Outcome: Equatable {
    var digest = ""
    var samples: [Sample] = []
  }

  private static func settings(_ assignments: [String]) throws -> Settings {
    var settings = Settings()
    for assignment in ["data=mirage", "data.train=160", "data.test=16", "steps=60", "batch=37", "attack.steps=2"]
      + assignments
    {
      try settings.apply(assignment: assignment)
    }
    return settings
  }

  /// The weights, momentum and statistics of 8 steps, which are two epochs, with a change in between; steps of which
  /// every batch but the last of an epoch is shared out.
  private static func train(
    _ settings: Settings, ranks: Int, threads: Int = 1, recalibrates: Bool = false
  ) throws -> Outcome {
    var outcome = Outcome()
    let make = { try Trainer(settings: settings, presetName: "test", threads: threads, folder: nil) }
    func lead(_ team: RankTeam?) throws {
      try team?.begin(preset: "test", initial: settings)
      let trainer = try Trainer.leading(team, make)
      var now = settings
      for number in 1...8 {
        if number == 4 { try now.apply(assignment: "lr=0.02") }
        var sample = try trainer.step(number, settings: now, poll: {})
        sample.seconds = 0
        outcome.samples.append(sample)
        if recalibrates, number == 5 {
          _ = try trainer.operate(.recalibrate(batches: 2), afterStep: 5, settings: now, poll: {})
        }
      }
      trainer.finishWriting()
      var digest = Digest()
      let network = trainer.training.network
      for storage in [network.memory.parameters, network.memory.momentum, network.memory.buffers] {
        digest.add(storage.buffer)
      }
      outcome.digest = digest.text
    }
    if ranks == 1 {
      try lead(nil)
    } else {
      let errors = try ThreadRanks.run(ranks, lead) { try RankWorker($0, threads: threads).run { settings } }
      #expect(errors.isEmpty, "\(errors)")
    }
    return outcome
  }

  @Test(arguments: ["bn", "dbn"]) func aRecalibrationReachesAll(norm: String) throws {
    let settings = try Self.settings(["model=conv4", "width=8", "norm=\(norm)"])
    let alone = try Self.train(settings, ranks: 1, recalibrates: true)
    #expect(try Self.train(settings, ranks: 1).digest != alone.digest)
    for ranks in [2, 4] {
      #expect(try Self.train(settings, ranks: ranks, recalibrates: true).digest == alone.digest, "\(ranks) processes")
    }
  }

  @Test(arguments: [
    ["objective=mat"], ["objective=mat", "beta=1", "clean.rows=0.4"], ["objective=trades", "beta=6"],
    ["objective=mat", "batching=seq"], ["objective=trades", "beta=6", "batching=seq3"], ["objective=mart", "beta=5"],
    ["objective=mart", "beta=5", "batching=seq"], ["norm=dbn", "beta=0.4", "clean.rows=0.3"], ["norm=dbn"],
    ["norm=split"], ["norm=split", "norm.affine=separate", "clean.rows=0.3"], ["awp=0.005"], ["norm=gn"], ["norm=in"],
    ["norm=none"], ["objective=at"], ["objective=standard"], ["attack.bn=batch-notrack"],
    ["objective=trades", "beta=6", "attack.bn=batch-track"], ["batching=seq", "gamma=0"],
  ])
  func theNumberOfProcessesDoesNotChangeTheBits(assignments: [String]) throws {
    let settings = try Self.settings(["model=conv4", "width=8"] + assignments)
    let alone = try Self.train(settings, ranks: 1)
    for ranks in [2, 4] {
      let together = try Self.train(settings, ranks: ranks, threads: ranks == 2 ? 2 : 1)
      #expect(together.digest == alone.digest, "\(assignments), \(ranks) ranks")
      #expect(together.samples == alone.samples, "\(assignments), \(ranks) ranks")
    }
  }

  @Test(arguments: [["norm=dbn"], ["objective=trades", "beta=6", "awp=0.005"]])
  func noModelChangesThat(assignments: [String]) throws {
    let settings = try Self.settings(["model=preact-mini", "width=8"] + assignments)
    let digests = try [1, 2, 4].map { try Self.train(settings, ranks: $0).digest }
    #expect(Set(digests).count == 1)
  }

  /// What docs/cluster.md counts with: in a step of MAT-Cat the first process sends 42 messages for every halving of the
  /// batch, one more for each iteration of the attack, and the gradient.
  @Test(arguments: [2, 4], [1, 3]) func aStepSendsTheGradientAndFewMessages(ranks: Int, iterations: Int) throws {
    let settings = try Self.settings([
      "model=preact-resnet18", "width=4", "data.size=32", "batch=32", "attack.steps=\(iterations)",
    ])
    var gradient = 0
    func sent(steps: Int) throws -> ThreadRanks.Traffic.Sent {
      let traffic = ThreadRanks.Traffic()
      let errors = try ThreadRanks.run(ranks, traffic: traffic) { team in
        try team.begin(preset: "test", initial: settings)
        let trainer = try Trainer.leading(team) {
          try Trainer(settings: settings, presetName: "test", threads: 1, folder: nil)
        }
        gradient = 4 * trainer.training.network.memory.parameters.count
        for number in 1...steps { _ = try trainer.step(number, settings: settings, poll: {}) }
        trainer.finishWriting()
      } others: {
        try RankWorker($0, threads: 1).run { settings }
      }
      #expect(errors.isEmpty)
      return traffic.sent(by: 0)
    }
    let two = try sent(steps: 2), three = try sent(steps: 3), halvings = ranks.trailingZeroBitCount
    #expect(three.messages - two.messages == halvings * (42 + iterations))
    let besides = three.bytes - two.bytes - 2 * (gradient - gradient / ranks)
    #expect((1...halvings * 12_000).contains(besides), "\(besides) bytes besides the gradient's \(gradient)")
  }

  /// Nothing that is refused may leave the others waiting.
  private func refusal(_ settings: Settings, ranks: Int, others: @escaping @Sendable () throws -> Settings) -> String {
    do {
      let errors = try ThreadRanks.run(ranks) { team in
        try team.begin(preset: "test", initial: settings)
        _ = try Trainer.leading(team) { try Trainer(settings: settings, presetName: "", threads: 1, folder: nil) }
      } others: {
        try RankWorker($0, threads: 1).run(others)
      }
      return "\(errors)"
    } catch { return "\(error)" }
  }

  @Test func whatCannotBeSharedIsRefusedInALine() throws {
    let small = try Self.settings(["batch=16"]), other = try Self.settings(["batch=16", "beta=2"])
    #expect(
      refusal(small, ranks: 4) { small }
        == "batch 16 for 4 processes: a batch is shared out in groups of up to 8 images; use at most 2 processes, or a "
        + "batch of at least 17")
    #expect(refusal(small, ranks: 2) { other }.hasPrefix("rank 1 of 2: beta is 2, but 0 on rank 0; use one preset"))
    #expect(
      refusal(small, ranks: 2) { throw SettingError("no preset 'x'") }.hasPrefix("rank 1 of 2: no preset 'x'"))
  }

  @Test func aStepThatIsAbortedIsAbortedByAll() throws {
    let settings = try Self.settings(["batch=32"])
    let alone = try Self.train(settings, ranks: 1)
    let digest = Mutex("")
    let errors = try ThreadRanks.run(2) { team in
      try team.begin(preset: "test", initial: settings)
      let trainer = try Trainer.leading(team) {
        try Trainer(settings: settings, presetName: "", threads: 1, folder: nil)
      }
      var polls = 0
      #expect(throws: Interruption.self) {
        _ = try trainer.step(1, settings: settings) {
          polls += 1
          if polls == 2 { throw Interruption() }
        }
      }
      var now = settings
      for number in 1...8 {
        if number == 4 { try now.apply(assignment: "lr=0.02") }
        _ = try trainer.step(number, settings: now, poll: {})
      }
      trainer.finishWriting()
      var sum = Digest()
      let memory = trainer.training.network.memory
      for storage in [memory.parameters, memory.momentum, memory.buffers] { sum.add(storage.buffer) }
      digest.withLock { $0 = sum.text }
    } others: {
      try RankWorker($0, threads: 1).run { settings }
    }
    #expect(errors.isEmpty)
    #expect(digest.withLock { $0 } == alone.digest)
  }
}
