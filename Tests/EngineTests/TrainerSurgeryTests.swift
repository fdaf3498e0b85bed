import Engine
import Events
import Foundation
import Readout
import Recipe
import Tensors
import TestSupport
import Testing

/// Operations on a real network in the middle of a run.
struct TrainerSurgeryTests {
  private func settings(_ changes: [String: String] = [:]) throws -> Settings {
    var settings = Settings()
    let small = [
      "width": "8", "batch": "32", "attack.steps": "2", "data.train": "300", "data.test": "32",
      "validation.limit": "20", "steps": "20", "data.size": "8", "schedule": "constant", "lr": "0.05",
    ]
    for (name, value) in small.merging(changes, uniquingKeysWith: { $1 }) { try settings.set(name, parsing: value) }
    return settings
  }

  private func withTrainer(_ settings: Settings, steps: Int, _ body: (Trainer, URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dualab-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let trainer = try Trainer(settings: settings, presetName: "test", threads: 2, folder: folder)
    for step in 0..<steps { _ = try trainer.step(step + 1, settings: settings) {} }
    try body(trainer, folder)
  }

  private func saved(
    _ trainer: Trainer, _ kind: CheckpointKind, _ settings: Settings
  ) throws -> Safetensors {
    let note = try #require(try trainer.save(kind, step: 3, settings: settings))
    return try Safetensors(contentsOf: URL(fileURLWithPath: note.path))
  }

  private func floats(_ file: Safetensors) throws -> [String: [Float]] {
    Dictionary(uniqueKeysWithValues: try file.tensors.keys.map { ($0, try file.floats($0)) })
  }

  /// The logits of a saved checkpoint for noise, in eval mode.
  private func logits(_ trainer: Trainer, _ settings: Settings, name: String) throws -> [Float] {
    let note = try #require(try trainer.save(.last, step: 3, settings: settings))
    let network = try SavedCheckpoint(note.path).network(input: Shape(1, 8, 8), pool: ThreadPool(threads: 2)).network
    #expect(network.settings.norm.rawValue == name)
    let images = (0..<20 * 64).map { Float(($0 * 7919) % 997) / 996 }
    return images.withUnsafeBufferPointer { images in
      images.baseAddress.map { network.evaluate($0, count: 20) } ?? []
    }
  }

  @Test(arguments: ["none", "in", "gn"]) func anotherNormKeepsTheWeightsTrainsOnAndLeavesTheBestLoadable(
    norm: String
  ) throws {
    // Per-image normalization needs more than one pixel after the last stride.
    let before = try settings(["data.size": "16"]), after = try settings(["data.size": "16", "norm": norm])
    try withTrainer(before, steps: 3) { trainer, _ in
      trainer.keepAsBest(step: 3)
      let old = try saved(trainer, .last, before)
      let report = try trainer.operate(.convert, afterStep: 3, settings: after) {}
      #expect(
        report.from.rawValue == "bn" && report.to.rawValue == norm && report.operation == .convert && report.step == 3)
      #expect(report.logitDrift > 0 && report.largestLogitDrift >= report.logitDrift)
      #expect(report.cleanBefore.n == 20 && report.adversarialAfter.n == 20 && !report.warnings.isEmpty)
      let new = try saved(trainer, .last, after)
      #expect(new.metadata["norm"] == norm)
      for name in ["body.0.weight", "body.9.weight", "fc.weight", "fc.bias"] {
        #expect(try new.floats(name) == old.floats(name), "\(name)")
      }
      if norm == "gn" { #expect(try new.floats("body.1.weight") == old.floats("body.1.weight")) }
      #expect(new.tensors["body.1.running_mean"] == nil)
      let next = try trainer.step(4, settings: after) {}
      let moved = try floats(saved(trainer, .last, after)), unmoved = try floats(new)
      #expect(next.loss.isFinite && moved != unmoved)
      // The best weights are those of before, with the norm of before.
      let best = try saved(trainer, .best, before)
      #expect(best.metadata["norm"] == "bn")
      #expect(try floats(best) == floats(old))
      let tested = try trainer.test(.best, afterStep: 4, settings: after) {}
      let last = try saved(trainer, .last, after)
      #expect(tested.step == 3 && last.metadata["norm"] == norm)
      _ = try trainer.validate(afterStep: 4, settings: after) {}
    }
  }

  @Test(arguments: ["dbn", "split"]) func twoSetsOfStatisticsAreTheSameFunctionAndTrainOn(norm: String) throws {
    let before = try settings(["objective": "mat"]), after = try settings(["objective": "mat", "norm": norm])
    try withTrainer(before, steps: 3) { trainer, _ in
      let old = try logits(trainer, before, name: "bn")
      let report = try trainer.operate(.convert, afterStep: 3, settings: after) {}
      #expect(report.to.rawValue == norm && report.largestLogitDrift == 0 && report.cleanBefore == report.cleanAfter)
      #expect(report.adversarialBefore == report.adversarialAfter)
      let same = try logits(trainer, after, name: norm)
      #expect(old.count == 200 && Set(old).count > 100 && same == old)

      // Training takes the domains apart: losses stay finite, the two sets leave each other, the function moves.
      let losses = try (4...6).map { try trainer.step($0, settings: after) {}.loss }
      let moved = try saved(trainer, .last, after), running = moved.tensors.keys.filter { $0.contains("running_mean") }
      #expect(losses.allSatisfy(\.isFinite) && running.count == 8)
      let sets = try running.filter { $0.hasPrefix("body.1.") }.sorted().map { try moved.floats($0) }
      #expect(sets.count == 2 && sets[0] != sets[1])
      #expect(try logits(trainer, after, name: norm) != old)
      let sample = try trainer.step(7, settings: after) {}
      #expect((sample.dbnNLL != nil) == (norm == "dbn"))
    }
  }

  @Test func momentumIsKept() throws {
    // BN at other places is BN: three more steps have the bits of a run without the operation only if momenta are kept.
    let before = try settings(), after = try settings(["norm.affine": "default", "norm.layers": "all"])
    var losses: [Double] = []
    for operates in [false, true] {
      try withTrainer(before, steps: 3) { trainer, _ in
        if operates {
          let report = try trainer.operate(.convert, afterStep: 3, settings: after) {}
          #expect(report.largestLogitDrift == 0 && report.cleanBefore == report.cleanAfter)
          #expect(report.sentence.contains("logits unchanged bit for bit"))
        }
        for step in 4...6 { losses.append(try trainer.step(step, settings: before) {}.loss) }
      }
    }
    #expect(losses[..<3] == losses[3...])
  }

  @Test func whatCannotBeChangesNothing() throws {
    let before = try settings(), after = try settings(["norm.affine": "separate"])
    try withTrainer(before, steps: 2) { trainer, _ in
      let old = try floats(saved(trainer, .last, before))
      let failure = #expect(throws: TrainingFailure.self) {
        _ = try trainer.operate(.convert, afterStep: 2, settings: after) {}
      }
      #expect(failure?.description.hasPrefix("norm.affine: ") == true)
      for stop in [0, 1, 5, 12] {
        var polls = 0
        #expect(throws: Interruption.self) {
          _ = try trainer.operate(.recalibrate(batches: 3), afterStep: 2, settings: before) {
            polls += 1
            if polls > stop { throw Interruption() }
          }
        }
      }
      let last = try saved(trainer, .last, before), same = try floats(last)
      #expect(same == old && last.metadata["norm"] == "bn")
    }
  }

  @Test func recalibrationRecomputesTheStatisticsAndNothingElse() throws {
    let settings = try settings(["objective": "mat", "batching": "seq"])
    try withTrainer(settings, steps: 3) { trainer, _ in
      let old = try floats(saved(trainer, .last, settings))
      let report = try trainer.operate(.recalibrate(batches: 4), afterStep: 3, settings: settings) {}
      #expect(
        report.operation == .recalibrate && report.from.rawValue == "bn" && report.to == report.from
          && report.logitDrift > 0)
      let new = try floats(saved(trainer, .last, settings))
      for (name, values) in old where !name.contains("running") { #expect(new[name] == values, "\(name)") }
      for name in ["body.1.running_mean", "body.1.running_var"] { #expect(new[name] != old[name], "\(name)") }
      // A function of weights and batches alone: what the statistics were before does not matter, but for the attack.
      _ = try trainer.operate(.recalibrate(batches: 1), afterStep: 3, settings: settings) {}
      let once = try floats(saved(trainer, .last, settings))
      #expect(once["body.1.running_mean"] != new["body.1.running_mean"])
    }
  }
}
