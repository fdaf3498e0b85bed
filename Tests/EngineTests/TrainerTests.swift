import Engine
import Events
import Foundation
import Recipe
import Tensors
import TestSupport
import Testing

/// The real work of a session, on small networks and few images.
struct TrainerTests {
  private func settings(_ changes: [String: String] = [:]) throws -> Settings {
    var settings = Settings()
    let small = [
      "width": "8", "batch": "32", "attack.steps": "3", "data.train": "300", "data.test": "64",
      "validation.limit": "20",
      "steps": "20", "data.size": "8",
    ]
    for (name, value) in small.merging(changes, uniquingKeysWith: { $1 }) { try settings.set(name, parsing: value) }
    return settings
  }

  private func trainer(_ settings: Settings, threads: Int = 2, folder: URL? = nil) throws -> Trainer {
    try Trainer(settings: settings, presetName: "test", threads: threads, folder: folder)
  }

  /// Seconds are only shown; everything else must be equal.
  private func timeless(_ sample: Sample) -> Sample {
    var sample = sample
    sample.seconds = 0
    return sample
  }

  @Test(arguments: [
    ["objective": "standard"], ["objective": "at"], ["objective": "mat"], ["objective": "trades"],
    ["objective": "mart", "attack.start": "noise"],
    ["objective": "trades", "batching": "seq3", "attack.bn": "batch-notrack"],
    ["objective": "mat", "batching": "seq", "awp": "0.005"], ["objective": "at", "attack.bn": "batch-track"],
    ["objective": "mart", "clean.rows": "0.5", "awp": "0.01"],
  ])
  func theSameSeedGivesTheSameBitsOnAnyNumberOfThreads(changes: [String: String]) throws {
    let settings = try settings(changes.merging(["beta": "0.7"]) { $1 })
    let runs = try [1, 2, 4].map { threads in
      let trainer = try trainer(settings, threads: threads)
      let samples = try (1...12).map { timeless(try trainer.step($0, settings: settings) {}) }
      let probe = try trainer.validate(afterStep: 12, settings: settings) {}
      return (samples, probe.clean, probe.adversarial)
    }
    #expect(runs.dropFirst().allSatisfy { $0 == runs[0] })
    #expect(runs[0].0.allSatisfy { $0.loss.isFinite })
  }

