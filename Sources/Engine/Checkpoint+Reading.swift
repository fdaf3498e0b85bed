import Events
import Foundation
import Networks
import Tensors

/// A checkpoint of a run, read back: its weights, and the settings it was trained with.
public struct SavedCheckpoint: Sendable {
  /// The weights.
  public let weights: WeightsFile
  /// The resolved preset: data set, ε, norm.
  public let settings: Settings
  /// The preset's name.
  public let preset: String
  /// Training steps behind it.
  public let step: Int

  /// Reads a file. Throws `FileError` when it is damaged or not one of ours.
  public init(_ path: String) throws {
    weights = try WeightsFile(path)
    let metadata = weights.metadata
    guard let format = metadata["dualab"] else {
      throw FileError("\(path): not a checkpoint of dualab; give foreign weights with --weights and --model")
    }
    guard format == Checkpoint.format else {
      throw FileError("\(path): a checkpoint of format \(format), this program reads \(Checkpoint.format); use its own")
    }
    do {
      settings = try JSONDecoder().decode(Settings.self, from: Data((metadata["settings"] ?? "").utf8))
    } catch {
      let reason = (error as? SettingError).map { "\($0)" } ?? "not valid JSON"
      throw FileError("\(path): the settings in its metadata cannot be read (\(reason)); give it as --weights")
    }
    preset = metadata["preset"] ?? "unknown"
    step = metadata["step"].flatMap { Int($0) } ?? 0
  }

  /// The network for images of the size `input`, whose norms use the sets of statistics that the run's objective trains.
  /// `given` as in `WeightsFile.network`. Throws `FileError`.
  public func network(
    _ given: [String: String] = [:], input: Shape, pool: ThreadPool
  ) throws -> WeightsFile.Imported {
    let imported = try weights.network(given, input: input, pool: pool)
    imported.network.follow(settings)
    return imported
  }
}
