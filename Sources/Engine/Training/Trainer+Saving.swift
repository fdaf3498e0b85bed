import Events
import Foundation
import Networks
import Recipe

/// Weights on disk.
extension Trainer {
  /// Writes `checkpoints/KIND.safetensors`, or `checkpoints/KIND-STEP.safetensors`.
  package func save(_ kind: CheckpointKind, step: Int, settings: Settings) throws -> CheckpointNote? {
    guard let folder else { return nil }
    let url = folder.appendingPathComponent("checkpoints/\(kind.fileName(step: step)).safetensors")
    func write(_ network: Network, step: Int) throws -> CheckpointNote {
      try Checkpoint(
        network: network, preset: presetName, kind: kind, step: step, settings: settings, classNames: data.folderClasses
      ).write(to: url)
      return CheckpointNote(step: step, kind: kind, path: url.path)
    }
    guard kind == .best else { return try write(network, step: step) }
    return try best.map { best in try withNetwork(of: best) { try write($0, step: best.step) } }
  }
}

extension CheckpointKind {
  /// Kept checkpoints have the step in their names; the others overwrite the one before.
  fileprivate func fileName(step: Int) -> String {
    switch self {
    case .best, .last, .interrupted: rawValue
    case .alarm, .kept, .found, .skipped: "\(rawValue)-\(step)"
    }
  }
}
