import Engine
import Events
import Foundation
import Recipe
import Tensors
import TestSupport
import Testing

/// The options of a step in a real session: batching, BN statistics in the attack, weight perturbation, fewer clean
/// rows.
struct MethodTests {
  private func settings(_ changes: [String: String] = [:]) throws -> Settings {
    var settings = Settings()
    let small = [
      "width": "8", "batch": "32", "attack.steps": "3", "data.train": "300", "data.test": "64",
      "validation.limit": "20", "steps": "20", "data.size": "8",
    ]
    for (name, value) in small.merging(changes, uniquingKeysWith: { $1 }) { try settings.set(name, parsing: value) }
    return settings
  }

  private func trainer(_ settings: Settings, folder: URL? = nil) throws -> Trainer {
    try Trainer(settings: settings, presetName: "test", threads: 2, folder: folder)
  }

  private func timeless(_ sample: Sample) -> Sample {
    var sample = sample
    sample.seconds = 0
    return sample
  }

  private func run(_ changes: [String: String], steps: Int = 4) throws -> [Sample] {
    let settings = try settings(changes)
    let trainer = try trainer(settings)
    return try (1...steps).map { timeless(try trainer.step($0, settings: settings) {}) }
  }

  /// Weights and running statistics after some steps.
  private func weights(_ changes: [String: String], steps: Int) throws -> [String: [Float]] {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dualab-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let settings = try settings(changes)
    let trainer = try trainer(settings, folder: folder)
    for step in 0..<steps { _ = try trainer.step(step + 1, settings: settings) {} }
    let note = try #require(try trainer.save(.last, step: steps, settings: settings))
    let file = try Safetensors(contentsOf: URL(fileURLWithPath: note.path))
    return Dictionary(uniqueKeysWithValues: try file.tensors.keys.map { ($0, try file.floats($0)) })
  }

  @Test func everyOptionChangesTheRun() throws {
    let plain = try run([:])
    for option in [
      ["batching": "seq"], ["attack.bn": "batch-notrack"], ["attack.bn": "batch-track"], ["awp": "0.01"],
      ["clean.rows": "0.5"], ["attack.start": "noise"],
    ] {
      let other = try run(option)
      #expect(other != plain, "\(option)")
      #expect(other.allSatisfy { $0.loss.isFinite }, "\(option)")
    }
    // Tracking moves the running statistics, which training on batch moments does not read.
    let tracked = try weights(["attack.bn": "batch-track"], steps: 2)
    let untracked = try weights(["attack.bn": "batch-notrack"], steps: 2)
    #expect(tracked["body.0.weight"] == untracked["body.0.weight"])
    #expect(tracked["body.1.running_mean"] != untracked["body.1.running_mean"])
    #expect(
      try run(["objective": "trades", "batching": "seq3", "beta": "6"])
        != run(["objective": "trades", "batching": "seq", "beta": "6"]))
  }

  @Test func oneKindOfRowsDoesNotCareForBatching() throws {
    for objective in ["standard", "at"] {
      let runs = try ["cat", "seq", "seq3"].map {
        try run(["objective": objective, "batching": $0, "clean.rows": "0.5"])
      }
      #expect(runs[0] == runs[1] && runs[1] == runs[2], "\(objective)")
    }
  }

  /// The perturbation is too small to change a weight: what is left is that the proxy's pass moves nothing.
  @Test(arguments: ["cat", "seq", "seq3"]) func theProxyPassLeavesNoTrace(batching: String) throws {
    let base = ["objective": "trades", "beta": "6", "batching": batching]
    #expect(try run(base) == run(base.merging(["awp": "1e-30"]) { $1 }))
    #expect(try weights(base, steps: 3) == weights(base.merging(["awp": "1e-30"]) { $1 }, steps: 3))
  }

  @Test func perturbedWeightsComeBackBitForBit() throws {
    let before = try weights(["lr": "0"], steps: 0), after = try weights(["lr": "0", "awp": "0.05"], steps: 3)
    #expect(before.keys == after.keys)
    for (name, values) in before where !name.contains("running") { #expect(after[name] == values, "\(name)") }
    #expect(before.contains { $0.key.contains("running") && after[$0.key] != $0.value })
  }

  @Test func fewerCleanRowsAreCounted() throws {
    for (share, expected) in [("1", 32), ("0.5", 16), ("0.01", 1), ("0", 0)] {
      let sample = try #require(try run(["clean.rows": share], steps: 1).first)
      #expect((sample.cleanAccuracy?.n ?? 0) == expected && sample.adversarialAccuracy?.n == 32)
      #expect((sample.cleanLoss == nil) == (expected == 0) && (sample.kl == nil) == (expected == 0))
    }
  }

  @Test func aStepTellsWhichIterationOfItsAttackRuns() throws {
    let trainer = try trainer(settings()), progress = StepProgress()
    trainer.tell(progress)
    var told: [String] = []
    _ = try trainer.step(1, settings: settings()) {
      let text = progress.state.map { "\($0.step) \($0.attack) \($0.iteration)/\($0.iterations)" } ?? "-"
      if told.last != text { told.append(text) }
    }
    // It polls before each iteration, and once more between the attack and the pass that is trained on.
    #expect(told == ["1 PGD-3 0/0", "1 PGD-3 1/3", "1 PGD-3 2/3", "-"])
    #expect(progress.state == nil)
  }

  @Test func settingsThatCannotBeTogetherAreRefusedAtTheStart() throws {
    let settings = try settings(["batching": "seq3"])
    let failure = #expect(throws: TrainingFailure.self) {
      try Trainer(settings: settings, presetName: "test", threads: 1, folder: nil)
    }
    #expect(failure?.description.hasPrefix("batching seq3 needs a KL term: ") == true)
  }
}
