import Events

/// A suite's result as facts for one table with its plots; `Suites` fills it, this target puts it into words.
package struct SuiteSheet: Sendable {
  /// One training run, or all runs of a row together.
  package struct Cell: Sendable {
    /// The run's seed; nil for all seeds together.
    package var seed: Int?
    package var clean, pgd, autoattack: Proportion?
    package var numbers: [SuiteColumn: Double]
    package var trainingSeconds, attackSeconds: Double?

    package init(
      seed: Int?, clean: Proportion?, pgd: Proportion?, autoattack: Proportion?, numbers: [SuiteColumn: Double],
      trainingSeconds: Double?, attackSeconds: Double?
    ) {
      self.seed = seed
      self.clean = clean
      self.pgd = pgd
      self.autoattack = autoattack
      self.numbers = numbers
      self.trainingSeconds = trainingSeconds
      self.attackSeconds = attackSeconds
    }
  }

  /// One row of the suite.
  package struct Row: Sendable {
    package var label: String
    /// One per seed.
    package var cells: [Cell]
    /// All seeds together.
    package var pooled: Cell
    package var paper: Paper?

    package init(label: String, cells: [Cell], pooled: Cell, paper: Paper?) {
      self.label = label
      self.cells = cells
      self.pooled = pooled
      self.paper = paper
    }
  }

  /// What a number in the table means.
  package enum Explanation: Sendable {
    case w2, scatter
    /// With the number of steps that were measured.
    case running(points: Int)
  }

  /// The suite's title, its name and the scale: `Table 1`, `table1`, `lite`.
  package var title, name, scale: String
  /// The weights that were measured: `last` or `best`.
  package var weights: String
  /// The number of test images that were attacked.
  package var limit: Int
  /// The settings that were overridden in all rows: `steps=20`.
  package var overrides: [String]
  /// Network, data and ε of the paper's numbers.
  package var paperSetting: String?
  /// The attack trained with, where all rows have the same; nil where they differ.
  package var attack: String?
  package var showsPGD, showsAutoAttack: Bool
  package var columns: [SuiteColumn]
  package var rows: [Row]
  /// True for a figure, which gets a plot of its accuracies.
  package var isFigure: Bool
  package var scatters: [SuiteScatter]
  package var curves: [SuiteCurve]
  package var explanations: [Explanation]
  /// True when rows were trained on a task that was constructed to show an effect.
  package var isConstructed: Bool
  package var isComplete: Bool
  /// What computed which rows, where that is not the same for all.
  package var mixture: [(computed: String, rows: [String])]
  /// What the evaluations warned about, with row and seed.
  package var warnings: [String]

  package init(
    title: String, name: String, scale: String, weights: String, limit: Int, overrides: [String], paperSetting: String?,
    attack: String?, showsPGD: Bool, showsAutoAttack: Bool, columns: [SuiteColumn], rows: [Row], isFigure: Bool,
    scatters: [SuiteScatter], curves: [SuiteCurve], explanations: [Explanation], isConstructed: Bool,
    isComplete: Bool, mixture: [(computed: String, rows: [String])] = [], warnings: [String]
  ) {
    self.title = title
    self.name = name
    self.scale = scale
    self.weights = weights
    self.limit = limit
    self.overrides = overrides
    self.paperSetting = paperSetting
    self.attack = attack
    self.showsPGD = showsPGD
    self.showsAutoAttack = showsAutoAttack
    self.columns = columns
    self.rows = rows
    self.isFigure = isFigure
    self.scatters = scatters
    self.curves = curves
    self.explanations = explanations
    self.isConstructed = isConstructed
    self.isComplete = isComplete
    self.mixture = mixture
    self.warnings = warnings
  }
}
