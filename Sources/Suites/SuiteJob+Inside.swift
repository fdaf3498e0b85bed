import Engine
import Foundation
import Tensors

/// What a suite measures inside the networks, rather than of their answers.
extension SuiteJob {
  /// W2² between the domains, on the images and with the verdicts of AutoAttack's measurement.
  func measureDistances(_ key: MeasurementKey) throws {
    if earlier({ try store.kept(run, key, as: DistanceRecord.self) }) != nil { return }
    let record = try domains(key).distances(poll: poll)
    try store.keep(record, run, key)
    observe(.init(title, .measured(String(format: "W2 clean–PGD %.3g", record.asReturned.cleanPGD.sum))))
  }

  /// The principal plane of every norm layer.
  func measureScatter(_ key: MeasurementKey) throws {
    if earlier({ try store.kept(run, key, as: ScatterRecord.self) }) != nil { return }
    let record = try domains(key).scatter(poll: poll)
    try store.keep(record, run, key)
    observe(.init(title, .measured("principal planes of \(record.layers.count) layers")))
  }

  private func domains(_ key: MeasurementKey) throws -> SuiteDomains {
    let verdicts = MeasurementKey(measure: .autoattack, weights: key.weights, limit: key.limit)
    guard let attacked = try store.measurement(run, verdicts), attacked.isComplete else {
      throw FileError("\(store.folder(of: run).path): AutoAttack's verdicts are missing, which \(key.measure) needs")
    }
    try poll()
    let (network, set) = try loaded(key)
    return try SuiteDomains(
      network, set, attack: run.settings.trainingAttack, seed: run.settings.runSeed,
      autoattack: attacked.record, poll: poll)
  }

  // MARK: while it trained

  /// Batches against running statistics. A run that was trained without looking is trained once more: it takes the same
  /// way, which its last weights show.
  func measureRunning(_ key: MeasurementKey) throws {
    if earlier({ try store.kept(run, key, as: RunningRecord.self) }) != nil { return }
    let tracker = DistanceTracker(), folder = store.folder(of: run).appendingPathComponent("replay")
    defer { try? FileManager.default.removeItem(at: folder) }
    var trainer = Trainer(
      settings: run.settings, presetName: run.preset, threads: threads, folder: folder, tracker: tracker)
    let steps = try trainer.prepare().steps
    for step in 1...max(1, steps) {
      _ = try trainer.step(step, settings: run.settings, poll: poll)
      observe(.init(title, .measuring(key.measure, done: step, of: steps)))
    }
    var isSame = false
    if let note = try trainer.save(.last, step: steps, settings: run.settings) {
      isSame = try equalTensors(note.path, store.checkpoint(run, .last))
    }
    let warning = isSame ? nil : "the training repeated to measure 'running' ended with other weights than are kept"
    try keepRunning(tracker, warning: warning)
  }

  /// Puts what a tracker saw into the store.
  func keepRunning(_ tracker: DistanceTracker, warning: String? = nil) throws {
    let record = RunningRecord(layers: tracker.layers, points: tracker.points, warning: warning)
    try store.keep(record, run, MeasurementKey(measure: .running, weights: .last, limit: 0))
    observe(.init(title, .measured("batches against running statistics at \(record.points.count) steps")))
  }

  private func equalTensors(_ first: String, _ second: String) throws -> Bool {
    let files = try [first, second].map { try Safetensors(contentsOf: URL(fileURLWithPath: $0)) }
    guard Set(files[0].tensors.keys) == Set(files[1].tensors.keys) else { return false }
    return try files[0].tensors.keys.allSatisfy { try files[0].floats($0) == files[1].floats($0) }
  }
}
