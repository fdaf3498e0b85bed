import Events
import Foundation
import Recipe

/// Weights on disk.
extension Trainer {
  /// Writes `checkpoints/KIND.safetensors`, or `checkpoints/KIND-STEP.safetensors`.
  package mutating func save(_ kind: CheckpointKind, step: Int, settings: Settings) throws -> CheckpointNote? {
    guard let folder, let session else { return nil }
    // What is kept for good has a name of its own; the others replace the earlier one.
    let name = kind == .alarm || kind == .kept ? "\(kind.rawValue)-\(step)" : kind.rawValue
    let url = folder.appendingPathComponent("checkpoints/\(name).safetensors")
    guard kind == .best else {
      try Checkpoint(network: session.network, preset: presetName, kind: kind, step: step, settings: settings)
        .write(to: url)
      return CheckpointNote(step: step, kind: kind.rawValue, path: url.path)
    }
    guard let best = session.best else { return nil }
    try withNetwork(of: best) { network in
      try Checkpoint(network: network, preset: presetName, kind: kind, step: best.step, settings: settings)
        .write(to: url)
    }
    return CheckpointNote(step: best.step, kind: kind.rawValue, path: url.path)
  }
}
