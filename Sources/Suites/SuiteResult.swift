import Events
import Foundation
import Presets
import Recipe

/// What a suite has found so far.
package struct SuiteResult: Sendable, Hashable, Codable {
  /// A training with its measurements; nil: not done yet.
  package struct Cell: Sendable, Hashable, Codable {
    /// The run's seed; −1 for the sum over seeds.
    package var seed: Int
    /// Its folder below the store's `runs`.
    package var run: String
    /// Right without attack.
    package var clean: Proportion?
    /// Right under the attack trained with.
    package var pgd: Proportion?
    /// Right under AutoAttack.
    package var autoattack: Proportion?
    /// The attack of `pgd`, as shown: `PGD-10`.
    package var attack: String?
    /// Wall-clock seconds; only shown.
    package var trainingSeconds: Double?
    /// Wall-clock seconds of all its attacks; only shown.
    package var attackSeconds: Double?
    /// What the evaluations warn of.
    package var warnings: [String]
    /// What is measured beside accuracies, by the names of `SuiteNumber`.
    package var numbers: [String: Double] = [:]
    /// W2² between the domains, layer by layer.
    package var distances: DistanceRecord?
    /// The principal planes.
    package var scatter: ScatterRecord?
    /// Batches against running statistics.
    package var running: RunningRecord?

    /// Everything that the suite measures is there.
    package func isComplete(_ measures: [SuiteMeasure]) -> Bool {
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
  package struct Row: Sendable, Hashable, Codable {
    /// What the table calls it.
    package var label: String
    /// The settings in which the rows differ, as a person writes them.
    package var settings: [String: String]
    /// Seed by seed.
    package var seeds: [Cell]
    /// The sums over the seeds that are there, the same images once a seed; of numbers the means.
    package var pooled: Cell
    /// The paper's numbers, where they are known and comparable.
    package var paper: PaperFigures?
  }

  /// The suite's name.
  package var suite: String
  /// What the table is called.
  package var title: String
  /// At which scale.
  package var scale: SuiteScale
  /// Which weights were measured.
  package var weights: SuiteWeights
  /// So many test images were attacked.
  package var limit: Int
  /// What was measured.
  package var measures: [SuiteMeasure]
  /// The knob on the abscissa of a figure, or `clean`.
  package var abscissa: String?
  /// The settings in which the rows differ, in the order of all settings.
  package var varied: [String]
  /// What a person gave for all rows, against the suite.
  package var overrides: [SuiteOverride]
  /// The rows.
  package var rows: [Row]

  /// The overrides in one word each: `steps=20 limit=10`; empty when there are none.
  var byHand: String { overrides.map(\.text).joined(separator: " ") }

  /// Every cell is there.
  package var isComplete: Bool { rows.allSatisfy { $0.seeds.allSatisfy { $0.isComplete(measures) } } }

  /// What of a plan is in a store. A damaged file counts as missing, and its cell warns of it.
  package init(_ plan: SuitePlan, store: SuiteStore) {
    suite = plan.suite.name
    title = plan.suite.title
    (scale, weights, limit) = (plan.scale, plan.weights, plan.limit)
    measures = plan.suite.measures
    abscissa = plan.suite.abscissa
    overrides = plan.overrides
    let varied = AnyKnob.all.filter { knob in Set(plan.rows.map { $0.settings[knob] }).count > 1 }
    self.varied = varied.map(\.name)
    rows = plan.rows.map { row in
      let cells = row.runs.map { Cell($0.seed, $0.run, store, plan) }
      return Row(
        label: row.label,
        settings: Dictionary(uniqueKeysWithValues: varied.map { ($0.name, row.settings.formatted($0)) }),
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
