import Engine
import Events
import Foundation
import Recipe
import Tensors
import TestSupport
import Testing

/// Surgery on a checkpoint does what a running session does.
struct ConversionTests {
  private func settings(_ changes: [String: String]) throws -> Settings {
    var settings = Settings()
    let small = [
      "width": "8", "batch": "32", "attack.steps": "2", "data.train": "300", "data.test": "32",
      "validation.limit": "16", "steps": "20", "data.size": "8", "schedule": "constant", "lr": "0.05",
    ]
    for (name, value) in small.merging(changes, uniquingKeysWith: { $1 }) { try settings.set(name, parsing: value) }
    return settings
  }

  private func statistics(_ file: Safetensors) throws -> [String: [Float]] {
    let names = file.tensors.keys.filter { $0.contains("running") }
    return Dictionary(uniqueKeysWithValues: try names.map { ($0, try file.floats($0)) })
  }

  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dualab-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  @Test(arguments: [
    ["objective": "mat"], ["objective": "mat", "batching": "seq"], ["objective": "at", "norm": "split"],
  ]) func recalibrationGivesTheStatisticsOfALiveSession(changes: [String: String]) throws {
    try withFolder { folder in
      let settings = try settings(changes)
      let trainer = try Trainer(settings: settings, presetName: "test", threads: 2, folder: folder)
      for step in 1...3 { _ = try trainer.step(step, settings: settings) {} }
      let saved = try #require(try trainer.save(.last, step: 3, settings: settings))
      let before = try statistics(Safetensors(contentsOf: URL(fileURLWithPath: saved.path)))
      _ = try trainer.operate(.recalibrate(batches: 3), afterStep: 3, settings: settings) {}
      let kept = try #require(try trainer.save(.kept, step: 3, settings: settings))
      let live = try statistics(Safetensors(contentsOf: URL(fileURLWithPath: kept.path)))

      var conversion = try Conversion(SavedCheckpoint(saved.path), to: settings, limit: 8, threads: 1)
      try conversion.recalibrate(batches: 3)
      let offline = try statistics(conversion.network.stateDictionary())
      #expect(offline == live && !live.isEmpty)
      for (name, values) in before { #expect(live[name] != values, "\(name)") }
      let sets = live.keys.filter { $0.hasPrefix("body.1.") }
      #expect(sets.count == (changes["norm"] == "split" ? 4 : 2), "\(sets)")
    }
  }

  @Test func whatWasCuredIsNotWarnedOf() throws {
    try withFolder { folder in
      let before = try settings(["norm": "gn", "data.size": "16"]), after = try settings(["data.size": "16"])
      let trainer = try Trainer(settings: before, presetName: "test", threads: 2, folder: folder)
      let saved = try #require(try trainer.save(.last, step: 0, settings: before))
      var conversion = try Conversion(SavedCheckpoint(saved.path), to: after, limit: 8, threads: 2)
      #expect(conversion.warnings.map(\.isCuredByRecalibration) == [true])
      try conversion.recalibrate(batches: 1)
      #expect(conversion.warnings.isEmpty)
    }
  }
}
