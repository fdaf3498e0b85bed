import Datasets
import Diagnostics
import Events
import Foundation
import Networks
import Recipe
import Spelling
import Tensors

/// The work of a session, done for real: batches, attacks, passes through the network, SGD, measurements, weights on
/// disk.
///
/// All random numbers are functions of (seed, purpose, step, example), so a step that was aborted and runs again gives
/// the same bits, and so does a run on another number of threads.
package final class Trainer: SessionWork {
  /// What was loaded.
  package let description: SessionDescription
  /// The step, which has the network.
  package let training: TrainingStep
  /// The settings at the start.
  let initial: Settings
  let presetName: String
  let folder: URL?
  let pool: ThreadPool
  let data: DataSplits
  /// The best weights so far.
  var best: KeptNetwork?
  /// What the sentinel keeps from check to check; made at the first one.
  var sentinel: SentinelState?
  /// What the sentinel kept, of a session that went on.
  var resumed = KeptBySentinel()
  /// Writes checkpoints while training goes on.
  let writer = CheckpointWriter()
  /// False where nobody will go on from it: only the weights at the end are written then.
  package var keepsPoints = true
  /// Where checkpoints go, if not to the run's folder any more.
  var elsewhere: URL?
  /// The other processes, where this one leads; nil where it trains alone.
  var team: RankTeam? { didSet { training.team = team } }
  /// The settings that the others were told last.
  var announced: Settings?
  package var written: (@Sendable (Result<CheckpointNote, FileError>) -> Void)?

  /// Weights of an earlier step.
  struct KeptNetwork {
    let description: KeptDescription
    let weights: NetworkWeights
  }

  /// What a checkpoint keeps of the sentinel.
  struct KeptBySentinel {
    /// The reference of the distances between domains.
    var reference: LayerReport.Reference?
    /// The last quick check.
    var look: Sentinel.QuickProbe?
    var memory: AttackMemory?
  }

  /// Loads the data and draws the network's first weights. `folder` is the run's folder, nil to write nothing; a
  /// `tracker` only watches. Throws one line.
  /// `built` are the settings of the normalization layers, where those are not the first ones any more.
  package init(
    settings: Settings, built: Settings? = nil, presetName: String, threads: Int, folder: URL?,
    tracker: DistanceTracker? = nil
  ) throws {
    if let conflict = settings.conflict { throw TrainingFailure("\(conflict)") }
    initial = settings
    self.presetName = presetName
    self.folder = folder
    pool = ThreadPool(threads: threads)
    data = try loadData(settings)
    let network = try Trainer.network(built ?? settings, data, pool)
    training = TrainingStep(network, data: data, settings: settings, tracker: tracker)
    let model = network.settings
    var description = SessionDescription(
      preset: presetName, data: data.description, dataNotes: data.notes, constructed: data.constructed,
      model: "\(model.name), width \(model.width), \(network.parameterCount) parameters",
      steps: settings.totalSteps(stepsPerEpoch: training.stepsPerEpoch),
      stepsPerEpoch: training.stepsPerEpoch, threads: pool.threads, folder: folder?.path ?? "", settings: settings)
    description.work = NetworkWork(forward: network.forwardFLOPs, firstLayer: network.firstLayerFLOPs)
    self.description = description
  }

  /// The network that the settings ask for, with its first weights.
  private static func network(_ settings: Settings, _ data: DataSplits, _ pool: ThreadPool) throws -> Network {
    var model = try ModelSettings(settings, images: ImageKind(data.train.images))
    (model.mean, model.deviation) = (data.mean, data.deviation)
    try AvailableMemory.check(
      model.trainingBytes, for: "\(model.name) of width \(model.width)", remedy: "lower width")
    let network = try model.network(in: pool)
    let batch = min(settings[.batch], data.train.count), passes = settings[.batching] == .seq3 ? 3 : 2
    try AvailableMemory.check(
      network.batchBytes(images: passes * batch), for: "batch \(batch): \(model.name) of width \(model.width)",
      remedy: "lower batch or width")
    network.initialize(seed: settings.runSeed)
    network.dual = DualSettings(settings)
    return network
  }

  /// Notes from now on how far each step has come.
  package func tell(_ progress: StepProgress) { training.progress = progress }

  /// What is trained.
  var network: Network { training.network }
  var seed: UInt32 { initial.runSeed }

  /// Runs step `number`. A step that ends in an error changes no weight and no running statistic.
  package func step(_ number: Int, settings: Settings, poll: () throws -> Void) throws -> Sample {
    try announceStep(number, settings)
    do { return try training.run(number, settings: settings, poll: poll) } catch {
      leaveTeam(after: error)
      throw error
    }
  }
}

extension ModelSettings {
  /// The network that they describe, every number 0. Throws one line when the catalogue has no such model.
  func network(in pool: ThreadPool) throws -> Network {
    guard let network = Network(self, pool: pool) else {
      throw TrainingFailure("model: '\(name)' is not in the catalogue; 'dualab models list' shows all models")
    }
    return network
  }
}

/// Wall-clock seconds since `start`; only shown.
func seconds(since start: ContinuousClock.Instant) -> Double { (ContinuousClock.now - start) / .seconds(1) }
