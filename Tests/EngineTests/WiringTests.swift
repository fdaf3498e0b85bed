import Engine
import Events
import Foundation
import Recipe
import Tensors
import TestSupport
import Testing

/// Every setting of the optimizer and of dual BN reaches the training step, and the schedule reaches the optimizer.
struct WiringTests {
  private func settings(_ changes: [String: String]) throws -> Settings {
    var settings = Settings()
    let small = [
      "width": "4", "batch": "32", "attack.steps": "1", "data.train": "300", "data.test": "32", "validation.limit": "8",
      "steps": "20", "data.size": "8", "schedule": "constant", "lr": "0.05",
    ]
    for (name, value) in small.merging(changes, uniquingKeysWith: { $1 }) { try settings.set(name, parsing: value) }
    return settings
  }

  /// The samples of the first steps, and the weights after them.
  private func run(
    _ changes: [String: String], steps: Int
  ) throws -> (samples: [Sample], weights: [String: [Float]]) {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dualab-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let settings = try settings(changes)
    let trainer = try Trainer(settings: settings, presetName: "test", threads: 2, folder: folder)
    let samples = try (1...steps).map { try trainer.step($0, settings: settings) {} }
    let note = try #require(try trainer.save(.last, step: steps, settings: settings))
    let file = try Safetensors(contentsOf: URL(fileURLWithPath: note.path))
    let names = file.tensors.keys.filter { !$0.contains("running") }
    return (samples, Dictionary(uniqueKeysWithValues: try names.map { ($0, try file.floats($0)) }))
  }

  @Test(arguments: [
    ("nesterov", "off"), ("weight_decay", "0.05"), ("weight_decay.norms", "off"), ("momentum", "0.5"), ("lr", "0.06"),
  ]) func theOptimizerHasTheKnob(name: String, value: String) throws {
    let base = ["weight_decay": "0.01"]
    let plain = try run(base, steps: 3).weights, other = try run(base.merging([name: value]) { $1 }, steps: 3).weights
    #expect(plain.keys == other.keys)
    for tensor in ["body.0.weight", "body.4.weight", "fc.weight", "fc.bias"] {
      #expect(plain[tensor] != other[tensor], "\(tensor)")
    }
  }

  /// In the first step the momentum is 0, and decay is a term of every tensor by itself.
  @Test func theFirstStepTellsTheOptimizersTermsApart() throws {
    func first(_ changes: [String: String]) throws -> [String: [Float]] { try run(changes, steps: 1).weights }
    let base = try first(["nesterov": "off"])
    #expect(try first(["nesterov": "off", "momentum": "0.1"]) == base)
    #expect(try first(["nesterov": "on"]) != base)
    let whole = try first(["weight_decay": "0.1"])
    let part = try first(["weight_decay": "0.1", "weight_decay.norms": "off"])
    // β starts at 0, where decay is nothing; the weights decay either way, but for rounding.
    let spared: Set = ["body.1.weight", "body.4.weight", "body.7.weight", "body.10.weight", "fc.bias"]
    for (tensor, values) in whole {
      let distance = zip(values, part[tensor] ?? []).map { abs($0 - $1) }.max() ?? 1
      #expect((distance > 1e-5) == spared.contains(tensor), "\(tensor): \(distance)")
    }
  }

  private static let dual = ["norm": "dbn", "norm.layers": "0", "dbn.weight": "0.01"]

  @Test(arguments: [("dbn.weight", "0.05"), ("dbn.reduction", "row-mean"), ("dbn.temperature", "3")])
  func dualNormsHaveTheKnob(name: String, value: String) throws {
    let plain = try run(Self.dual, steps: 3).weights
    let other = try run(Self.dual.merging([name: value]) { $1 }, steps: 3).weights
    for tensor in ["body.0.weight", "fc.weight"] { #expect(plain[tensor] != other[tensor], "\(tensor)") }
  }

  /// One dual norm over 4×4 pixels and 64 rows: the sums differ by these factors.
  @Test func theReductionIsTheOneAskedForAndTheWeightIsThatOfTheLoss() throws {
    func first(_ changes: [String: String]) throws -> (nll: Double, loss: Double) {
      let sample = try #require(try run(Self.dual.merging(changes) { $1 }, steps: 1).samples.first)
      return (try #require(sample.dbnNLL), sample.loss)
    }
    let pixelMean = try first([:]), rowMean = try first(["dbn.reduction": "row-mean"])
    let sum = try first(["dbn.reduction": "sum"]), heavy = try first(["dbn.weight": "0.06"])
    #expect(pixelMean.nll > 0.1)
    #expect(abs(rowMean.nll / pixelMean.nll - 16) < 1e-4 && abs(sum.nll / rowMean.nll - 64) < 1e-3)
    #expect(heavy.nll == pixelMean.nll)
    #expect(abs(heavy.loss - pixelMean.loss - 0.05 * pixelMean.nll) < 1e-9)
  }

  // MARK: schedule

  private func rates(_ changes: [String: String], steps: Int) throws -> [Sample] {
    try run(changes.merging(["objective": "standard", "width": "2", "lr": "0.1"]) { $1 }, steps: steps).samples
  }

  /// 270 training images are nine batches an epoch.
  @Test func piecewiseDropsWithTheFirstStepOfTheLaterEpoch() throws {
    let samples = try rates(["schedule": "piecewise", "lr.drops": "0.5", "steps": "0", "epochs": "2"], steps: 10)
    for sample in samples.prefix(9) { #expect(sample.learningRate == 0.1 && sample.epoch == 0, "\(sample.step)") }
    #expect(abs(samples[9].learningRate - 0.01) < 1e-12 && samples[9].epoch == 1)
  }

  @Test func trapezoidRisesFromTheFirstStepStaysAndFalls() throws {
    let samples = try rates(["schedule": "trapezoid", "lr.warmup": "0.2", "lr.flat": "0.7", "steps": "20"], steps: 17)
    let expected = [0.25, 0.5, 0.75] + Array(repeating: 1, count: 12) + [5.0 / 6, 4.0 / 6]
    #expect(samples.count == expected.count)
    for (sample, factor) in zip(samples, expected) {
      #expect(abs(sample.learningRate - 0.1 * factor) < 1e-9, "\(sample.step)")
    }
  }

  @Test func oneCycleStartsAtZeroAndConstantStays() throws {
    let cycle = try rates(["schedule": "one-cycle", "lr.warmup": "0.2", "steps": "20"], steps: 6)
    for (sample, factor) in zip(cycle, [0, 0.25, 0.5, 0.75, 1, 0.9375]) {
      #expect(abs(sample.learningRate - 0.1 * factor) < 1e-9, "\(sample.step)")
    }
    #expect(try rates(["schedule": "constant"], steps: 3).allSatisfy { $0.learningRate == 0.1 })
  }
}
