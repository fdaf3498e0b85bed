import Events
import Foundation
import Networks
import Presets
import Recipe

/// The results of a suite so far.
package struct SuiteResult: Sendable, Hashable, Codable {
  /// A run with its measurements; nil means not measured yet.
  package struct Cell: Sendable, Hashable, Codable {
    /// The run's seed; −1 for all seeds together.
    package var seed: Int
    /// The name of its folder below the store's `runs`.
    package var run: String
    /// Correctly classified clean images.
    package var clean: Proportion?
    /// Correctly classified images under the training attack.
    package var pgd: Proportion?
    /// Correctly classified images under AutoAttack.
    package var autoattack: Proportion?
    /// The name of the training attack: `PGD-10`.
    package var attack: String?
    /// Wall-clock seconds; for display only.
    package var trainingSeconds: Double?
    /// Wall-clock seconds of all its attacks; for display only.
    package var attackSeconds: Double?
    /// The warnings of the evaluations.
    package var warnings: [String]
    /// What is measured in addition to accuracies, by the names of `SuiteColumn`.
    package var numbers: [String: Double] = [:]
    /// W2² between the domains, layer by layer.
    package var distances: DistanceRecord?
    /// The principal planes.
    package var scatter: ScatterRecord?
    /// Training batches against running statistics.
    package var running: RunningRecord?
    /// What trained and attacked it: each program with its kind of kernels once. Nil where that was not recorded.
    package var computed: [Provenance]?

    /// True when everything that the suite measures has been measured.
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
    /// Its name in the table.
    package var label: String
    /// The settings in which the rows differ, formatted.
    package var settings: [String: String]
    /// One cell per seed.
    package var seeds: [Cell]
    /// All finished seeds together: counts are summed, so that each image counts once per seed; other numbers are
    /// averaged.
    package var pooled: Cell
    /// The paper's numbers, which compare with the full scale.
    package var paper: PaperFigures?
  }

  /// The suite's name.
  package var suite: String
  /// The title of the table.
  package var title: String
  /// The scale.
  package var scale: SuiteScale
  /// Which weights were measured.
  package var weights: SuiteWeights
  /// Number of test images that were attacked.
  package var limit: Int
  /// What was measured.
  package var measures: [SuiteMeasure]
  /// The setting on the x-axis of a figure, or `clean`.
  package var abscissa: String?
  /// The settings in which the rows differ, in the order of all settings.
  package var varied: [String]
  /// The settings overridden in all rows.
  package var overrides: [SuiteOverride]
  /// Network, data and ε of the paper's numbers; nil for a suite without any.
  package var paperSetting: String?
  /// The rows.
  package var rows: [Row]

  /// The overrides as typed: `steps=20 limit=10`; empty when there are none.
  var byHand: String { overrides.map(\.text).joined(separator: " ") }

  /// The rows by what computed them, where that is not the same for all: then single images can differ for that reason.
  package var mixture: [(computed: Provenance, rows: [String])] {
    var parts: [(computed: Provenance, rows: [String])] = []
    for row in rows {
      for one in row.seeds.flatMap({ $0.computed ?? [] }) {
        if let index = parts.firstIndex(where: { $0.computed == one }) {
          if parts[index].rows.last != row.label { parts[index].rows.append(row.label) }
        } else {
          parts.append((one, [row.label]))
        }
      }
    }
    return parts.count > 1 ? parts : []
  }

  /// True when every cell is complete.
  package var isComplete: Bool { rows.allSatisfy { $0.seeds.allSatisfy { $0.isComplete(measures) } } }

  /// The results of a plan that are in a store. A damaged file counts as missing, and its cell has a warning.
  package init(_ plan: SuitePlan, store: SuiteStore) {
    suite = plan.suite.name
    title = plan.suite.title
    (scale, weights, limit) = (plan.scale, plan.weights, plan.limit)
    measures = plan.suite.measures
    abscissa = plan.suite.abscissa
    overrides = plan.overrides
    paperSetting = plan.suite.paperSetting
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
        .reduce(into: [:]) { all, numbers in for (column, value) in numbers { all[column.rawValue] = value } },
      distances: distances, scatter: scatter, running: running,
      computed: training?.computed.map { trained in
        both.flatMap { $0.computed ?? [] }.reduce([trained]) { $1.following($0) }
      })
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
