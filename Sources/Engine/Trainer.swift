import Datasets
import Events
import Foundation
import Networks
import Objectives
import Recipe
import Tensors

/// The work of a session done for real: batches, attacks, passes through the network, SGD, measurements, weights on disk.
///
/// All random numbers are functions of (seed, purpose, step, example), so a step that was given up and is run again gives
/// the same bits, and so does a run on another number of threads.
package struct Trainer: SessionWork {
  let initial: Settings
  let presetName: String
  let folder: URL?
  let tracker: DistanceTracker?
  let pool: ThreadPool
  var session: Session?

  /// What exists once the data are loaded.
  struct Session {
    let data: DataSplits
    var network: Network
    var order: EpochOrder
    let steps: Int
    let memory: StepMemory
    var best: KeptNetwork?
    /// Made at the sentinel's first look.
    var sentinel: SentinelState?
  }

  /// Weights of an earlier step, and the network they belong to: norms may have been changed since.
  struct KeptNetwork {
    let settings: ModelSettings
    let weights: NetworkWeights
    /// Which set of statistics it was measured with.
    let branch: Branch
    let step: Int
  }

  /// A trainer for `settings`; `folder` is the run's folder, nil to write nothing. A `tracker` only looks on.
  package init(
    settings: Settings, presetName: String, threads: Int, folder: URL?, tracker: DistanceTracker? = nil
  ) {
    self.tracker = tracker
    initial = settings
    self.presetName = presetName
    self.folder = folder
    pool = ThreadPool(threads: threads)
  }

  // MARK: start

  /// Loads the data and draws the network's first weights.
  package mutating func prepare() throws -> SessionDescription {
    if let conflict = initial.conflict { throw TrainingFailure("\(conflict)") }
    let data = try loadData(initial)
    var settings = try ModelSettings(initial, images: ImageKind(data.train.images))
    (settings.mean, settings.deviation) = (data.mean, data.deviation)
    guard let network = Network(settings, pool: pool) else {
      throw TrainingFailure("model: '\(settings.name)' is not in the catalogue; 'dualab models list' shows what is")
    }
    let batch = min(initial[.batch], data.train.count)
    let passes = initial[.batching].rawValue == Batching.seq3.rawValue ? 3 : 2
    let needed = network.batchBytes(images: passes * batch)
    guard needed < Int(clamping: ProcessInfo.processInfo.physicalMemory) / 10 * 9 else {
      throw TrainingFailure(
        "batch \(batch): \(settings.name) of width \(settings.width) would take \(needed >> 20) MiB, more than this "
          + "machine has; lower batch or width")
    }
    network.initialise(seed: seed)
    network.dual = DualSettings(initial)
    let order = EpochOrder(count: data.train.count, batch: batch, seed: seed)
    let steps =
      initial[.steps] > 0 ? initial[.steps] : initial[.epochs] * order.stepsPerEpoch
    session = Session(
      data: data, network: network, order: order, steps: steps,
      memory: StepMemory(network, batch: batch, tracker: tracker))
    return SessionDescription(
      preset: presetName, data: data.description, constructed: data.constructed,
      model: "\(settings.name), width \(settings.width), \(network.parameterCount) parameters", steps: steps,
      stepsPerEpoch: order.stepsPerEpoch, threads: pool.threads, folder: folder?.path ?? "", settings: initial)
  }

  func prepared() throws -> Session {
    guard let session else { throw TrainingFailure("training was asked for before it was prepared") }
    return session
  }

  var seed: UInt32 { initial.runSeed }

  func seconds(since start: ContinuousClock.Instant) -> Double {
    let duration = ContinuousClock.now - start
    return Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }
}
