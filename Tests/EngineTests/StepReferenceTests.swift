import Datasets
import Engine
import Events
import Foundation
import Networks
import Recipe
import Tensors
import Testing

/// The trainer's first steps against a plain reference: which loss is attacked and how, what is descended and by which
/// rate.
struct StepReferenceTests {
  /// A warm-up of four steps, so that no two of the first ones have the same rate.
  private static let rates: [Float] = [0.025, 0.05, 0.075]

  private static let cases: [(settings: [String: String], change: @Sendable (inout StepReference.Method) -> Void)] = [
    (["objective": "standard"], { $0.objective = "standard" }),
    (["objective": "at"], { $0.objective = "at" }),
    (["objective": "mat", "gamma": "0.3"], { ($0.objective, $0.gamma) = ("mat", 0.3) }),
    (
      ["objective": "mat", "gamma": "0.2", "beta": "2", "nesterov": "on"],
      { ($0.objective, $0.gamma, $0.beta, $0.nesterov) = ("mat", 0.2, 2, true) }
    ),
    (["objective": "trades", "beta": "3"], { ($0.objective, $0.beta) = ("trades", 3) }),
    (["objective": "mart", "beta": "4"], { ($0.objective, $0.beta) = ("mart", 4) }),
    (["objective": "mat", "attack.bn": "batch-notrack"], { $0.attackMode = .batch }),
    (["objective": "mat", "attack.start": "clean"], { $0.startsInTheBall = false }),
  ]

  @Test(arguments: cases.indices) func theStepsAreThoseOfThePlainReference(number: Int) throws {
    let (changes, change) = Self.cases[number]
    var settings = Settings()
    for (name, value) in [
      "data": "mirage", "model": "conv4", "width": "4", "batch": "16", "data.train": "200", "data.test": "16",
      "validation.limit": "10", "data.size": "8", "augment": "none", "seed": "5", "attack": "pgd", "eps": "0.1",
      "attack.step": "0.04", "attack.steps": "3", "lr": "0.1", "momentum": "0.9", "weight_decay": "0.01",
      "nesterov": "off", "schedule": "trapezoid", "lr.warmup": "0.2", "lr.flat": "0.7", "steps": "20", "beta": "0",
      "gamma": "0.5",
    ].merging(changes, uniquingKeysWith: { $1 }) { try settings.set(name, parsing: value) }
    var method = StepReference.Method(rates: Self.rates)
    change(&method)

    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dualab-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let trainer = try Trainer(settings: settings, presetName: "test", threads: 2, folder: folder)
    func weights(afterStep step: Int) throws -> Safetensors {
      let note = try #require(try trainer.save(.last, step: step, settings: settings))
      return try Safetensors(contentsOf: URL(fileURLWithPath: note.path))
    }
    let first = try weights(afterStep: 0)
    var reference = try StepReference(
      method, seed: 5, data: loadData(settings), batch: 16, width: 4, weights: first)
    for step in 1...Self.rates.count {
      let sample = try trainer.step(step, settings: settings) {}, expected = try reference.step(step)
      #expect(abs(sample.learningRate - Double(Self.rates[step - 1])) < 1e-7)
      try expectClose(sample.loss, expected.total, "step \(step), total")
      #expect((sample.cleanLoss == nil) == (method.objective == "at"))
      #expect((sample.adversarialLoss == nil) == (method.objective == "standard"))
      if let clean = sample.cleanLoss { try expectClose(clean, expected.clean, "step \(step), clean") }
      if let adversarial = sample.adversarialLoss {
        try expectClose(adversarial, expected.adversarial, "step \(step), adversarial")
      }
      if let divergence = sample.kl { try expectClose(divergence, expected.divergence, "step \(step), KL") }
      #expect((sample.kl == nil) == ["standard", "at"].contains(method.objective))
    }
    try expectSameWay(first, try weights(afterStep: Self.rates.count), reference.state)
  }

  private func expectClose(_ got: Double, _ expected: Double, _ label: Comment) throws {
    #expect(abs(got - expected) < 2e-4 * max(1, abs(expected)), "\(label): \(got), expected \(expected)")
  }

  /// Every tensor has gone from its first values to its last ones as the reference went, to a hundredth of the way.
  private func expectSameWay(_ first: Safetensors, _ last: Safetensors, _ reference: Safetensors) throws {
    func length(_ a: [Float], _ b: [Float]) -> Double {
      zip(a, b).reduce(0) { $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1)) }.squareRoot()
    }
    #expect(first.tensors.count == reference.tensors.count)
    for name in first.tensors.keys {
      let start = try first.floats(name), end = try last.floats(name), expected = try reference.floats(name)
      let way = length(expected, start)
      #expect(way > 0 && length(end, expected) < 0.01 * way, "\(name): \(length(end, expected)) off a way of \(way)")
    }
  }
}
