import Events
import Recipe
import Spelling
import Tensors

/// What does the work of a session, one call at a time, once data and network are loaded: a `Trainer` in the product, a
/// script in tests.
///
/// Every call that takes long calls `poll` between two attack iterations or batches. `poll` may block (a pause) and may
/// throw (`Interruption`): the call then ends at once and leaves the weights as they were before it.
package protocol SessionWork: AnyObject {
  /// What was loaded.
  var description: SessionDescription { get }

  /// Runs training step `number` (from 1). Throws `TrainingFailure` when the loss is not finite, before the update.
  func step(_ number: Int, settings: Settings, poll: () throws -> Void) throws -> Sample

  /// Measures the current weights on the validation images.
  func validate(afterStep step: Int, settings: Settings, poll: () throws -> Void) throws -> Probe

  /// Remembers a copy of the current weights as the best so far.
  func keepAsBest(step: Int)

  /// Measures the last or the best weights on the test images.
  func test(_ weights: KeptWeights, afterStep step: Int, settings: Settings, poll: () throws -> Void) throws -> Probe

  /// Changes the network between two steps. An error changes nothing: the session continues as it was.
  func operate(
    _ operation: NetworkOperation, afterStep step: Int, settings: Settings, poll: () throws -> Void
  ) throws -> SurgeryReport

  /// Measures clean accuracy, the training attack and the quick tier on the probe.
  func checkQuickly(
    afterStep step: Int, settings: Settings, limits: QuickLimits, poll: () throws -> Void
  ) throws -> QuickCheck

  /// Measures AutoAttack on part of the probe, at the weights of the last quick check, within limits.
  func checkDeeply(
    afterStep step: Int, settings: Settings, limits: DeepLimits, poll: () throws -> Void
  ) throws -> DeepCheck

  /// Measures what explains the gap that the last quick check found.
  func findCauses(afterStep step: Int, settings: Settings, poll: () throws -> Void) throws -> CausesFound

  /// Copies the weights and makes the attack on the copy.
  func freeze(_ scope: AttackScope, afterStep step: Int, settings: Settings) throws -> FrozenAttack

  /// Follows the training attack on one image of the probe. Changes nothing.
  func examine(
    _ request: ImageRequest, afterStep step: Int, settings: Settings, poll: () throws -> Void
  ) throws -> ImageReport

  /// Writes weights atomically, with all that it takes to go on from them if there is `progress`. Nil when the run has no
  /// folder, and when the file is written later: `written` is told then.
  func save(_ kind: CheckpointKind, step: Int, settings: Settings, progress: SessionProgress?) throws -> CheckpointNote?

  /// Writes checkpoints to this folder from now on; makes it if it is missing. Throws one line when it takes no files.
  func saveElsewhere(in folder: String) throws

  /// Where the last checkpoint goes when the run's folder does not take it and the run is left; nil without a folder.
  var lastResort: String? { get }

  /// Blocks until every checkpoint is on the disk, or cannot be.
  func finishWriting()

  /// Called on any thread with what became of a checkpoint that was not written by the end of `save`.
  var written: (@Sendable (Result<CheckpointNote, FileError>) -> Void)? { get set }
}

/// Thrown by `poll`: the running call ends at once, and its partial work is discarded.
package struct Interruption: Error, Sendable {
  package init() {}
}

/// Training cannot continue. The description is one line: what is wrong, where, what to do.
package struct TrainingFailure: Error, Sendable, CustomStringConvertible {
  /// What is wrong, where, what to do.
  package let description: String

  /// What happened, where training diverged: the loss, a gradient or the weights are no longer finite.
  package let divergence: String?

  package init(_ description: String, divergence: String? = nil) {
    self.description = oneLine(description)
    self.divergence = divergence.map { oneLine($0) }
  }
}

extension SessionWork {
  package func examine(
    _ request: ImageRequest, afterStep step: Int, settings: Settings, poll: () throws -> Void
  ) throws -> ImageReport { throw TrainingFailure("this session has no images to show") }

  package func finishWriting() {}

  package func saveElsewhere(in folder: String) throws {
    throw TrainingFailure("save-to: this run writes no checkpoints")
  }

  package var lastResort: String? { nil }
}
