import Events
import Foundation
import Networks

/// Weights on disk.
extension Trainer {
  /// Writes `checkpoints/KIND.safetensors`.
  public mutating func save(_ kind: CheckpointKind, step: Int, settings: Settings) throws -> CheckpointNote? {
    guard let folder, let session else { return nil }
    let url = folder.appendingPathComponent("checkpoints/\(kind.rawValue).safetensors")
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
