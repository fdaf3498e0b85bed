import Diagnostics
import Events
import Foundation
import Networks
import Recipe
import Spelling
import Tensors

/// A checkpoint to go on from: weights, momentum, best weights, and where the session stood.
package struct ResumePoint: Sendable {
  /// The file, for messages.
  package let path: String
  /// Which checkpoint.
  package let kind: CheckpointKind
  /// Where the session stood.
  package var progress: SessionProgress
  /// The settings at the start of the run.
  package let initial: Settings
  /// The preset's name.
  package let preset: String
  /// What the bits so far depended on.
  package let provenance: Provenance
  /// What is done again after it; see `SessionMachine.resume`.
  package var redo: [Intervention] = []
  /// The last step that the run had reached.
  package var reached = 0
  /// Events told before, which are numbered on from.
  package var told = 0
  let file: Safetensors
  let bestBranch: Branch?
  let sentinel: Trainer.KeptBySentinel

  /// Reads a file. Throws `FileError` when it is damaged or no checkpoint that can be gone on from.
  package init(_ path: String) throws {
    self.path = path
    file = try Safetensors(contentsOf: URL(fileURLWithPath: path))
    let metadata = file.metadata
    guard metadata["dualab"] == Checkpoint.format else {
      throw FileError("\(path): not a checkpoint of this version of dualab; use one that a run wrote")
    }
    guard let progress = metadata["progress"] else {
      throw FileError(
        "\(path): has weights only; a run goes on from its last, interrupted, auto, before, alarm or kept checkpoints")
    }
    func read<Value: Decodable>(_ text: String?, _ what: String) throws -> Value {
      do { return try LosslessJSON.value(text ?? "") } catch {
        let reason = (error as? SettingError).map { "\($0)" } ?? "not what this version writes"
        throw FileError("\(path): malformed \(what) in its metadata (\(reason)); use an earlier checkpoint")
      }
    }
    self.progress = try read(progress, "state")
    initial = try read(metadata["initial"], "settings")
    provenance = try read(metadata["provenance"], "provenance")
    sentinel = Trainer.KeptBySentinel(
      reference: try metadata["reference"].map { try read($0, "reference") },
      look: try metadata["look"].map { try read($0, "look of the sentinel") }, memory: try Self.memory(file, path))
    guard (0...100_000_000).contains(self.progress.step), self.progress.told >= 0, self.progress.firstOpen > 0 else {
      throw FileError(
        "\(path): malformed state in its metadata (step \(self.progress.step)); use an earlier checkpoint")
    }
    kind = metadata["kind"].flatMap(CheckpointKind.init) ?? .last
    preset = metadata["preset"] ?? "unknown"
    bestBranch = metadata["best_branch"].flatMap(Branch.init)
    reached = self.progress.step
    told = self.progress.told
  }

  private static func memory(_ file: Safetensors, _ path: String) throws -> AttackMemory? {
    do { return try AttackMemory(file) } catch {
      throw FileError("\(path): \(error); use an earlier checkpoint")
    }
  }

  /// The weights and running statistics alone, without metadata.
  package var weights: Safetensors {
    var result = file.withoutSession
    result.metadata = [:]
    return result
  }
}
