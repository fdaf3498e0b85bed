import Engine
import Foundation
import Tensors

/// What a suite measures inside the networks rather than from their outputs.
extension SuiteJob {
  /// W2² between the domains, on the images and verdicts of the AutoAttack measurement.
  func measureDistances(_ key: MeasurementKey) throws {
    if earlier({ try store.kept(run, key, as: DistanceRecord.self) }) != nil { return }
    let record = try domains(key).distances(poll: poll)
    try store.keep(record, run, key)
    observe(.init(title, .measured(String(format: "W2² clean–PGD %.3g", record.asReturned.cleanPGD.sum))))
  }

  /// The principal plane of each normalization layer.
  func measureScatter(_ key: MeasurementKey) throws {
    if earlier({ try store.kept(run, key, as: ScatterRecord.self) }) != nil { return }
    let record = try domains(key).scatter(poll: poll)
    try store.keep(record, run, key)
    observe(.init(title, .measured("principal planes of \(record.layers.count) layers")))
  }

  private func domains(_ key: MeasurementKey) throws -> SuiteDomains {
    let verdicts = MeasurementKey(measure: .autoattack, weights: key.weights, limit: key.limit)
    guard let attacked = try store.measurement(run, verdicts), attacked.isComplete else {
      throw FileError(
        "\(store.folder(of: run).path): AutoAttack's verdicts are missing, and \(key.measure) needs them; rerun the suite"
      )
    }
    try poll()
    let (network, set) = try loaded(key)
    return try SuiteDomains(
      network, set, attack: run.settings.trainingAttack, seed: run.settings.runSeed,
      autoattack: attacked.record, poll: poll)
  }

  // MARK: during training

  /// Training batches against running statistics. A run that was trained without measuring them is trained again. It
  /// must end with the same weights, which is checked.
  func measureRunning(_ key: MeasurementKey) throws {
    if earlier({ try store.kept(run, key, as: RunningRecord.self) }) != nil { return }
    let tracker = DistanceTracker(), folder = store.folder(of: run).appendingPathComponent("replay")
    defer { try? FileManager.default.removeItem(at: folder) }
    let trainer = try Trainer(
      settings: run.settings, presetName: run.preset, threads: threads, folder: folder, tracker: tracker)
    let steps = trainer.description.steps
    for step in 1...max(1, steps) {
      _ = try trainer.step(step, settings: run.settings, poll: poll)
      observe(.init(title, .measuring(key.measure, done: step, of: steps)))
    }
    var isSame = false
    if let note = try trainer.save(.last, step: steps, settings: run.settings, progress: nil) {
      isSame = try equalTensors(note.path, store.checkpoint(run, .last))
    }
    let warning =
      isSame ? nil : "repeating the training to measure 'running' gave different weights than the stored ones"
    try keepRunning(tracker, warning: warning)
  }

  /// Stores what a tracker measured.
  func keepRunning(_ tracker: DistanceTracker, warning: String? = nil) throws {
    let record = RunningRecord(layers: tracker.layers, points: tracker.points, warning: warning)
    try store.keep(record, run, MeasurementKey(measure: .running, weights: .last, limit: 0))
    observe(.init(title, .measured("batch vs. running statistics at \(record.points.count) steps")))
  }

  private func equalTensors(_ first: String, _ second: String) throws -> Bool {
    let files = try [first, second].map { try Safetensors(contentsOf: URL(fileURLWithPath: $0)) }
    guard Set(files[0].tensors.keys) == Set(files[1].tensors.keys) else { return false }
    return try files[0].tensors.keys.allSatisfy { try files[0].floats($0) == files[1].floats($0) }
  }
}
