import Foundation
import Networks
import Recipe
import Spelling
import Tensors

/// A checkpoint of a run, read back: its weights, and the settings it was trained with.
package struct SavedCheckpoint: Sendable {
  /// The weights.
  package let weights: WeightsFile
  /// The resolved preset: data set, ε, norm.
  package let settings: Settings
  /// The preset's name.
  package let preset: String
  /// Training steps behind it.
  package let step: Int

  /// Reads a file. `takesSettings` as in `WeightsFile`. Throws `FileError` when it is damaged or not one of ours.
  package init(_ path: String, takesSettings: Bool = true) throws {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      throw FileError("\(path): is a folder; give a file in its checkpoints/, such as checkpoints/last.safetensors")
    }
    weights = try WeightsFile(path, takesSettings: takesSettings)
    let metadata = weights.metadata
    guard let format = metadata["dualab"] else {
      throw FileError(
        "\(path): not a checkpoint of dualab; give "
          + (takesSettings ? "foreign weights with --weights and --model" : "one that a run wrote"))
    }
    guard format == Checkpoint.format else {
      throw FileError("\(path): a checkpoint of format \(format), this program reads \(Checkpoint.format); use its own")
    }
    do {
      settings = try JSONDecoder().decode(Settings.self, from: Data((metadata["settings"] ?? "").utf8))
    } catch {
      let reason = (error as? SettingError).map { "\($0)" } ?? "not valid JSON"
      throw FileError(
        "\(path): the settings in its metadata cannot be read (\(reason)); give "
          + (takesSettings ? "it as --weights" : WeightsFile.another))
    }
    preset = metadata["preset"] ?? "unknown"
    step = metadata["step"].flatMap { Int($0) } ?? 0
  }

  /// The network for images of the size `input`, whose norms use the sets of statistics that the run's objective trains.
  /// `given` as in `WeightsFile.network`. Throws `FileError`.
  package func network(
    _ given: [String: String] = [:], input: Shape, pool: ThreadPool
  ) throws -> WeightsFile.Imported {
    let imported = try weights.network(given, input: input, pool: pool)
    imported.network.follow(settings)
    return imported
  }
}
