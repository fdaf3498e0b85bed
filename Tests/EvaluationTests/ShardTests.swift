import Attacks
import Foundation
import Networks
import Tensors
import Testing

@testable import Evaluation

/// Shards are a partition, and their results together are the result of one evaluation.
@Suite struct ShardTests {
  @Test func theShardsOfAnyNumberHaveEveryImageOnce() {
    for images in 0...13 {
      for of in 1...9 {
        let shards = (1...of).compactMap { Shard($0, of: of) }
        #expect(shards.count == of)
        #expect(shards.flatMap { $0.positions(in: images) }.sorted() == Array(0..<images))
        for shard in shards {
          let positions = Array(shard.positions(in: images))
          #expect(positions.count == shard.count(in: images))
          #expect(positions == positions.indices.map { shard.position($0) })
        }
      }
    }
    #expect(Shard(0, of: 2) == nil && Shard(3, of: 2) == nil && Shard(1, of: 0) == nil && Shard(-1, of: 2) == nil)
  }

  /// The result of one shard, or of all images, as it comes back from its file.
  private func result(
    _ small: SmallNetwork, _ settings: EvaluationSettings, _ shard: Shard? = nil, indices: [Int]? = nil
  ) throws -> AttackResult {
    let set = try small.set(indices: indices)
    let evaluation = try RobustnessEvaluation(small.network, set, settings: settings, shard: shard)
    evaluation.guessing = GuessingCheck()
    try evaluation.run()
    let images = try EvaluationSet(images: small.images, shape: SmallNetwork.shape, labels: small.labels)
    let card = try AttackCard(settings, small.network, images: images.count)
    let result = AttackResult(card, nil, evaluation.report(), evaluation.record, shard: shard)
    return try JSONDecoder().decode(AttackResult.self, from: result.encoded())
  }

  private func merged(_ results: [AttackResult]) throws -> String {
    try timeless(ShardMerge(results.enumerated().map { ("\($0).json", $1) }).result)
  }

  /// The file without seconds.
  private func timeless(_ result: AttackResult) throws -> String {
    String(decoding: try result.encoded(), as: UTF8.self)
      .replacing(#/"seconds":[-+.e0-9]+/#, with: "\"seconds\":0")
  }

  @Test(arguments: [false, true]) func theUnionEqualsOneEvaluation(individual: Bool) throws {
    let small = try SmallNetwork(count: 20)
    let suite = AttackSuite(custom: [PGDAttack(iterations: 2), FGSMAttack()])
    let settings = EvaluationSettings(
      epsilon: 0.03, suite: suite, individual: individual, seed: 3, compares: !individual)
    let indices = (0..<20).map { 1000 - 3 * $0 }
    let whole = try result(small, settings, indices: indices)
    for of in [1, 2, 7] {
      let parts = try (1...of).map { try result(small, settings, Shard($0, of: of), indices: indices) }
      #expect(try merged(parts.reversed()) == timeless(whole), "\(of) shards")
    }
    // Divided again: 1/2 and the halves of 2/2.
    let mixed = try [Shard(1, of: 2), Shard(2, of: 4), Shard(4, of: 4)].map {
      try result(small, settings, $0, indices: indices)
    }
    #expect(try merged(mixed) == timeless(whole))
  }

  @Test func shardsShareOutTheImagesOfTheChecks() throws {
    let small = try SmallNetwork(count: 260)
    let settings = EvaluationSettings(epsilon: 0.03, suite: AttackSuite(custom: [FGSMAttack()]), compares: true)
    for of in [1, 2, 7, 130] {
      let counts = try (1...of).map {
        try RobustnessEvaluation(small.network, small.set(), settings: settings, shard: Shard($0, of: of)).comparedCount
      }
      #expect(counts.reduce(0, +) == 250 && (counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
    }
    // Behind them.
    let last = try result(small, settings, Shard(255, of: 260))
    #expect(last.n == 1 && last.isComplete && last.comparisons?.map(\.robust.n) == [0, 0, 0, 0])
    #expect(last.warnings.isEmpty)
  }

  /// Found points that are not valid are reported in the order of the images, whichever shard had them.
  @Test func warningsOfAllShardsAreKept() throws {
    let small = try SmallNetwork(count: 6)
    let settings = EvaluationSettings(epsilon: 0.03, suite: AttackSuite(custom: [FGSMAttack()]))
    var parts = try (1...3).map { try result(small, settings, Shard($0, of: 3)) }
    for (part, index) in [(0, 3), (1, 1), (2, 5), (2, 2)] {
      var record = EvaluationRecord(settings: settings)
      record.warnings = parts[part].checks
      record.add(audit: index)
      record.add(audit: index)
      parts[part].checks = record.warnings
    }
    parts[0].checks.insert(EvaluationWarning(.stateChanged, "first"), at: 0)
    let all = try ShardMerge(parts.enumerated().map { ("\($0)", $1) }).record.warnings
    #expect(all.map(\.kind) == [.stateChanged, .audit, .audit, .audit, .audit])
    #expect(all.dropFirst().flatMap(\.examples) == [1, 2, 3, 5])
  }

  private func refusal(_ results: [AttackResult]) -> String {
    do {
      _ = try ShardMerge(results.enumerated().map { ("\($0)", $1) })
      return ""
    } catch { return "\(error)" }
  }

  @Test func whatDoesNotBelongTogetherIsRefused() throws {
    let small = try SmallNetwork(count: 9)
    let settings = EvaluationSettings(epsilon: 0.03, suite: AttackSuite(custom: [FGSMAttack()]))
    let parts = try (1...3).map { try result(small, settings, Shard($0, of: 3)) }
    func edited(_ change: (inout AttackResult) -> Void) -> AttackResult {
      var part = parts[1]
      change(&part)
      return part
    }
    #expect(refusal(parts) == "")
    #expect(refusal([]).hasPrefix("no results to merge"))
    #expect(refusal([parts[0]]).hasPrefix("shards 2/3, 3/3 missing, 6 of 9 images have no verdict; run"))
    #expect(refusal([parts[2], parts[0]]).hasPrefix("shard 2/3 missing, 3 of 9 images have no verdict; run"))
    #expect(refusal(parts + [parts[1]]) == "1 and 3: both are shard 2/3; leave one out")
    let half = try result(small, settings, Shard(1, of: 2))
    #expect(refusal([parts[0], half]) == "0 and 1: shards 1/3 and 1/2 overlap; leave one out")
    let differing: [(String, (inout AttackResult) -> Void)] = [
      ("--eps", { $0.card.eps = 0.5 }), ("--norm", { $0.card.norm = .l2 }), ("--seed", { $0.card.seed = 9 }),
      ("--attack", { $0.card.suite = AttackSuite(custom: [PGDAttack()]) }), ("--checks", { $0.card.checks = true }),
      ("the weights", { $0.card.weightsDigest = "x" }), ("the images", { $0.card.dataDigest = "x" }),
      ("the number of images", { $0.card.images = 8 }), ("the network's settings", { $0.card.mean = [1] }),
    ]
    for (name, change) in differing {
      let line = refusal([parts[0], edited(change), parts[2]])
      #expect(line.hasPrefix("1: was made with a different value of \(name) than 0; "), "\(line)")
    }
    #expect(refusal([parts[0], edited { $0.shard = nil }]).hasPrefix("1: has the verdicts of all images"))
    let cut = refusal([parts[0], edited { $0.isComplete = false }, parts[2]])
    #expect(
      cut.hasPrefix("1: shard 2/3 was interrupted; finish it with 'dualab attack … --shard 2/3 --resume 1 --json 1'"))
    #expect(refusal([parts[0], edited { $0.examples = [] }, parts[2]]).contains("do not match its protocol card"))
    #expect(refusal([parts[0], edited { $0.examples = parts[0].examples }, parts[2]]).hasPrefix("two of the files"))
  }

