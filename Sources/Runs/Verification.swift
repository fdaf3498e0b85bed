import Engine
import Events
import Foundation
import Networks
import Recipe
import Tensors

/// Executes a run again from its preset, its seed and its interventions, and compares the weights with the stored ones.
package struct Verification {
  /// What came of it.
  package struct Outcome: Sendable, Hashable {
    /// The checkpoint that was compared.
    package let file: String
    /// Steps executed.
    package let steps: Int
    /// The digest of the stored weights and running statistics, and of those found.
    package let stored: String, found: String
    /// Tensors that differ; empty where every bit is the same.
    package let differing: [String]
  }

  private let point: ResumePoint
  private let tour: [TourStop]
  private let threads: Int
  /// Checkpoints after the one that is compared, which are damaged, one line each.
  package let damaged: [String]
  /// What differs between the machines and programs of the run and this one; then other bits are no surprise.
  package let differences: [String]

  /// The latest checkpoint of a run, and what led there. Throws `RunError`.
  package init(_ store: RunStore, threads: Int) throws {
    var damaged: [String] = []
    let point = try RunFiles(store.folder).latest { damaged.append($0) }
    (self.point, self.threads, self.damaged) = (point, threads, damaged)
    // What was done after that checkpoint is not in it.
    var record = try store.interventions(before: point.progress.firstOpen)
    record.removeFinishes()
    tour = record.tour + [TourStop(step: point.progress.step, caption: "", finishes: true)]
    let others = try store.sessions().map {
      Provenance(version: $0.version, kernels: $0.kernels, convolution: $0.convolution)
    }
    differences = Array(Set(others.flatMap { $0.differences(from: .current) })).sorted()
  }

  /// Executes the run. `observe` hears the step and the last one.
  package func run(observe: @escaping @Sendable (Int, Int) -> Void) async throws -> Outcome {
    let last = point.progress.step, box = Trained()
    let settings = try point.initial.withoutChecks
    let engine = TrainingEngine(settings: settings, tour: tour) { [point, threads] in
      let trainer = try Trainer(settings: settings, presetName: point.preset, threads: threads, folder: nil)
      let work = OnlySteps(trainer)
      box.trainer = trainer
      return work
    }
    async let ended = engine.run()
    for await event in engine.events { if case .sample(let sample) = event { observe(sample.step, last) } }
    let summary = await ended
    guard summary.outcome == .finished, let trainer = box.trainer else {
      throw RunError("the run cannot be executed again: \(summary.reason)")
    }
    return compare(trainer.training.network.stateDictionary(), steps: summary.step)
  }

  private func compare(_ found: Safetensors, steps: Int) -> Outcome {
    let stored = point.weights
    let names = Set(stored.tensors.keys).union(found.tensors.keys).sorted()
    return Outcome(
      file: URL(fileURLWithPath: point.path).lastPathComponent, steps: steps, stored: stored.checksum,
      found: found.checksum, differing: names.filter { stored.tensors[$0] != found.tensors[$0] })
  }

  /// The trainer of the engine, once there is one; written on its thread before its events end.
  private final class Trained: @unchecked Sendable {
    var trainer: Trainer?
  }
}

/// A trainer that only does what changes weights: measurements are left out.
private final class OnlySteps: SessionWork {
  private let trainer: Trainer
  var written: (@Sendable (Result<CheckpointNote, FileError>) -> Void)?

  init(_ trainer: Trainer) { self.trainer = trainer }

  var description: SessionDescription { trainer.description }

  func step(_ number: Int, settings: Settings, poll: () throws -> Void) throws -> Sample {
    try trainer.step(number, settings: settings, poll: poll)
  }

  func operate(
    _ operation: NetworkOperation, afterStep step: Int, settings: Settings, poll: () throws -> Void
  ) throws -> SurgeryReport {
    try trainer.operate(operation, afterStep: step, settings: settings, poll: poll)
  }

  func validate(afterStep step: Int, settings: Settings, poll: () throws -> Void) throws -> Probe {
    nothing(step, .validation, .current)
  }

  func keepAsBest(step: Int) {}

  func test(_ weights: KeptWeights, afterStep step: Int, settings: Settings, poll: () throws -> Void) throws -> Probe {
    nothing(step, .test, weights.measured)
  }

  func checkQuickly(
    afterStep step: Int, settings: Settings, limits: QuickLimits, poll: () throws -> Void
  ) throws -> QuickCheck {
    throw RunError("not measured")
  }

  func checkDeeply(
    afterStep step: Int, settings: Settings, limits: DeepLimits, poll: () throws -> Void
  ) throws -> DeepCheck {
    throw RunError("not measured")
  }

  func findCauses(afterStep step: Int, settings: Settings, poll: () throws -> Void) throws -> CausesFound {
    throw RunError("not measured")
  }

  func freeze(_ scope: AttackScope, afterStep step: Int, settings: Settings) throws -> FrozenAttack {
    throw RunError("not measured")
  }

  func save(_ kind: CheckpointKind, step: Int, settings: Settings, progress: SessionProgress?) throws -> CheckpointNote?
  {
    nil
  }

  private func nothing(_ step: Int, _ split: Probe.Split, _ weights: Probe.Weights) -> Probe {
    let none = Proportion(correct: 0, n: 1)
    return Probe(
      step: step, split: split, weights: weights, clean: none, adversarial: none, attack: "none", seconds: 0)
  }
}

extension Settings {
  /// Checks change no weights.
  fileprivate var withoutChecks: Settings {
    get throws {
      var result = self
      try result.set(.sentinelEvery, to: 0)
      return result
    }
  }
}
