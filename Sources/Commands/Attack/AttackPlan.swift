import Attacks
import Datasets
import Engine
import Evaluation
import Foundation
import Networks
import Recipe
import Spelling
import Tensors

/// What `dualab attack` will do: the network, the images, the attacks.
struct AttackPlan {
  let network: Network
  let images: LabeledImages
  let settings: EvaluationSettings
  let card: AttackCard
  /// The part of the images that is attacked; nil: all.
  let shard: Shard?
  /// What the user should know about the files, one line each.
  let notes: [String]
  /// The same for the protocol card and the JSON.
  let importRecord: ImportRecord
  /// Asks whether clean accuracy is above guessing.
  let guessing: GuessingCheck

  /// Loads what the options name. Throws `CommandFailure`.
  init(_ options: AttackOptions) throws {
    try options.check()
    do {
      try self.init(checked: options)
    } catch let error as CommandFailure {
      throw error
    } catch let error as SettingError {
      throw CommandFailure.usage("\(error)")
    } catch {
      // FileError, DataError and EvaluationError are lines.
      throw CommandFailure.failed("\(error)")
    }
  }

  private init(checked options: AttackOptions) throws {
    shard = try options.shard.map { try ShardOption.parse($0) }
    let entry = try options.entry, hand = try options.settings()
    // What is set by hand goes before what the entry says.
    let given = hand.network.merging(entry?.settings ?? [:]) { own, _ in own }
    let checkpoint = try options.checkpoint.map { try SavedCheckpoint($0) }
    let (norm, epsilon) = try Self.ball(options, checkpoint?.settings, entry)
    let weights = try checkpoint?.weights ?? WeightsFile(options.weightsFile ?? "")
    images = try Self.images(
      options, checkpoint?.settings, entry, hand.data, isGray: checkpoint == nil && weights.takesGray(given))
    try ShardOption.check(shard, images: images.count)

    let threads = options.threads ?? ProcessInfo.processInfo.activeProcessorCount
    let pool = ThreadPool(threads: threads)
    let imported =
      try checkpoint?.network(given, input: images.shape, pool: pool)
      ?? weights.network(given, input: images.shape, pool: pool, usual: entry?.usual)
    network = imported.network
    try Self.setBranch(of: network, to: options.branch)
    try images.check(classes: network.classes)
    let changed = hand.network.keys.sorted().filter { entry?.isChanged($0, to: hand.network[$0] ?? "") ?? false }
    let classNotes = try images.notes(onClasses: weights.classNames)
    notes = imported.notes + images.namedNotes + classNotes + Self.notes(on: entry, changed: changed)
    let orderFault = images.orderFault(imported.report.classNames)
    importRecord = ImportRecord(
      imported.report, images: images.notes + classNotes + (orderFault.map { [$0] } ?? []))

    let classes = network.classes
    let suite = try Self.asUsage { try AttackSuite(named: options.attack, classes: classes) }
    let wanted = EvaluationSettings(
      norm: norm, epsilon: epsilon, suite: suite, individual: options.individual, seed: UInt32(options.seed),
      compares: options.checks ?? (suite.named?.runsChecks ?? false))
    try Self.asUsage { try wanted.check(classes: classes) }
    settings = wanted
    let isOwn = checkpoint != nil && options.images.npz == nil && options.images.images == nil
    var guessing =
      isOwn
      ? GuessingCheck() : GuessingCheck(imported: imported, weights, given, images.shape, pool, usual: entry?.usual)
    guessing.labelOrder = orderFault
    self.guessing = guessing
    var card = AttackCard(
      program: DualabCommand.configuration.version, settings: settings, network: network, weights: weights.path,
      images: images, threads: threads)
    card.robustBench = changed.isEmpty ? entry.map { AttackCard.Published($0) } : nil
    self.card = card
  }

