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
    let entry = try options.entry
    var given = try options.settings()
    // What is set by hand goes before what the entry says.
    given.network.merge(entry?.settings ?? [:]) { own, _ in own }
    let checkpoint = try options.checkpoint.map { try SavedCheckpoint($0) }
    let weights = try checkpoint?.weights ?? WeightsFile(options.weightsFile ?? "")
    images = try Self.images(options, checkpoint?.settings, entry, given.data)

    let threads = options.threads ?? ProcessInfo.processInfo.activeProcessorCount
    let pool = ThreadPool(threads: threads)
    let imported =
      try checkpoint?.network(given.network, input: images.shape, pool: pool)
      ?? weights.network(given.network, input: images.shape, pool: pool)
    network = imported.network
    try Self.setBranch(of: network, to: options.branch)
    try images.check(classes: network.classes)
    notes = imported.notes + images.namedNotes
    importRecord = ImportRecord(imported.report, images: images.notes)

    let own = checkpoint?.settings
    let norm = options.norm ?? own.flatMap { BallNorm(rawValue: $0[.attackNorm].rawValue) } ?? entry?.norm ?? .linf
    let epsilon = (options.eps ?? entry?.eps).flatMap(Fraction.parse) ?? own?[.epsilon] ?? 0
    let classes = network.classes
    let suite = try Self.asUsage { try AttackSuite(named: options.attack, classes: classes) }
    let wanted = EvaluationSettings(
      norm: norm, epsilon: epsilon, suite: suite, individual: options.individual, seed: UInt32(options.seed),
      compares: options.checks ?? (suite.named?.runsChecks ?? false))
    try Self.asUsage { try wanted.check(classes: classes) }
    settings = wanted
    let isOwn = checkpoint != nil && options.npz == nil && options.images == nil
    guessing =
      isOwn ? GuessingCheck() : GuessingCheck(imported: imported, weights, given.network, images.shape, pool)
    var card = AttackCard(
      program: DualabCommand.configuration.version, settings: settings, network: network, weights: weights.path,
      images: images, threads: threads)
    card.robustBench = entry.map { AttackCard.Published($0) }
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

  /// True for a folder of image files, or a cache of them.
  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    return isThere && (isFolder.boolValue || DataKind(path: path)?.rawValue == Folder.name)
  }

  static func images(
    _ options: AttackOptions, _ checkpoint: Settings?, _ entry: RobustBenchEntry?, _ assignments: [String]
  ) throws -> LabeledImages {
    if options.npz != nil || options.images.map({ !isFolder($0) }) ?? false, let assignment = assignments.first {
      throw CommandFailure.usage(
        "--set \(assignment): a data set's setting, not used with \(options.npz == nil ? "--images" : "--npz"); remove it"
      )
    }
    if let path = options.npz { return try LabeledImages(npz: path, layout: options.layout, limit: options.limit) }
    if let path = options.images, isFolder(path) {
      var settings = checkpoint ?? Settings()
      try settings.set(Knob.data.name, parsing: Folder.name)
      try settings.set(.dataFolder, to: path)
      for assignment in assignments { try settings.apply(assignment: assignment) }
      return try LabeledImages(folder: path, settings: settings.data, limit: options.limit)
    }
    if let path = options.images {
      return try LabeledImages(safetensors: path, layout: options.layout, limit: options.limit)
    }
    return try dataSet(options, checkpoint, entry, assignments)
  }

  /// The images of a data set's split: `--data NAME:SPLIT`, or the checkpoint's or entry's own data set.
  private static func dataSet(
    _ options: AttackOptions, _ checkpoint: Settings?, _ entry: RobustBenchEntry?, _ assignments: [String]
  ) throws -> LabeledImages {
    var settings = checkpoint ?? Settings()
    if options.data == nil, entry?.data == .imagenet {
      throw CommandFailure.usage("--robustbench \(entry?.name ?? ""): give its images with --npz or --images")
    }
    let parts = (options.data ?? entry?.data.rawValue ?? settings[.data].rawValue).split(
      separator: ":", omittingEmptySubsequences: false)
    try settings.set(Knob.data.name, parsing: String(parts[0]))
    for assignment in assignments { try settings.apply(assignment: assignment) }
    for assignment in try assignments.map(Assignment.init) {
      guard let reason = AnyKnob.named(assignment.name)?.idleReason(in: settings) else { continue }
      throw CommandFailure.usage("--set \(assignment.name)=\(assignment.value): \(reason); remove it")
    }
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
    return try LabeledImages(split, source: name, limit: options.limit)
  }
}
