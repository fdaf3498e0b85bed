import Foundation
import Networks
import Recipe
import Tensors

/// Going on from a checkpoint.
extension Trainer {
  /// The trainer of a run as it was when the checkpoint was written. `threads` and `folder` may differ from then. Throws
  /// one line when the checkpoint does not fit its settings.
  package convenience init(
    resuming point: ResumePoint, presetName: String, threads: Int, folder: URL?
  ) throws {
    try self.init(
      settings: point.initial, built: point.progress.built, presetName: presetName, threads: threads, folder: folder)
    do {
      try network.load(point.file)
      try network.loadMomentum(point.file)
      best = try keptNetwork(of: point)
    } catch let error as FileError {
      throw FileError("\(point.path): \(error); use an earlier checkpoint")
    }
    resumed = point.sentinel
  }

  private func keptNetwork(of point: ResumePoint) throws -> KeptNetwork? {
    guard let best = point.progress.bestWeights, let branch = point.bestBranch else { return nil }
    var model = network.settings
    model.setNorms(from: best.settings)
    let holder = try model.network(in: pool)
    try holder.load(point.file, prefix: Network.bestPrefix)
    return KeptNetwork(
      description: KeptDescription(settings: model, branch: branch, step: best.step), weights: holder.weights())
  }
}
