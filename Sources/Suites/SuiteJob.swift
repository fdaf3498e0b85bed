import Attacks
import Datasets
import Engine
import Evaluation
import Events
import Foundation
import Networks
import Presets
import Recipe
import Synchronization
import Tensors

/// One run with its measurements: does and stores whatever the store does not have yet.
struct SuiteJob: Sendable {
  let title: String
  let run: SuiteRun
  let store: SuiteStore
  let threads: Int
  /// Throws `Interruption` when everything has to stop.
  let poll: @Sendable () throws -> Void
  /// Called with the progress.
  let observe: @Sendable (SuiteProgress) -> Void

  /// Trains, unless the run is in the store. With `tracks`, measures batches against running statistics on the way.
  /// `engineIsThere` gets the engine, so that it can be stopped. Throws `Interruption` or a one-line error.
  func train(tracks: Bool, engineIsThere: (TrainingEngine) -> Void) async throws {
    if let record = try store.training(run) {
      guard FileManager.default.fileExists(atPath: store.checkpoint(run, .last)) else {
        throw FileError(
          "\(store.folder(of: run).path): the weights are missing; delete the folder to train this run again")
      }
      observe(.init(title, .known("already trained, \(record.steps) steps")))
      return
    }
    try poll()
    try store.begin(run)
    let tracker = tracks ? DistanceTracker() : nil
    // A suite measures at the end, with more images than a sentinel has.
    var settings = run.settings
    try settings.set(.sentinelEvery, to: 0)
    let engine = TrainingEngine(settings: settings) { [run, threads, folder = store.folder(of: run)] in
      let trainer = try Trainer(
        settings: run.settings, presetName: run.preset, threads: threads, folder: folder, tracker: tracker)
      trainer.keepsPoints = false
      return trainer
    }
    engineIsThere(engine)
    let summary = try await followed(engine)
    if let tracker { try keepRunning(tracker) }
    try store.write(
      TrainingRecord(
        settings: run.settings, steps: summary.step, bestStep: summary.bestStep, seconds: summary.seconds,
        kernels: KernelVariant.current, computed: .current), run)
    observe(.init(title, .trained(steps: summary.step, seconds: summary.seconds)))
  }

  /// Runs the engine to its end, telling the steps. Throws `Interruption` when it was stopped, or why it failed.
  private func followed(_ engine: TrainingEngine) async throws -> Summary {
    async let ended = engine.run()
    var steps = 0
    for await event in engine.events {
      switch event {
      case .started(let description): steps = description.steps
      case .sample(let sample): observe(.init(title, .training(step: sample.step, steps: steps)))
      default: break
      }
    }
    let summary = await ended
    switch summary.outcome {
    case .finished: return summary
    case .failed: throw TrainingFailure(summary.reason)
    default: throw Interruption()
    }
  }

  /// Measures on the calling thread, unless the store has it. The partial result of an interrupted attack is stored.
  func measure(_ key: MeasurementKey) throws {
    switch key.measure {
    case .clean, .pgd, .autoattack: try attack(key)
    case .w2: try measureDistances(key)
    case .scatter: try measureScatter(key)
    case .running: try measureRunning(key)
    }
  }

  private func attack(_ key: MeasurementKey) throws {
    let earlier = earlier { try store.measurement(run, key) }
    if let earlier, earlier.isComplete { return }
    try poll()
    let evaluation = try evaluation(key, resuming: earlier?.record)
    var saved = ContinuousClock.now
    let computed = Provenance.current.following(
      earlier?.record.settings == evaluation.record.settings ? earlier?.computed : nil)
    let save = { try store.write(record(of: evaluation, computed), run, key) }
    do {
      try evaluation.run(
        observe: { progress in
          observe(.init(title, .evaluating(key.measure, robust: progress.robust, images: progress.images)))
          guard ContinuousClock.now - saved > .seconds(60) else { return }
          saved = .now
          // If the disk is full now, it may have space at the end, where a failure is reported.
          try? save()
        }, poll: poll)
    } catch is Interruption {
      try save()
      throw Interruption()
    }
    try save()
    let report = evaluation.report()
    observe(.init(title, .evaluated(report.title, report.robust)))
  }

  /// What an earlier run of the suite stored. A damaged file is reported and treated as missing.
  func earlier<Record>(_ read: () throws -> Record?) -> Record? {
    do { return try read() } catch {
      observe(.init(title, .damaged("\(error)")))
      return nil
    }
  }

  private func evaluation(
    _ key: MeasurementKey, resuming record: EvaluationRecord?
  ) throws -> RobustnessEvaluation {
    let (network, set) = try loaded(key), settings = settings(key.measure, classes: network.classes)
    // A result from a version with other settings cannot be resumed; it is measured again.
    return try RobustnessEvaluation(
      network, set, settings: settings, resuming: record.flatMap { $0.settings == settings ? $0 : nil })
  }

  /// The checkpoint's network and the first test images.
  func loaded(_ key: MeasurementKey) throws -> (Network, EvaluationSet) {
    let checkpoint = try SavedCheckpoint(store.checkpoint(run, key.weights), takesSettings: false)
    let data = try loadData(run.settings)
    let images = try LabeledImages(data.test, source: "\(data.name):test", limit: key.limit)
    let network = try checkpoint.network(input: images.shape, pool: ThreadPool(threads: threads)).network
    let set = try EvaluationSet(
      images: images.pixels, shape: images.shape, labels: images.labels, indices: images.indices)
    return (network, set)
  }

  /// AutoAttack, or the training attack by itself, which only succeeds if its last iterate does. The seed is 0 for
  /// every run, so that `dualab attack` repeats the measurement from the checkpoint.
  private func settings(_ measure: SuiteMeasure, classes: Int) -> EvaluationSettings {
    let epsilon = run.settings[.epsilon], norm = run.settings[.attackNorm]
    let suite: AttackSuite
    switch measure {
    case .autoattack: suite = AttackSuite(.standard, classes: classes)
    default:
      suite = AttackSuite(custom: [
        run.settings[.attack].type.isIterative
          ? PGDAttack(
            iterations: run.settings[.attackSteps], step: run.settings[.attackStep] / epsilon,
            start: run.settings[.attackStart])
          : FGSMAttack()
      ])
    }
    return EvaluationSettings(norm: norm, epsilon: epsilon, suite: suite, compares: measure == .autoattack)
  }

  private func record(of evaluation: RobustnessEvaluation, _ computed: [Provenance]) -> MeasurementRecord {
    let report = evaluation.report()
    return MeasurementRecord(
      title: report.title, isComplete: report.isComplete, clean: report.clean, robust: report.robust,
      seconds: report.attacks.reduce(0) { $0 + $1.seconds }, warnings: report.warnings, record: evaluation.record,
      computed: computed)
  }
}

/// The progress of one run.
package struct SuiteProgress: Sendable, Hashable {
  /// What happens.
  package enum Stage: Sendable, Hashable {
    /// It was already in the store.
    case known(String)
    case training(step: Int, steps: Int)
    case trained(steps: Int, seconds: Double)
    case evaluating(SuiteMeasure, robust: Int, images: Int)
    case evaluated(String, Proportion)
    case measuring(SuiteMeasure, done: Int, of: Int)
    /// A measurement inside the network is done.
    case measured(String)
    /// A stored file cannot be read, so its measurement is repeated.
    case damaged(String)
    /// All measurements are in the store.
    case done
    case failed(String)
  }

  /// Row and seed.
  package let title: String
  /// What happens.
  package let stage: Stage

  init(_ title: String, _ stage: Stage) { (self.title, self.stage) = (title, stage) }
}
