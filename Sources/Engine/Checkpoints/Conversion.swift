import Datasets
import Evaluation
import Events
import Foundation
import Networks
import Recipe
import Spelling
import Tensors

/// Surgery on a checkpoint, and its effect, measured on the checkpoint's data. docs/algorithms.md §10.
package struct Conversion {
  private let checkpoint: SavedCheckpoint
  private let settings: Settings
  private let data: DataSplits
  private let former: Network
  private let limit: Int
  private let threads: Int
  /// The network with the new normalization.
  package let network: Network
  /// What makes it another function, one line each.
  package private(set) var warnings: [SurgeryWarning]
  /// What a person should know of the file, one line each.
  package let notes: [String]

  /// What a network makes of the test images.
  package struct Figures {
    fileprivate let accuracies: Accuracies
    /// Accuracy on the images.
    package var clean: Proportion { accuracies.clean }
    /// Accuracy under the run's training attack, crafted on this network.
    package var adversarial: Proportion { accuracies.attacked[0] }
    /// How far the logits are from those of `other`.
    package func drift(from other: Figures) -> LogitDrift { accuracies.drift(from: other.accuracies) }
  }

  /// Converts `checkpoint` to the normalization of `settings`, which may differ from its settings in `norm`,
  /// `norm.layers`, `norm.affine` and those of dual BN. At most `limit` test images are measured. Throws one line;
  /// `SettingError` if the settings are the cause.
  package init(_ checkpoint: SavedCheckpoint, to settings: Settings, limit: Int, threads: Int) throws {
    self.checkpoint = checkpoint
    self.settings = settings
    self.limit = limit
    self.threads = threads
    data = try loadData(settings)
    let images = data.train.images
    let imported = try checkpoint.network(
      input: Shape(images.channels, images.height, images.width), pool: ThreadPool(threads: threads))
    former = imported.network
    notes = imported.notes
    guard former.classes == images.classes else {
      throw TrainingFailure(
        "\(checkpoint.weights.path): expected \(images.classes) classes as in its data, got \(former.classes); the file is "
          + "damaged")
    }
    var wanted = former.settings
    wanted.setNorms(from: settings)
    if let complaint = wanted.normComplaint { throw SettingError(complaint) }
    (network, warnings) = try former.converted(to: wanted)
    network.follow(settings)
    let before = former.dual.temperature, after = network.dual.temperature
    let readsPosterior = former.settings.norm.infersDomains && wanted.norm.infersDomains && network.branch == .posterior
    if readsPosterior, before != after {
      warnings.append(
        SurgeryWarning("τ of the posterior changed: the function changes where the two sets of statistics differ"))
    }
  }

  /// The normalization before and after in words: `bn`, `dbn at stage-ends`.
  package var titles: (before: String, after: String) { (former.settings.normTitle, network.settings.normTitle) }

  /// The figures before and after.
  package func measure() throws -> (before: Figures, after: Figures) {
    (try figures(of: former), try figures(of: network))
  }

  /// What to say when the clean accuracy of `figures` is no better than guessing.
  package func guessing(_ figures: Figures) -> Guessing? {
    let test = data.test, labels = (0..<figures.clean.n).map { test.label($0) }
    return Guessing(correct: figures.clean.correct, labels: labels, classes: former.classes)
  }

  private func figures(of network: Network) throws -> Figures {
    Figures(
      accuracies: try AccuracyMeasurement(data.test, limit: limit, seed: settings.runSeed)
        .run(on: network, under: [settings.trainingAttack]))
  }

  /// Recomputes the running statistics from the `batches` training batches that would have come next, as a live session
  /// does: see `Trainer.recalibrate`.
  package mutating func recalibrate(batches: Int) throws {
    // The run used its own normalization, which suits its batching and attack; only the network is another.
    var original = settings
    for knob in AnyKnob.all where knob.effect == .surgery { original.copy(knob, from: checkpoint.settings) }
    let trainer = try Trainer(settings: original, presetName: checkpoint.preset, threads: threads, folder: nil)
    try trainer.recalibrate(network, batches: batches, afterStep: checkpoint.step, settings: settings)
    warnings.removeAll(where: \.isCuredByRecalibration)
  }

  /// The name of the attack that `measure` uses.
  package var attackTitle: String { settings.trainingAttack.title }

  /// Writes the network as a checkpoint of the same run. Throws `FileError`.
  package func write(to path: String) throws {
    let kind = checkpoint.weights.metadata["kind"].flatMap(CheckpointKind.init(rawValue:)) ?? .last
    try Checkpoint(
      network: network, preset: checkpoint.preset, kind: kind, step: checkpoint.step, settings: settings,
      classNames: data.folderClasses
    ).write(to: URL(fileURLWithPath: path))
  }
}

extension ModelSettings {
  /// The normalization in words: `dbn at stage-ends`, `split at all, affine separate`.
  fileprivate var normTitle: String {
    norm.rawValue + (norm.hasTwoSets ? " at \(normLayers)" : "")
      + (normAffine == .habitual ? "" : ", affine \(normAffine.rawValue)")
  }
}
