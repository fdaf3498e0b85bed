import Attacks
import Evaluation
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

/// Stopping an evaluation anywhere and going on from what is known.
struct ResumptionTests {
  private struct Enough: Error {}
  private static let suite = AttackSuite(custom: [
    APGDCEAttack(iterations: 10), APGDTAttack(iterations: 5), FABTAttack(iterations: 5),
    SquareAttack(iterations: 60),
  ])

  @Test(arguments: [false, true])
  func anEvaluationStoppedAgainAndAgainEndsWithTheSameVerdicts(individual: Bool) throws {
    let whole = try oracleEvaluation("at", suite: Self.suite, images: 100, individual: individual)
    try whole.run()
    var record: EvaluationRecord?
    var pixels: [Float] = []
    var stops = 0, isDone = false, wasComplete = false
    while !isDone {
      let part = try oracleEvaluation("at", suite: Self.suite, images: 100, individual: individual, resuming: record)
      if !pixels.isEmpty { part.adversarials.pointer.update(from: pixels, count: pixels.count) }
      let before = part.record.examples.reduce(0) { $0 + $1.outcomes.count }
      do {
        // Ends as soon as anything new is known.
        try part.run(poll: {
          if part.record.examples.reduce(0, { $0 + $1.outcomes.count }) > before + 60 { throw Enough() }
        })
        isDone = true
      } catch is Enough { stops += 1 }
      // The last poll may come when the last verdict is known: then nothing is left for the next run.
      #expect(isDone || !wasComplete)
      wasComplete = part.report().isComplete
      #expect(wasComplete || !isDone)
      pixels = Array(part.adversarials.buffer)
      record = try JSONDecoder().decode(EvaluationRecord.self, from: JSONEncoder().encode(part.record))
    }
    #expect(stops > 1)
    #expect(record?.examples == whole.record.examples)
    #expect(pixels == Array(whole.adversarials.buffer))
  }

  /// The points are not part of a record; the attacks that broke find them again.
  @Test func theBreakingAttacksAloneFindThePointsAgain() throws {
    // The weakest first, so that several have something to break.
    let suite = AttackSuite(custom: Self.suite.attacks.map(\.base).reversed())
    let whole = try oracleEvaluation("at", suite: suite, images: 60)
    try whole.run()
    #expect(Set(whole.record.examples.compactMap(\.breaking?.attack)).count > 1)
    let again = try oracleEvaluation("at", suite: suite, images: 60, resuming: whole.record.beforeBreaking)
    try again.run()
    #expect(Array(again.adversarials.buffer) == Array(whole.adversarials.buffer))
    #expect(again.record.examples == whole.record.examples)
  }

  @Test func aStopBeforeTheFirstVerdictLeavesAnEmptyReport() throws {
    let evaluation = try oracleEvaluation("at", suite: Self.suite, images: 40)
    #expect(throws: Enough.self) { try evaluation.run(poll: { throw Enough() }) }
    let report = evaluation.report()
    #expect(!report.isComplete && report.clean.n == 0 && report.examples.isEmpty)
  }

  @Test func aRecordContinuesOnlyItsOwnEvaluation() throws {
    let whole = try oracleEvaluation("at", suite: Self.suite, images: 12)
    try whole.run()
    expectOneLine("different settings") {
      _ = try oracleEvaluation("at", suite: Self.suite, images: 12, seed: 3, resuming: whole.record)
    }
    expectOneLine("different images") {
      _ = try oracleEvaluation("at", suite: Self.suite, images: 13, resuming: whole.record)
    }
    var record = whole.record
    record.examples[0].outcomes.append(record.examples[0].outcomes[0])
    record.examples[0].outcomes[0].attack = 9
    expectOneLine("names attacks") { _ = try oracleEvaluation("at", suite: Self.suite, images: 12, resuming: record) }
    for change in Self.impossible {
      record = whole.record
      change(&record)
      expectOneLine("impossible numbers") {
        _ = try oracleEvaluation("at", suite: Self.suite, images: 12, resuming: record)
      }
    }
    record = whole.record
    record.examples[3].predicted = (record.examples[3].predicted + 1) % 10
    let other = try oracleEvaluation("at", suite: Self.suite, images: 12, resuming: record)
    expectOneLine("different weights") { try other.run() }
  }

  /// What only a hand-written file can hold.
  private static let impossible: [@Sendable (inout EvaluationRecord) -> Void] = [
    { $0.examples[0].outcomes[0].forwards = .max },
    { $0.examples[0].outcomes[0].backwards = -1 },
    { $0.examples[0].outcomes[0].distance = -1 },
    { $0.examples[0].outcomes.append($0.examples[0].outcomes[0]) },
    { $0.seconds[1] = -1e308 },
    { $0.comparisons = [] },
    {
      $0.comparisons = [Comparison(FGSMAttack(), epsilon: 1, robust: .init(correct: 0, n: 999), broken: [])]
    },
  ]

  @Test func progressIsToldAndAddsUp() throws {
    let evaluation = try oracleEvaluation("at", suite: Self.suite, images: 64)
    var told: [EvaluationProgress] = []
    try evaluation.run(observe: { told.append($0) })
    let report = evaluation.report()
    #expect(Set(told.map(\.attack)) == [0, 1, 2, 3])
    for progress in told {
      #expect(progress.finished + progress.active <= progress.total && progress.broken <= progress.finished)
      #expect(progress.attempt < progress.attempts && progress.iteration <= progress.iterations)
      #expect(progress.secondsLeft >= 0)
    }
    for attack in 0..<4 {
      let last = try #require(told.last { $0.attack == attack })
      #expect(last.finished == last.total && last.active == 0)
      #expect(last.broken == report.attacks[attack].broken)
    }
    #expect(told.last?.robust == report.robust.correct && told.last?.secondsLeft == 0)
  }

  @Test func theForecastIsWhatASurvivorCosts() throws {
    let suite = try AttackSuite(custom: evaluationAttacks.map { try $0.init().with(iterations: 7).base })
    // Nothing breaks at this ε, so that every pass is paid.
    let evaluation = try oracleEvaluation("at", suite: suite, epsilon: 1e-7, images: 20)
    let forecast = evaluation.forecast()
    try evaluation.run()
    let report = evaluation.report()
    #expect(report.robust == report.clean)
    for row in report.attacks {
      let (forwards, backwards) = row.attack.base.passes(classes: 10)
      #expect(row.backwards == backwards * row.finished, "\(row.attack.name)")
      if !row.attack.usesGradients {
        // A window that changes nothing needs no pass.
        #expect(row.forwards <= forwards * row.finished && 2 * row.forwards > forwards * row.finished)
      } else {
        #expect(row.forwards == forwards * row.finished, "\(row.attack.name)")
      }
    }
    #expect(forecast.images == 20 && forecast.secondsPerForward > 0 && forecast.seconds > 0)
    #expect(forecast.backwards == suite.attacks.reduce(0) { $0 + 20 * $1.base.passes(classes: 10).backwards })
  }
}