  /// What the options ask for is wrong, not what a file holds: usage.
  private static func asUsage<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as EvaluationError { throw CommandFailure.usage("\(error)") }
  }

  /// Sets the statistics that layers with two sets use, if requested. Split norms can't do without.
  static func setBranch(of network: Network, to wish: Branch?) throws {
    let norm = network.settings.norm
    guard norm.hasTwoSets else {
      guard let branch = wish else { return }
      throw CommandFailure.usage(
        "--branch \(branch.rawValue): norm \(norm.rawValue) has only one set of statistics; remove --branch")
    }
    if let wish { network.branch = wish }
    guard norm.infersDomains || network.branch != .posterior else {
      throw CommandFailure.usage(
        "--branch is missing: split norms can't tell clean from adversarial images; use clean or adversarial")
    }
  }

  /// The norm and ε of the ball. An ε that is stated for one norm says nothing of another. Throws `CommandFailure`.
  private static func ball(
    _ options: AttackOptions, _ checkpoint: Settings?, _ entry: RobustBenchEntry?
  ) throws -> (norm: BallNorm, epsilon: Double) {
    let stated = checkpoint?[.attackNorm] ?? entry?.norm, norm = options.norm ?? stated ?? .linf
    if let eps = options.eps.flatMap(Fraction.parse) { return (norm, eps) }
    if let stated, stated != norm {
      let eps = checkpoint?.formatted(.epsilon) ?? entry?.eps ?? ""
      throw CommandFailure.usage(
        "--norm \(norm.rawValue): the ε of \(entry?.name ?? "the checkpoint"), \(eps), is of \(stated.rawValue); add --eps"
      )
    }
    return (norm, checkpoint?[.epsilon] ?? entry.flatMap { Fraction.parse($0.eps) } ?? 0)
  }

  /// Why there are no published numbers of an entry.
  private static func notes(on entry: RobustBenchEntry?, changed: [String]) -> [String] {
    guard let entry, !changed.isEmpty else { return [] }
    let settings = changed.map { "--set \($0)=…" }.joined(separator: " and ")
    return ["the published accuracies of \(entry.name) are left out: \(settings) makes it another network"]
  }

  // MARK: the images

  /// The images that the options name; image files as one gray channel if the network `isGray`. Throws one line.
  static func images(
    _ options: AttackOptions, _ checkpoint: Settings?, _ entry: RobustBenchEntry?, _ changes: [Assignment],
    isGray: Bool = false
  ) throws -> LabeledImages {
    let images = options.images
    if let path = images.npz { return try LabeledImages(npz: path, layout: images.layout, limit: options.limit) }
    if let path = images.folder {
      var settings = checkpoint ?? Settings()
      try settings.set(Knob.data.name, parsing: Folder.name)
      try settings.set(.dataFolder, to: path)
      if isGray { try settings.set(.dataGray, to: true) }
      try apply(changes, to: &settings, options)
      return try LabeledImages(folder: path, settings: settings.data, limit: options.limit)
    }
    if let (kind, path) = images.dataFiles {
      var settings = checkpoint ?? Settings()
      try settings.set(Knob.data.name, parsing: kind.rawValue)
      try settings.set(.dataFolder, to: path)
      try apply(changes, to: &settings, options)
      let data = try loadData(settings)
      return try LabeledImages(data.test, source: path, limit: options.limit, labelNames: data.classNames)
    }
    if let path = images.images {
      return try LabeledImages(file: path, layout: images.layout, limit: options.limit)
    }
    return try dataSet(options, checkpoint, entry, changes, isGray: isGray)
  }

  /// Sets data settings; refuses those that the data do not use. Throws `SettingError` or `CommandFailure`.
  private static func apply(_ changes: [Assignment], to settings: inout Settings, _ options: AttackOptions) throws {
    for change in changes { try settings.set(change.name, parsing: change.value) }
    for change in changes {
      if let folder = options.images.folder, [Knob.dataFolder.name, Knob.validationFraction.name].contains(change.name)
      {
        throw CommandFailure.usage("\(options.typed(change)): not used with --images \(folder); remove it")
      }
      guard let reason = AnyKnob.named(change.name)?.idleReason(in: settings) else { continue }
      throw CommandFailure.usage("\(options.typed(change)): \(reason); remove it")
    }
  }

  /// The images of a data set's split: `--data NAME:SPLIT`, or the checkpoint's or entry's own data set.
  private static func dataSet(
    _ options: AttackOptions, _ checkpoint: Settings?, _ entry: RobustBenchEntry?, _ changes: [Assignment],
    isGray: Bool
  ) throws -> LabeledImages {
    var settings = checkpoint ?? Settings()
    let typed = options.images.data
    if typed == nil, entry?.data == .imagenet {
      throw CommandFailure.usage("--robustbench \(entry?.name ?? ""): give its images with --npz or --images")
    }
    let parts = (typed ?? entry?.data.rawValue ?? settings[.data].rawValue).split(
      separator: ":", omittingEmptySubsequences: false)
    try settings.set(Knob.data.name, parsing: String(parts[0]))
    // The folder of one data set does not hold another.
    if settings[.data] != checkpoint?[.data] { try settings.set(.dataFolder, to: "") }
    if isGray, settings[.data].source.isDecoded { try settings.set(.dataGray, to: true) }
    try apply(changes, to: &settings, options)
    let data = try loadData(settings)
    let split: Split
    switch parts.count == 1 ? "test" : parts[1...].joined(separator: ":") {
    case "test": split = data.test
    case "validation": split = data.validation
    case "train": split = data.train
    case let other:
      throw CommandFailure.usage("--data \(parts[0]):\(other): unknown split; use one of train, validation, test")
    }
    let name = "\(parts[0]):\(parts.count == 1 ? "test" : parts[1])"
    return try LabeledImages(split, source: name, limit: options.limit, labelNames: data.classNames)
  }
}
