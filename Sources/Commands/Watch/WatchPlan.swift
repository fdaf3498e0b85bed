import Attacks
import Datasets
import Engine
import Evaluation
import Events
import Foundation
import Networks
import Recipe
import Spelling
import Tensors
import Watching

/// What `dualab watch` will do.
struct WatchPlan {
  let task: WatchTask
  let alarms: AlarmWatch

  /// Loads the images and looks into the folder. Throws one line.
  init(_ options: WatchOptions) throws {
    try options.check()
    let folder = CheckpointFolder(options.folder), changes = try options.changes()
    let attack = try options.attackOptions(changes.other), given = try attack.settings()
    try Self.check(given.network)
    _ = try folder.look()
    let command = try options.onAlarm.map { try AlarmCommand($0) }
    let images = try AttackPlan.images(attack, nil, nil, given.data)
    let settings = try Self.settings(options, attack, changes.own, images)
    let threads = try options.threads.count, pool = ThreadPool(threads: threads)
    var task = WatchTask(
      folder: folder, description: Self.description(options, settings, images, threads: threads), images: images
    ) { path in
      let weights = try WeightsFile(path)
      let imported = try weights.network(given.network, input: images.shape, pool: pool)
      try AttackPlan.setBranch(of: imported.network, to: attack.branch)
      try images.check(classes: imported.network.classes)
      var guessing = GuessingCheck(imported: imported, weights, given.network, images.shape, pool, usual: nil)
      guessing.isOfTraining = true
      return WatchTask.Loaded(imported.noting(images.orderFault(imported.report.classNames)), guessing)
    }
    task.description.basis = WatchBasis(
      network: given.network, branch: attack.branch?.rawValue, images: images.digest,
      folder: URL(fileURLWithPath: options.folder).resolvingSymlinksInPath().path)
    task.isOnce = options.once
    task.newest = options.newest ?? (options.once ? nil : 64)
    (task.deepEvery, task.interval, task.patience) = (options.deepEvery, options.interval, options.patience)
    if let path = options.out {
      let journal = try EventFile(path)
      if let difference = journal.record.difference(from: task.description) {
        throw CommandFailure.usage("--out \(path): was made \(difference); use the same, or another file")
      }
      task.earlier = journal.record
      try journal.begin(task.description)
      task.keep = { try journal.append($0) }
    }
    self.task = task
    alarms = AlarmWatch(command: command, folder: options.folder, repeatsFirst: true)
  }

  /// Refuses what no network has, before the first file is waited for. Throws `CommandFailure` of usage.
  private static func check(_ network: [String: String]) throws {
    if let unknown = network.keys.sorted().first(where: { !ModelTexts.names.contains($0) }) {
      let near = nearestName(to: unknown, in: ModelTexts.names).map { "did you mean '\($0)'?" }
      throw CommandFailure.usage("--set \(unknown): not a setting of a network; \(near ?? "see 'dualab models list'")")
    }
    if let model = network["model"], try ModelKind.named(model) == nil {
      let near = nearestName(to: model, in: models.map { $0.name }).map { "did you mean '\($0)'?" }
      throw CommandFailure.usage("--model \(model): no such network; \(near ?? "see 'dualab models list'")")
    }
  }

  /// The settings that the measurement follows: ε, norm, seed and the sentinel's.
  private static func settings(
    _ options: WatchOptions, _ attack: AttackOptions, _ own: [Assignment], _ images: LabeledImages
  ) throws -> Settings {
    var settings = Settings()
    if let data = options.images.data { try settings.set(Knob.data.name, parsing: String(data.prefix { $0 != ":" })) }
    try settings.set(.epsilon, to: attack.eps.flatMap(Fraction.parse) ?? 0)
    try settings.set(.attackNorm, to: attack.norm ?? .linf)
    try settings.set(.attackStep, to: settings[.epsilon] / 4)
    // What is fixed by --limit may be fewer than a training accepts.
    try? settings.set(.sentinelImages, to: images.count)
    for change in own {
      if let remedy = Self.remedy(change.name) {
        throw CommandFailure.usage("--set \(change.name): not used by watch; \(remedy)")
      }
      try settings.set(change.name, parsing: change.value)
    }
    return settings
  }

  /// What to use instead of a sentinel's setting that a watch has no use for; nil for the others.
  private static func remedy(_ name: String) -> String? {
    switch name {
    case Knob.sentinelImages.name: "use --limit for the number of images"
    case Knob.sentinelDeepEvery.name: "use --deep-every for how often AutoAttack runs"
    case Knob.sentinelEvery.name: "it measures every checkpoint (--newest skips older ones)"
    case Knob.sentinelBank.name, Knob.sentinelMargin.name, Knob.sentinelSmallSteps.name, Knob.sentinelSquare.name,
      Knob.sentinelSequential.name:
      "it looks at every checkpoint without history, as 'attack --attack sentinel' does; remove it"
    case Knob.sentinelBudget.name, Knob.sentinelPause.name: "it has no training to slow down or pause; remove it"
    default: nil
    }
  }

  private static func description(
    _ options: WatchOptions, _ settings: Settings, _ images: LabeledImages, threads: Int
  ) -> SessionDescription {
    let shape = images.shape, name = URL(fileURLWithPath: options.folder).lastPathComponent
    let source = options.images.data == nil ? URL(fileURLWithPath: images.source).lastPathComponent : images.source
    var description = SessionDescription(
      preset: oneLine(name),
      data: "\(oneLine(source)), \(images.count) images of \(shape.channels)×\(shape.height)×\(shape.width)",
      constructed: options.images.data?.hasPrefix(DataKind.mirage.rawValue) ?? false,
      model: options.network.model ?? "recognized by its tensors", steps: 0, stepsPerEpoch: 0, threads: threads,
      folder: "",
      settings: settings)
    description.watches = options.folder
    return description
  }
}