  @Test func differentKernelsAreNamedInTheCard() throws {
    let small = try SmallNetwork(count: 4)
    let settings = EvaluationSettings(epsilon: 0.03, suite: AttackSuite(custom: [FGSMAttack()]))
    var parts = try (1...2).map { try result(small, settings, Shard($0, of: 2)) }
    #expect(try ShardMerge([("a", parts[0]), ("b", parts[1])]).card.earlier == nil)
    parts[1].card.kernels = "other"
    let card = try ShardMerge([("b", parts[1]), ("a", parts[0])]).card
    #expect(card.kernels == parts[0].card.kernels && card.earlier?.map(\.kernels) == ["other"])
  }

  @Test func aFileWithAnImpossibleShardIsNotAResult() throws {
    let small = try SmallNetwork(count: 4), folder = FileManager.default.temporaryDirectory
    let settings = EvaluationSettings(epsilon: 0.03, suite: AttackSuite(custom: [FGSMAttack()]))
    let text = String(decoding: try result(small, settings, Shard(2, of: 2)).encoded(), as: UTF8.self)
    let file = folder.appendingPathComponent("shard-\(UInt32.random(in: 0 ... .max)).json")
    defer { try? FileManager.default.removeItem(at: file) }
    for (part, of) in [(3, 2), (0, 2), (1, 0), (1, 1_000_000_000_000), (-1, -1)] {
      let changed = text.replacingOccurrences(of: #"{"of":2,"part":2}"#, with: #"{"of":\#(of),"part":\#(part)}"#)
      #expect(changed != text)
      try changed.write(to: file, atomically: true, encoding: .utf8)
      #expect(throws: EvaluationError.self) { try AttackResult(contentsOf: file.path) }
    }
  }
}

extension AttackCard {
  /// The card of an evaluation of images that have no file.
  fileprivate init(_ settings: EvaluationSettings, _ network: Network, images: Int) throws {
    var card = try JSONDecoder().decode(AttackResult.self, from: Data(OldFiles.result.utf8)).card
    (card.norm, card.eps, card.suite) = (settings.norm, settings.epsilon, settings.suite)
    (card.individual, card.seed, card.checks) = (settings.individual, settings.seed, settings.compares)
    let shape = SmallNetwork.shape
    (card.images, card.classes, card.input) = (
      images, SmallNetwork.classes, [shape.channels, shape.height, shape.width]
    )
    card.kernels = KernelVariant.current
    card.earlier = nil
    self = card
  }
}
