import Datasets
import Diagnostics
import Engine
import Events
import Foundation
import Networks
import Recipe
import Synchronization
import Tensors
import TestSupport
import Testing

/// Several processes, which are threads here, make the sentinel's checks together: what is found has the bits that one
/// process finds.
@Suite(.timeLimit(.minutes(5))) struct TeamCheckTests {
  private static func settings(_ assignments: [String]) throws -> Settings {
    var settings = Settings()
    for assignment in [
      "data=mirage", "data.train=200", "data.test=16", "steps=60", "batch=37", "attack.steps=2", "model=conv4",
      "width=4",
      "sentinel.images=24", "sentinel.deep_images=16", "eps=0.5/255", "attack.step=0.2/255", "lr=0.05",
    ] + assignments {
      try settings.apply(assignment: assignment)
    }
    return settings
  }

  /// What checks found.
  private struct Findings: Equatable {
    var quick: [QuickCheck] = []
    var deep: [DeepCheck] = []
    var causes: [CausesFound] = []
  }

  /// Trains a few steps, with checks in between; `check` makes those after a step.
  private static func train(
    _ settings: Settings, ranks: Int, _ check: (Trainer, Int, Settings, inout Findings) throws -> Void
  ) throws -> Findings {
    var findings = Findings()
    func lead(_ team: RankTeam?) throws {
      try team?.begin(preset: "test", initial: settings)
      let trainer = try Trainer.leading(team) {
        try Trainer(settings: settings, presetName: "test", threads: 1, folder: nil)
      }
      for number in 1...6 {
        _ = try trainer.step(number, settings: settings, poll: {})
        if number % 3 == 0 { try check(trainer, number, settings, &findings) }
      }
      trainer.finishWriting()
    }
    try run(ranks, settings, lead)
    return findings
  }

  /// Runs `lead` alone, or as the first of several.
  private static func run(_ ranks: Int, _ settings: Settings, _ lead: (RankTeam?) throws -> Void) throws {
    guard ranks > 1 else { return try lead(nil) }
    let errors = try ThreadRanks.run(ranks, lead) { try RankWorker($0, threads: 1).run { settings } }
    #expect(errors.isEmpty, "\(errors)")
  }

  /// All checks after a step, without what depends on time and on a process's own rows.
  private static func checkAll(
    _ trainer: Trainer, _ step: Int, _ settings: Settings, _ findings: inout Findings
  ) throws {
    findings.quick.append(
      try quick(trainer, step, settings, QuickLimits(isLast: step == 6, allowance: 60_000), poll: {}))
    var deep = try trainer.checkDeeply(
      afterStep: step, settings: settings, limits: DeepLimits(allowance: .max, level: 0.01), poll: {})
    deep.seconds = 0
    findings.deep.append(deep)
    if step == 6 { findings.causes.append(try trainer.findCauses(afterStep: step, settings: settings, poll: {})) }
  }

  private static func quick(
    _ trainer: Trainer, _ step: Int, _ settings: Settings, _ limits: QuickLimits, poll: () throws -> Void
  ) throws -> QuickCheck {
    var check = try trainer.checkQuickly(afterStep: step, settings: settings, limits: limits, poll: poll)
    check.probe.seconds = 0
    for layer in check.layers?.layers.indices ?? 0..<0 { check.layers?.layers[layer].drift = nil }
    check.layers?.batchRows = nil
    return check
  }

  @Test(arguments: [[], ["norm=dbn", "beta=0.4"], ["sentinel.sequential=off", "sentinel.margin=off"]])
  func theNumberOfProcessesDoesNotChangeWhatChecksFind(assignments: [String]) throws {
    let settings = try Self.settings(assignments)
    let alone = try Self.train(settings, ranks: 1, Self.checkAll)
    // The running statistics of two sets need more steps than these.
    let least = assignments.contains("norm=dbn") ? 0 : 1
    #expect(alone.quick.contains { ($0.probe.quick?.survivors ?? 0) > least }, "there were images to share out")
    for ranks in [2, 4] {
      let together = try Self.train(settings, ranks: ranks, Self.checkAll)
      #expect(together == alone, "\(assignments), \(ranks) processes")
    }
  }

  /// Whenever it is interrupted: it leaves nothing behind, in any process.
  @Test func aCheckThatWasInterruptedIsMadeAgainByAll() throws {
    let settings = try Self.settings([]), limits = QuickLimits(isLast: false, allowance: .max)
    let alone = try Self.train(settings, ranks: 1) { trainer, step, settings, findings in
      findings.quick.append(try Self.quick(trainer, step, settings, limits, poll: {}))
    }
    var interruptions = 0
    let together = try Self.train(settings, ranks: 2) { trainer, step, settings, findings in
      for limit in 1... {
        var polls = 0
        do {
          let check = try Self.quick(trainer, step, settings, limits) {
            polls += 1
            if polls == limit { throw Interruption() }
          }
          findings.quick.append(check)
          break
        } catch is Interruption { interruptions += 1 }
      }
    }
    #expect(together == alone)
    #expect(interruptions > 12)
  }

  /// A session that goes on has the memory and the last check of the one before in all processes.
  @Test func aSessionThatGoesOnRemembersInAllProcesses() throws {
    let folder = try newTemporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let settings = try Self.settings([]), path = folder.appendingPathComponent("checkpoints/kept-2.safetensors").path
    let limits = QuickLimits(isLast: false, allowance: .max)
    let first = try Trainer(settings: settings, presetName: "test", threads: 1, folder: folder)
    for number in 1...2 { _ = try first.step(number, settings: settings, poll: {}) }
    _ = try Self.quick(first, 2, settings, limits, poll: {})
    let progress = SessionMachine(settings: settings).progress(for: .kept)
    _ = try first.save(.kept, step: 2, settings: settings, progress: progress)
    first.finishWriting()
    func goOn(_ ranks: Int) throws -> Findings {
      var findings = Findings()
      func lead(_ team: RankTeam?) throws {
        let point = try ResumePoint(path)
        try team?.begin(preset: "test", initial: settings, isResumed: true)
        let trainer = try Trainer.leading(team) {
          try Trainer(resuming: point, presetName: "test", threads: 1, folder: nil)
        }
        // After the last quick check of the session before.
        var deep = try trainer.checkDeeply(
          afterStep: 2, settings: settings, limits: DeepLimits(allowance: .max, level: 0.01), poll: {})
        deep.seconds = 0
        findings.deep.append(deep)
        _ = try trainer.step(3, settings: settings, poll: {})
        findings.quick.append(try Self.quick(trainer, 3, settings, limits, poll: {}))
        trainer.finishWriting()
      }
      try Self.run(ranks, settings, lead)
      return findings
    }
    let alone = try goOn(1)
    #expect(try goOn(2) == alone)
    #expect(try goOn(4) == alone)
  }

  /// A process of another version that starts with the first one's message.
  @Test func anotherVersionIsRefusedInALine() throws {
    let settings = try Self.settings([]), start = Mutex("")
    #expect(
      try ThreadRanks.run(2) {
        try $0.begin(preset: "test", initial: settings)
      } others: { team in
        let text = try team.share("")
        start.withLock { $0 = text }
      }.isEmpty)
    let version = "\"version\":\"\(Provenance.version)\"", text = start.withLock { $0 }
    #expect(text.contains(version))
    let answers = Mutex<[String]>([])
    let errors = try ThreadRanks.run(2) { team in
      _ = try team.share(text.replacing(version, with: "\"version\":\"0.0.9\""))
      let gathered = try team.gather("")
      answers.withLock { $0 = gathered }
      _ = try team.share("end")
    } others: {
      try RankWorker($0, threads: 1).run { settings }
    }
    #expect(errors.isEmpty)
    let answer = try #require(answers.withLock { $0.last })
    #expect(
      answer.contains(
        "would compute different bits from rank 0: version \(Provenance.version) (here 0.0.9); use the same program"),
      "\(answer)")
  }
}
