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
  /// Training steps so far.
  package let step: Int

  /// Reads a file. `takesSettings` as in `WeightsFile`. Throws `FileError` when it is damaged or not a checkpoint of
  /// dualab.
  package init(_ path: String, takesSettings: Bool = true) throws {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      throw FileError("\(path): is a folder; give a file in its checkpoints/, such as checkpoints/last.safetensors")
    }
    weights = try WeightsFile(path, takesSettings: takesSettings)
    let metadata = weights.metadata
    guard let format = metadata["dualab"] else {
      throw FileError(
        "\(path): not a checkpoint of dualab; "
          + (takesSettings ? "give other weights with --weights and --model" : "give one that a run wrote"))
    }
    guard format == Checkpoint.format else {
      throw FileError(
        "\(path): checkpoint format \(format), but this version of dualab reads \(Checkpoint.format); use the version that "
          + "wrote it")
    }
    do {
      settings = try JSONDecoder().decode(Settings.self, from: Data((metadata["settings"] ?? "").utf8))
    } catch {
      let reason = (error as? SettingError).map { "\($0)" } ?? "not valid JSON"
      throw FileError(
        "\(path): malformed settings in its metadata (\(reason)); "
          + (takesSettings ? "pass it as --weights" : "give \(WeightsFile.another)"))
    }
    preset = metadata["preset"] ?? "unknown"
    step = metadata["step"].flatMap { Int($0) } ?? 0
  }

  /// The network for images of size `input`, which uses the set of statistics that the run's objective trains. `given`
  /// as in `WeightsFile.network`. Throws `FileError`.
  package func network(
    _ given: [String: String] = [:], input: Shape, pool: ThreadPool
  ) throws -> WeightsFile.Imported {
    let imported = try weights.network(given, input: input, pool: pool)
    imported.network.follow(settings)
    return imported
  }
}
