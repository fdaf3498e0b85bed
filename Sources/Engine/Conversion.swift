import Datasets
import Events
import Foundation
import Networks
import Recipe
import Spelling
import Tensors

/// Surgery on a checkpoint, and what it did, measured on the checkpoint's own data. ALGORITHMS §10.
package struct Conversion {
  private let checkpoint: SavedCheckpoint
  private let settings: Settings
  private let data: DataSplits
  private let former: Network
  private let limit: Int
  private let threads: Int
  /// With the new norms.
  package let network: Network
  /// What makes it another function, a line each.
  package private(set) var warnings: [SurgeryWarning]
  /// What a person should know of the file, a line each.
  package let notes: [String]

  /// A network on the test images.
  package struct Figures {
    /// Logits of all images.
    fileprivate let logits: [Float]
    /// Accuracy on the images.
    package let clean: Proportion
    /// Accuracy under the run's training attack, crafted on this network.
    package let adversarial: Proportion

    /// The largest and the mean distance of a logit from that of `other`.
    package func drift(from other: Figures) -> (largest: Double, mean: Double) {
      let distances = zip(logits, other.logits).map { abs(Double($0) - Double($1)) }
      return (distances.max() ?? 0, distances.reduce(0, +) / Double(max(1, distances.count)))
    }
  }

  /// Converts `checkpoint` to the norms of `settings`, which are its own but for `norm`, `norm.layers`, `norm.affine` and
  /// those of dual BN. `limit`: at most so many test images are measured. Throws a line when it cannot be: `SettingError`
  /// when that is due to the settings.
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
        "\(checkpoint.weights.path): has \(former.classes) classes, its data \(images.classes); the file is damaged")
    }
    var wanted = former.settings
    wanted.setNorms(from: settings)
    if let complaint = wanted.normComplaint { throw SettingError(complaint) }
    (network, warnings) = try former.converted(to: wanted)
    network.follow(settings)
    let before = former.dual.temperature, after = network.dual.temperature
    let readsPosterior = former.settings.norm.infersDomains && wanted.norm.infersDomains && network.branch == .posterior
    if readsPosterior, before != after {
      warnings.append(SurgeryWarning("τ of the posterior is another: the function changes where the two sets differ"))
    }
  }

  private var seed: UInt32 { settings.runSeed }
  private var pixels: Int { network.settings.input.planarCount }

  /// The norms before and after in words: `bn`, `dbn at stage-ends`.
  package var titles: (before: String, after: String) { (former.settings.normTitle, network.settings.normTitle) }

  /// The figures before and after.
  package func measure() throws -> (before: Figures, after: Figures) {
    (try figures(of: former), try figures(of: network))
  }

  private func figures(of network: Network) throws -> Figures {
    let count = min(limit, data.test.count), attack = settings.trainingAttack, images = Storage(count: count * pixels)
    var clean = 0, adversarial = 0
    for first in stride(from: 0, to: count, by: 128) {
      let evaluation = Evaluation(data.test, first..<min(count, first + 128), pixels: pixels, seed: seed)
      clean += evaluation.correct(on: network)
      adversarial += try evaluation.correct(under: attack, on: network) {}
    }
    for image in 0..<count { data.test.copyImage(image, to: images.pointer + image * pixels) }
    return Figures(
      logits: network.evaluate(images.pointer, count: count), clean: Proportion(correct: clean, n: count),
      adversarial: Proportion(correct: adversarial, n: count))
  }

  /// Takes new running statistics from the `batches` training batches that would have come next, as a live session does:
  /// see `Trainer.recalibrate`.
  package mutating func recalibrate(batches: Int) throws {
    // The run was made with its own norms, which its batching and attack suit; only the network is another.
    var original = settings
    for knob in AnyKnob.all where knob.effect == .surgery { original.copy(knob, from: checkpoint.settings) }
    var trainer = Trainer(settings: original, presetName: checkpoint.preset, threads: threads, folder: nil)
    _ = try trainer.prepare()
    try trainer.recalibrate(network, batches: batches, afterStep: checkpoint.step, settings: settings)
    warnings.removeAll(where: \.isCuredByRecalibration)
  }

  /// The name of the attack that `measure` uses.
  package var attackTitle: String { settings.trainingAttack.title }

  /// Writes the network as a checkpoint of the same run. Throws `FileError`.
  package func write(to path: String) throws {
    let kind = checkpoint.weights.metadata["kind"].flatMap(CheckpointKind.init(rawValue:)) ?? .last
    try Checkpoint(
      network: network, preset: checkpoint.preset, kind: kind, step: checkpoint.step, settings: settings
    ).write(to: URL(fileURLWithPath: path))
  }
}

extension ModelSettings {
  /// The norms in words: `dbn at stage-ends`, `split at all, affine separate`.
  fileprivate var normTitle: String {
    norm.rawValue + (norm.hasTwoSets ? " at \(normLayers)" : "")
      + (normAffine == .habitual ? "" : ", affine \(normAffine.rawValue)")
  }
}
