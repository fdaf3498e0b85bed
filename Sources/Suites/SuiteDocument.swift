import Events
import Networks
import Presets

/// A suite's result as JSON: each accuracy with its count and interval.
struct SuiteDocument: Encodable {
  struct Accuracy: Encodable {
    let correct: Int
    let n: Int
    let value: Double
    let interval: [Double]

    init?(_ proportion: Proportion?) {
      guard let proportion else { return nil }
      (correct, n, value) = (proportion.correct, proportion.n, proportion.value)
      interval = [proportion.interval.lowerBound, proportion.interval.upperBound]
    }
  }

  struct Measured: Encodable {
    let seed: Int?
    let run: String?
    let clean, pgd, autoattack: Accuracy?
    let attack: String?
    let trainingSeconds, attackSeconds: Double?
    let warnings: [String]
    let numbers: [String: Double]?
    let w2: DistanceRecord?
    let scatter: [Plane]?
    let running: RunningRecord?
    /// What trained and attacked it.
    let computed: [Provenance]?

    init(_ cell: SuiteResult.Cell, isPooled: Bool = false) {
      seed = isPooled ? nil : cell.seed
      run = isPooled ? nil : cell.run
      (clean, pgd, autoattack) = (Accuracy(cell.clean), Accuracy(cell.pgd), Accuracy(cell.autoattack))
      attack = cell.attack
      (trainingSeconds, attackSeconds, warnings) = (cell.trainingSeconds, cell.attackSeconds, cell.warnings)
      numbers = cell.numbers.isEmpty ? nil : cell.numbers
      (w2, running, scatter) = (cell.distances, cell.running, cell.scatter?.layers.map(Plane.init))
      computed = cell.computed
    }
  }

  /// A principal plane without its points, which are in a separate CSV file.
  struct Plane: Encodable {
    let layer: String
    let explained: [Double]
    let separationCleanPgd, separationCleanAa, separationPgdAa: Double

    init(_ picture: ScatterRecord.Layer) {
      (layer, explained) = (picture.name, picture.explained)
      separationCleanPgd = ScatterRecord.Layer.separation(picture.clean, picture.pgd)
      separationCleanAa = ScatterRecord.Layer.separation(picture.clean, picture.aa)
      separationPgdAa = ScatterRecord.Layer.separation(picture.pgd, picture.aa)
    }
  }

  struct Row: Encodable {
    let label: String
    let settings: [String: String]
    let seeds: [Measured]
    let pooled: Measured
    let paper: PaperFigures?
  }

  let suite, title: String
  let scale: SuiteScale
  let weights: SuiteWeights
  let limit: Int
  let complete: Bool
  /// The settings overridden in all rows: names and values.
  let byHand: [String: String]
  /// Network, data and ε of the rows' `paper`, another task than that of the lite scale.
  let paperSetting: String?
  /// The rows were computed by different programs or kernels, as their `computed` says.
  let mixed: Bool
  let rows: [Row]

  init(_ result: SuiteResult) {
    (suite, title, scale, weights) = (result.suite, result.title, result.scale, result.weights)
    (limit, complete) = (result.limit, result.isComplete)
    paperSetting = result.paperSetting
    mixed = !result.mixture.isEmpty
    byHand = Dictionary(result.overrides.map { ($0.name, $0.value) }) { $1 }
    rows = result.rows.map { row in
      Row(
        label: row.label, settings: row.settings, seeds: row.seeds.map { Measured($0) },
        pooled: Measured(row.pooled, isPooled: true), paper: row.paper)
    }
  }
}