  @Test(arguments: [
    (["objective": "mat"], true, true), (["objective": "mat", "batching": "seq"], true, true),
    (["objective": "trades", "batching": "seq3", "beta": "6"], true, true), (["objective": "at"], false, true),
    (["objective": "standard"], true, false), (["objective": "mat", "norm": "dbn"], true, true),
    (["objective": "mat", "norm": "gn", "data.size": "16"], false, false),
  ])
  func aCheckShowsHowFarTheStepsBatchIsFromTheRunningStatistics(
    changes: [String: String], clean: Bool, adversarial: Bool
  ) throws {
    let settings = try settings(changes)
    let trainer = try trainer(settings)
    for step in 1...2 { _ = try trainer.step(step, settings: settings) {} }
    let report = try #require(
      try trainer.checkQuickly(afterStep: 2, settings: settings, limits: QuickLimits(isLast: false, allowance: 0)) {}
        .layers)
    for layer in report.layers {
      #expect((layer.drift?.clean.map { $0 > 0 && $0.isFinite } ?? false) == clean, "\(layer)")
      #expect((layer.drift?.adversarial.map { $0 > 0 && $0.isFinite } ?? false) == adversarial, "\(layer)")
    }
    #expect(report.batchRows == 32)
    // A validation before the check sends other images through the network, and takes nothing from what it shows.
    let validated = try self.trainer(settings)
    for step in 1...2 { _ = try validated.step(step, settings: settings) {} }
    _ = try validated.validate(afterStep: 2, settings: settings) {}
    #expect(
      try validated.checkQuickly(afterStep: 2, settings: settings, limits: QuickLimits(isLast: false, allowance: 0)) {}
        .layers?.layers == report.layers)
    // Recalibration sends other images through the network: nothing is left of the step's.
    _ = try trainer.operate(.recalibrate(batches: 1), afterStep: 2, settings: settings) {}
    #expect(
      try trainer.checkQuickly(afterStep: 2, settings: settings, limits: QuickLimits(isLast: false, allowance: 0)) {}
        .layers?.totalDrift == nil)
  }

  @Test func anotherSeedGivesAnotherRun() throws {
    let losses = try ["1", "2"].map { seed in
      let settings = try settings(["seed": seed])
      let trainer = try trainer(settings)
      return try trainer.step(1, settings: settings) {}.loss
    }
    #expect(losses[0] != losses[1])
  }

  @Test(arguments: [
    [:], ["objective": "trades", "batching": "seq3", "attack.bn": "batch-track"], ["batching": "seq", "awp": "0.005"],
    ["objective": "at", "attack.bn": "batch-track", "awp": "0.01"],
  ])
  func anAbortedStepRunsAgainWithTheSameBits(changes: [String: String]) throws {
    let settings = try settings(changes)
    let plain = try trainer(settings), interrupted = try trainer(settings)
    for number in 1...3 {
      let expected = timeless(try plain.step(number, settings: settings) {})
      // One poll an iteration and one a layer of every pass: each kind of pass is aborted somewhere.
      var all = 0
      let counted = try trainer(settings)
      _ = try counted.step(1, settings: settings) { all += 1 }
      for polls in stride(from: 0, to: all, by: 3) {
        var count = 0
        #expect(throws: Interruption.self) {
          _ = try interrupted.step(number, settings: settings) {
            count += 1
            if count > polls { throw Interruption() }
          }
        }
      }
      _ = try interrupted.validate(afterStep: number, settings: settings) {}
      #expect(timeless(try interrupted.step(number, settings: settings) {}) == expected)
    }
  }

  @Test(arguments: ["code", "ates"])
  func augmentationChangesTrainingImagesAndNoOthersOnAnyNumberOfThreads(policy: String) throws {
    let plain = try settings(), changed = try settings(["augment": policy])
    let reference = try trainer(plain)
    let runs = try [1, 2].map { threads in
      let trainer = try trainer(changed, threads: threads)
      // Measured with the first weights: validation and test images stay as they are.
      let validation = try trainer.validate(afterStep: 0, settings: changed) {}
      let test = try trainer.test(.last, afterStep: 0, settings: changed) {}
      return (
        [validation.clean, validation.adversarial, test.clean, test.adversarial],
        try (1...3).map { timeless(try trainer.step($0, settings: changed) {}) }
      )
    }
    #expect(runs[0] == runs[1])
    let validation = try reference.validate(afterStep: 0, settings: plain) {}
    let test = try reference.test(.last, afterStep: 0, settings: plain) {}
    #expect(runs[0].0 == [validation.clean, validation.adversarial, test.clean, test.adversarial])
    #expect(try reference.step(1, settings: plain) {}.loss != runs[0].1[0].loss)
  }

  @Test func aKnobChangedOnTheWayChangesTheStepsAfterIt() throws {
    let before = try settings(), after = try settings(["gamma": "0.1", "beta": "1"])
    let plain = try trainer(before), tuned = try trainer(before)
    let first = (try plain.step(1, settings: before) {}.loss, try tuned.step(1, settings: before) {}.loss)
    let second = (try plain.step(2, settings: before) {}.loss, try tuned.step(2, settings: after) {}.loss)
    #expect(first.0 == first.1)
    #expect(second.0 != second.1)
  }

  @Test func everyAttackIterationIsPolled() throws {
    for (steps, attack) in [("1", "pgd"), ("7", "pgd"), ("7", "fgsm")] {
      let settings = try settings(["attack.steps": steps, "attack": attack])
      let trainer = try trainer(settings)
      var polls = 0
      _ = try trainer.step(1, settings: settings) { polls += 1 }
      // One a layer of the passes that follow, so that a pause waits for a layer and not for the whole update.
      let iterations = attack == "fgsm" ? 1 : Int(steps) ?? 0
      #expect(polls >= iterations + 1 + 2 * 11, "\(polls)")
    }
  }

  @Test func divergenceStopsTrainingAndKeepsWhatThereIs() throws {
    for (model, lr) in [("small-cnn", "100"), ("conv4", "100"), ("preact-mini", "100"), ("conv4", "30")] {
      try divergence(model, lr)
    }
  }

  private func divergence(_ model: String, _ lr: String) throws {
    let folder = try newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let settings = try settings(["lr": lr, "schedule": "constant", "momentum": "0.99", "model": model, "width": "8"])
    let trainer = try trainer(settings, folder: folder)
    _ = try trainer.validate(afterStep: 0, settings: settings) {}
    var failure: TrainingFailure?
    var step = 0
    while failure == nil, step < 2000 {
      step += 1
      do { _ = try trainer.step(step, settings: settings) {} } catch let error as TrainingFailure { failure = error }
    }
    let line = try #require(failure?.description)
    #expect(line.hasPrefix("step \(step): "))
    #expect(line.contains("lower lr"))
    let note = try #require(try trainer.save(.interrupted, step: step - 1, settings: settings))
    let weights = try Safetensors(contentsOf: URL(fileURLWithPath: note.path))
    for name in weights.tensors.keys { #expect(try weights.floats(name).allSatisfy { $0.isFinite }, "\(name)") }
  }

  @Test func aCheckpointHoldsWeightsAndSettings() throws {
    let folder = try newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let settings = try settings(["gamma": "0.25"])
    let trainer = try trainer(settings, folder: folder)
    _ = try trainer.step(1, settings: settings) {}
    trainer.keepAsBest(step: 1)
    _ = try trainer.step(2, settings: settings) {}
    let last = try #require(try trainer.save(.last, step: 2, settings: settings))
    let best = try #require(try trainer.save(.best, step: 1, settings: settings))
    #expect(best.step == 1)
    let files = try [last, best].map { try Safetensors(contentsOf: URL(fileURLWithPath: $0.path)) }
    #expect(try files[0].floats("body.0.weight") != files[1].floats("body.0.weight"))
    #expect(files[0].metadata["model"] == "conv4")
    #expect(files[0].metadata["step"] == "2")
    let stored = try #require(files[0].metadata["settings"])
    #expect(try JSONDecoder().decode(Settings.self, from: Data(stored.utf8)) == settings)
    #expect(files[0].tensors["body.1.running_var"]?.shape == [8])
  }

  @Test func nothingIsWrittenWithoutAFolder() throws {
    let settings = try settings()
    let trainer = try trainer(settings)
    #expect(try trainer.save(.last, step: 0, settings: settings) == nil)
  }

  @Test func aFolderThatCannotBeWrittenIsOneLine() throws {
    let settings = try settings()
    let trainer = try trainer(settings, folder: URL(fileURLWithPath: "/proc/nowhere"))
    do {
      _ = try trainer.save(.last, step: 0, settings: settings)
      Issue.record("written below /proc")
    } catch {
      #expect("\(error)".contains("/proc/nowhere"))
      #expect(!"\(error)".contains("\n"))
    }
  }

  private func newFolder() throws -> URL {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("dualab-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    return url
  }
}
