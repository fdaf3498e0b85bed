import Events
import Recipe

/// What the engine has done for it, one call at a time: training networks in the product, a script in tests.
///
/// Every call that takes long calls `poll` between two attack iterations or batches. `poll` may block (a pause) and may
/// throw (`Interruption`): the call then ends at once and leaves the weights as they were before it.
package protocol SessionWork {
  /// Loads the data, makes the network. Called once, first.
  mutating func prepare() throws -> SessionDescription

  /// Runs training step `number` (from 1). Throws `TrainingFailure` when the loss is not finite, before the update.
  mutating func step(_ number: Int, settings: Settings, poll: () throws -> Void) throws -> Sample

  /// Measures the current weights on the validation images.
  mutating func validate(afterStep step: Int, settings: Settings, poll: () throws -> Void) throws -> Probe

  /// Remembers a copy of the current weights as the best so far.
  mutating func keepAsBest(step: Int)

  /// Measures the last or the best weights on the test images.
  mutating func test(_ weights: KeptWeights, afterStep step: Int, settings: Settings, poll: () throws -> Void) throws
    -> Probe

  /// Operates on the network between two steps. What it throws changes nothing: the session goes on as it was.
  mutating func operate(_ operation: NetworkOperation, afterStep step: Int, settings: Settings, poll: () throws -> Void)
    throws
    -> SurgeryReport

  /// Measures clean accuracy, the attack as trained and the quick tier on the probe.
  mutating func look(afterStep step: Int, settings: Settings, poll: () throws -> Void) throws -> SentinelLook

  /// Measures AutoAttack on part of the probe, at the weights of the last look.
  mutating func lookDeeper(afterStep step: Int, settings: Settings, poll: () throws -> Void) throws -> DeepLook

  /// Measures what shows why the last look found a gap.
  mutating func findCauses(afterStep step: Int, settings: Settings, poll: () throws -> Void) throws -> CausesFound

  /// Copies the weights and makes the attack on the copy.
  mutating func freeze(_ scope: AttackScope, afterStep step: Int, settings: Settings) throws -> FrozenAttack

  /// Writes weights atomically; nil when the run has no folder.
  mutating func save(_ kind: CheckpointKind, step: Int, settings: Settings) throws -> CheckpointNote?
}

/// Which weights the final table measures.
package enum KeptWeights: String, Sendable, Hashable, Codable { case last, best }

/// Which checkpoint is written.
package enum CheckpointKind: String, Sendable, Hashable, Codable {
  case best, last, interrupted
  /// The weights at an alarm; kept for good.
  case alarm
  /// Weights that somebody asked to keep.
  case kept
}

/// Thrown by `poll`: the call under way is to be given up, its partial work discarded.
package struct Interruption: Error, Sendable {
  /// An interruption.
  package init() {}
}

/// Training cannot go on. The description is one line: what, where, remedy.
package struct TrainingFailure: Error, Sendable, CustomStringConvertible {
  /// What, where, remedy.
  package let description: String
  /// A failure with this line.
  package init(_ description: String) { self.description = description }
}
