import Events
import Foundation
import Networks
import Recipe
import Testing

@testable import Engine

/// Which set of statistics networks with two of them are attacked and measured with. docs/algorithms.md §9.1, §10.
struct BranchTests {
  private static let objectives = ["standard", "at", "mat", "trades", "mart"]

  private func branch(_ norm: NormKind, _ objective: String, _ batching: String, rows: String) throws -> Branch {
    var settings = Settings()
    for (name, value) in [("objective", objective), ("batching", batching), ("clean.rows", rows)] {
      try settings.set(name, parsing: value)
    }
    return settings.branch(of: norm)
  }

  @Test func theBranchIsThatOfTheRowsThatTrain() throws {
    for batching in ["cat", "seq", "seq3"] {
      for rows in ["0", "0.5", "1"] {
        for objective in Self.objectives {
          let seesBoth = !["standard", "at"].contains(objective) && !(batching == "cat" && rows == "0")
          let single: Branch = objective == "standard" ? .clean : .adversarial
          let label = "\(objective) \(batching) \(rows)"
          #expect(try branch(.dual, objective, batching, rows: rows) == (seesBoth ? .posterior : single), "\(label)")
          #expect(try branch(.split, objective, batching, rows: rows) == single, "\(label)")
          for norm in NormKind.allCases where !norm.hasTwoSets {
            #expect(try branch(norm, objective, batching, rows: rows) == .posterior, "\(norm) \(label)")
          }
        }
      }
    }
    #expect(try branch(.dual, "at", "seq", rows: "1") == .adversarial)
    #expect(try branch(.dual, "mat", "cat", rows: "0") == .adversarial)
    #expect(try branch(.dual, "mat", "cat", rows: "0.5") == .posterior)
  }

  // MARK: consequences

  /// From the weights of plain BN, whose layers are replaced before the first step: first weights depend on the
  /// normalization.
  private func threeSteps(
    _ changes: [String: String], isDual: Bool = false
  ) throws -> (samples: [Sample], probe: Probe) {
    var settings = Settings()
    let small = [
      "width": "8", "batch": "32", "attack.steps": "3", "data.train": "300", "data.test": "32",
      "validation.limit": "30", "steps": "20", "data.size": "8", "lr": "0.1", "schedule": "constant",
    ]
    for (name, value) in small.merging(changes, uniquingKeysWith: { $1 }) { try settings.set(name, parsing: value) }
    let trainer = try Trainer(settings: settings, presetName: "test", threads: 2, folder: nil)
    for (name, value) in ["norm": "dbn", "norm.layers": "all"] where isDual { try settings.set(name, parsing: value) }
    if isDual { _ = try trainer.operate(.convert, afterStep: 0, settings: settings) {} }
    var samples = try (1...3).map { try trainer.step($0, settings: settings) {} }
    for index in samples.indices { samples[index].seconds = 0 }
    var probe = try trainer.validate(afterStep: 3, settings: settings) {}
    probe.seconds = 0
    return (samples, probe)
  }

  /// Dual norms that see one domain are plain BN, in training, under attack and in measurements: MAT without clean rows
  /// and with γ = 0 is AT.
  @Test func dualNormsOfOneDomainAreBatchNormBitForBit() throws {
    let plain = try threeSteps(["objective": "at"])
    for changes in [["objective": "at"], ["objective": "mat", "clean.rows": "0", "gamma": "0"]] {
      let other = try threeSteps(changes, isDual: true)
      #expect(other.samples == plain.samples, "\(changes)")
      #expect(other.probe == plain.probe, "\(changes)")
    }
    let both = try threeSteps(["objective": "mat", "gamma": "0"], isDual: true)
    #expect(both.samples != plain.samples)
  }
}
