import Events
import Foundation
import Presets

/// What a suite has found so far.
public struct SuiteResult: Sendable, Hashable, Codable {
  /// A training with its measurements; nil: not done yet.
  public struct Cell: Sendable, Hashable, Codable {
    /// The run's seed; −1 for the sum over seeds.
    public var seed: Int
    /// Its folder below the store's `runs`.
    public var run: String
    /// Right without attack.
    public var clean: Proportion?
    /// Right under the attack trained with.
    public var pgd: Proportion?
    /// Right under AutoAttack.
    public var autoattack: Proportion?
    /// The attack of `pgd`, as shown: `PGD-10`.
    public var attack: String?
    /// Wall-clock seconds; only shown.
    public var trainingSeconds: Double?
    /// Wall-clock seconds of all its attacks; only shown.
    public var attackSeconds: Double?
    /// What the evaluations warn of.
    public var warnings: [String]
    /// What is measured beside accuracies, by the names of `SuiteNumber`.
    public var numbers: [String: Double] = [:]
    /// W2² between the domains, layer by layer.
    public var distances: DistanceRecord?
    /// The principal planes.
    public var scatter: ScatterRecord?
    /// Batches against running statistics.
    public var running: RunningRecord?

    /// Everything that the suite measures is there.
    public func isComplete(_ measures: [SuiteMeasure]) -> Bool {
      measures.allSatisfy { measure in
        switch measure {
        case .clean: clean != nil
        case .pgd: pgd != nil
        case .autoattack: autoattack != nil
        case .w2: distances != nil
        case .scatter: scatter != nil
        case .running: running != nil
        }
      }
    }
  }

  /// A row of the table.
  public struct Row: Sendable, Hashable, Codable {
    /// What the table calls it.
    public var label: String
    /// The settings in which the rows differ, as a person writes them.
    public var settings: [String: String]
    /// Seed by seed.
    public var seeds: [Cell]
    /// The sums over the seeds that are there, the same images once a seed; of numbers the means.
    public var pooled: Cell
    /// The paper's numbers, where they are known and comparable.
    public var paper: PaperFigures?
  }

  /// The suite's name.
  public var suite: String
  /// What the table is called.
  public var title: String
  /// At which scale.
  public var scale: SuiteScale
  /// Which weights were measured.
  public var weights: SuiteWeights
  /// So many test images were attacked.
  public var limit: Int
  /// What was measured.
  public var measures: [SuiteMeasure]
  /// The knob on the abscissa of a figure, or `clean`.
  public var abscissa: String?
  /// The settings in which the rows differ, in the order of all settings.
  public var varied: [String]
  /// What a person gave for all rows, against the suite.
  public var overrides: [SuiteOverride]
  /// The rows.
  public var rows: [Row]

  /// The overrides in one word each: `steps=20 limit=10`; empty when there are none.
  var byHand: String { overrides.map(\.text).joined(separator: " ") }

  /// Every cell is there.
  public var isComplete: Bool { rows.allSatisfy { $0.seeds.allSatisfy { $0.isComplete(measures) } } }

  /// What of a plan is in a store. A damaged file counts as missing, and its cell warns of it.
  public init(_ plan: SuitePlan, store: SuiteStore) {
    suite = plan.suite.name
    title = plan.suite.title
    (scale, weights, limit) = (plan.scale, plan.weights, plan.limit)
    measures = plan.suite.measures
    abscissa = plan.suite.abscissa
    overrides = plan.overrides
    let varied = Knob.all.map(\.name).filter { name in Set(plan.rows.map { $0.settings[name] }).count > 1 }
    self.varied = varied
    rows = plan.rows.map { row in
      let cells = row.runs.map { Cell($0.seed, $0.run, store, plan) }
      return Row(
        label: row.label, settings: Dictionary(uniqueKeysWithValues: varied.map { ($0, row.settings.formatted($0)) }),
        seeds: cells, pooled: Cell(pooling: cells), paper: row.paper)
    }
  }
}

extension SuiteResult.Cell {
  fileprivate init(_ seed: Int, _ run: SuiteRun, _ store: SuiteStore, _ plan: SuitePlan) {
    var damaged: [String] = []
    func whole<Record>(_ read: () throws -> Record?) -> Record? {
      do { return try read() } catch {
        damaged.append("\(error)")
        return nil
      }
    }
    let training = whole { try store.training(run) }
    func key(_ measure: SuiteMeasure) -> MeasurementKey {
      MeasurementKey(measure: measure, weights: plan.weights, limit: plan.limit)
    }
    func measured(_ measure: SuiteMeasure) -> MeasurementRecord? {
      guard training != nil else { return nil }
      return whole { try store.measurement(run, key(measure)) }.flatMap { $0.isComplete ? $0 : nil }
    }
    func kept<Record: Decodable>(_ measure: SuiteMeasure) -> Record? {
      guard training != nil, plan.suite.measures.contains(measure) else { return nil }
      return whole { try store.kept(run, key(measure), as: Record.self) }
    }
    let pgd = measured(.pgd), full = measured(.autoattack), both = [pgd, full].compactMap(\.self)
    let distances: DistanceRecord? = kept(.w2), scatter: ScatterRecord? = kept(.scatter)
    let running: RunningRecord? = kept(.running)
    self.init(
      seed: seed, run: run.digest, clean: both.first?.clean, pgd: pgd?.robust, autoattack: full?.robust,
      attack: pgd?.title, trainingSeconds: training?.seconds,
      attackSeconds: both.isEmpty ? nil : both.reduce(0) { $0 + $1.seconds },
      warnings: both.flatMap { record in record.warnings.map { "\(record.title): \($0.line)" } }
        + [running?.warning].compactMap(\.self) + damaged,
      numbers: [distances?.numbers, scatter?.numbers, running?.numbers].compactMap(\.self)
        .reduce(into: [:]) { $0.merge($1) { first, _ in first } },
      distances: distances, scatter: scatter, running: running)
  }

  fileprivate init(pooling cells: [SuiteResult.Cell]) {
    func sum(_ part: (SuiteResult.Cell) -> Proportion?) -> Proportion? {
      let parts = cells.compactMap(part)
      guard !parts.isEmpty else { return nil }
      return Proportion(correct: parts.reduce(0) { $0 + $1.correct }, n: parts.reduce(0) { $0 + $1.n })
    }
    func total(_ part: (SuiteResult.Cell) -> Double?) -> Double? {
      let parts = cells.compactMap(part)
      return parts.isEmpty ? nil : parts.reduce(0, +)
    }
    self.init(
      seed: -1, run: "", clean: sum(\.clean), pgd: sum(\.pgd), autoattack: sum(\.autoattack),
      attack: cells.compactMap(\.attack).first, trainingSeconds: total(\.trainingSeconds),
      attackSeconds: total(\.attackSeconds), warnings: [],
      numbers: Dictionary(grouping: cells.flatMap { Array($0.numbers) }, by: \.key).mapValues { parts in
        parts.reduce(0) { $0 + $1.value } / Double(parts.count)
      })
  }
}
