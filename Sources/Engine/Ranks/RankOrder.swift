import Events
import Networks
import Recipe

/// What the first process of several tells the others to do.
enum RankOrder: Sendable, Codable {
  /// Run a training step; without settings, those of the one before.
  case step(Int, Settings?)
  /// Make your part of a check after a step; settings as above.
  case check(RankCheck, afterStep: Int, Settings?)
  /// Measure your part of the images of a split after a step; settings as above. Of weights that are not the current
  /// ones the numbers follow.
  case measure(Probe.Split, of: KeptDescription?, afterStep: Int, Settings?)
  /// Take over a network with the normalization layers of these settings, and its numbers, which follow.
  case network(Settings)
  /// The run is over.
  case end
}

/// A check of the sentinel that all processes make together.
enum RankCheck: Sendable, Codable {
  case quick(QuickLimits)
  case deep(DeepLimits)
  case causes
}

/// Weights of an earlier step, without the numbers.
struct KeptDescription: Sendable, Codable {
  /// The network they belong to: normalization may have been changed since.
  let settings: ModelSettings
  /// Which set of statistics it was measured with.
  let branch: Branch
  let step: Int
}

/// What the others must know before they load their data.
package struct RankStart: Sendable, Codable {
  /// What bits depend on.
  let provenance: Provenance
  let preset: String
  /// The settings at the start of the run.
  let initial: Settings
  /// Those of the network's normalization layers.
  let built: Settings
  /// True when the run goes on from a checkpoint: options then say nothing about its settings.
  let isResumed: Bool
}

/// What a process answers when it is ready.
struct RankAnswer: Sendable, Codable {
  /// Of the images that are trained and measured on, by what they are: `training`.
  var images: [String: String] = [:]
  /// Why it cannot take part, in one line.
  var complaint: String?
}
