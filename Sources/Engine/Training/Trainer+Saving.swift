import Events
import Foundation
import Networks
import Recipe
import Tensors

/// Weights on disk.
extension Trainer {
  /// Writes `checkpoints/KIND.safetensors`, or `checkpoints/KIND-STEP.safetensors`. Those that are only for going on are
  /// written while training goes on.
  package func save(
    _ kind: CheckpointKind, step: Int, settings: Settings, progress: SessionProgress? = nil
  ) throws -> CheckpointNote? {
    guard let folder = elsewhere ?? folder?.appendingPathComponent("checkpoints") else { return nil }
    guard kind != .best else { return try saveBest(in: folder, settings) }
    let url = folder.appendingPathComponent("\(kind.fileName(step: step)).safetensors")
    let note = CheckpointNote(step: step, kind: kind, path: url.path)
    let isPoint = kind == .auto || kind == .before
    if isPoint, !keepsPoints { return nil }
    let checkpoint = try Checkpoint(
      network: network, preset: presetName, kind: kind, step: step, settings: settings, classNames: data.folderClasses)
    let file = try progress.flatMap { keepsPoints ? try goingOn(checkpoint.file, $0) : nil } ?? checkpoint.file
    guard isPoint else {
      writer.drain()
      try CheckpointWriter.write(file, to: url)
      return note
    }
    let keep = settings[.checkpointKeep]
    writer.write(file, to: url, note: note) { [written] result in
      if kind == .auto, case .success = result { CheckpointWriter.prune(kind, in: folder, keeping: keep) }
      written?(result)
    }
    return nil
  }

  package func finishWriting() {
    writer.drain()
    dismissTeam()
  }

  /// `body` brings what the session has told so far to the disk; it is called before each checkpoint that is written
  /// while training goes on.
  package func beforeWriting(_ body: @escaping @Sendable () -> Void) { writer.setBefore(body) }

  package func saveElsewhere(in path: String) throws {
    guard folder != nil else { throw TrainingFailure("save-to: this run writes no checkpoints") }
    let url = URL(fileURLWithPath: path), files = FileManager.default
    let isNew = !files.fileExists(atPath: path)
    do {
      try files.createDirectory(at: url, withIntermediateDirectories: true)
      // Weights, momentum and best weights.
      let size = 3 * 4 * network.parameterCount + 65_536
      try AtomicFile.checkRoom(size, for: url.appendingPathComponent("\(CheckpointKind.last.rawValue).safetensors"))
    } catch {
      if isNew { rmdir(path) }
      throw FileError("save-to \(path): this folder takes no checkpoints; name one that you can write to, with space")
    }
    elsewhere = url
  }

  /// In the folder for temporary files, named like the run's.
  package var lastResort: String? {
    folder.map { NSTemporaryDirectory() + "dualab-\($0.lastPathComponent)-\(getpid())" }
  }

  private func saveBest(in folder: URL, _ settings: Settings) throws -> CheckpointNote? {
    guard let best else { return nil }
    let url = folder.appendingPathComponent("\(CheckpointKind.best.rawValue).safetensors")
    return try withNetwork(of: best) { network in
      let checkpoint = try Checkpoint(
        network: network, preset: presetName, kind: .best, step: best.description.step, settings: settings,
        classNames: data.folderClasses)
      try CheckpointWriter.write(checkpoint.file, to: url)
      return CheckpointNote(step: best.description.step, kind: .best, path: url.path)
    }
  }

  /// The file with what it takes to go on: momentum, the best weights, and where the session stands.
  private func goingOn(_ weights: Safetensors, _ progress: SessionProgress) throws -> Safetensors {
    var file = weights
    network.addMomentum(to: &file)
    file.metadata["progress"] = try LosslessJSON.text(progress)
    file.metadata["initial"] = try LosslessJSON.text(initial)
    file.metadata["provenance"] = try LosslessJSON.text(Provenance.current)
    try addSentinel(to: &file)
    guard let best else { return file }
    file.metadata["best_branch"] = best.description.branch.rawValue
    try withNetwork(of: best) { network in
      for (name, tensor) in network.stateDictionary().tensors { file.tensors[Network.bestPrefix + name] = tensor }
    }
    return file
  }

  private func addSentinel(to file: inout Safetensors) throws {
    let kept =
      sentinel.map { KeptBySentinel(reference: $0.pictures.first, look: $0.quick, memory: $0.memory) } ?? resumed
    if let reference = kept.reference { file.metadata["reference"] = try LosslessJSON.text(reference) }
    if let look = kept.look { file.metadata["look"] = try LosslessJSON.text(look) }
    kept.memory?.add(to: &file)
  }
}

extension CheckpointKind {
  /// Kept checkpoints have the step in their names; the others overwrite the one before.
  fileprivate func fileName(step: Int) -> String {
    switch self {
    case .best, .last, .interrupted: rawValue
    case .alarm, .kept, .auto, .before, .found, .skipped: "\(rawValue)-\(step)"
    }
  }
}
