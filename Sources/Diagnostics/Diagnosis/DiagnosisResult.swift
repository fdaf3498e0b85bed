import Attacks
import Evaluation
import Events

/// What a diagnosis found. Its keys are those of the JSON of `dualab diagnose`.
package struct DiagnosisResult: Sendable, Hashable, Codable {
  /// What was measured, and how.
  package struct Card: Sendable, Hashable, Codable {
    package var program: String
    package var checkpoint: String
    /// The run's preset and its training step; nil for weights of another program.
    package var preset: String?
    package var step: Int?
    package var model: String
    package var width: Int
    /// Sizes that only this model has: `depth`.
    package var options: [String: Double]?
    package var data: String
    package var images: Int
    package var input: [Int]
    package var norm: BallNorm
    package var eps: Double
    /// The attack as trained, or PGD-10, which the gap starts from.
    package var attack: String
    package var suite: String
    package var seed: UInt32
  }

  /// What is known of one normalization layer's inputs.
  package struct Layer: Sendable, Hashable, Codable {
    package var number: Int
    package var name: String
    package var input: [Int]
    /// W2² of clean images to the running statistics; nil if the layer tracks none.
    package var cleanRunning: Double?
    /// W2² of PGD images to the running statistics.
    package var pgdRunning: Double?
    /// How dual BN routes clean and PGD images; nil for other layers.
    package var posterior: PosteriorStatistics?
    /// Fractions of the variance along the two principal directions of clean, PGD and AutoAttack images together.
    package var explained: [Double]
    /// Where the images lie in that plane; only if one layer was requested.
    package var points: Points?

    enum CodingKeys: String, CodingKey {
      case number, name, input, posterior, explained, points
      case cleanRunning = "clean_running"
      case pgdRunning = "pgd_running"
    }
  }

  /// The PCA points [n][2] of the three sets.
  package struct Points: Sendable, Hashable, Codable {
    package var clean: [[Double]]
    package var pgd: [[Double]]
    package var aa: [[Double]]

    init(_ scatter: DomainScatter) {
      clean = scatter.clean.map { [$0.x, $0.y] }
      pgd = scatter.pgd.map { [$0.x, $0.y] }
      aa = scatter.aa.map { [$0.x, $0.y] }
    }
  }

  /// Accuracies if one of two sets of statistics is used for all images, with the attack crafted on that network.
  package struct BranchRow: Sendable, Hashable, Codable {
    package var branch: String
    package var clean: Proportion
    package var pgd: Proportion
  }

  package var card: Card
  /// What was assumed and converted when network and images were read.
  package var imported: ImportRecord?
  package var clean: Proportion
  package var pgd: Proportion
  package var autoAttack: Proportion
  /// The gap under the quick attacks.
  package var quick: GapReading
  /// The gap under AutoAttack.
  package var full: GapReading
  /// What explains the gap.
  package var causes: [GapCause]
  package var evidence: GapEvidence
  /// W2² of all images as the attacks return them.
  package var asReturned: DomainDistances
  /// W2² of those that AutoAttack broke; nil if it broke none.
  package var brokenOnly: DomainDistances?
  package var layers: [Layer]
  /// One row per set of split norms; nil for other layers. Using each domain's own set is not a valid threat model:
  /// docs/algorithms.md §10.
  package var branches: [BranchRow]?
  /// What the linter found.
  package var warnings: [EvaluationWarning]

  enum CodingKeys: String, CodingKey {
    case card = "protocol"
    case imported = "import"
    case clean, pgd, quick, full, causes, evidence, layers, branches, warnings
    case autoAttack = "autoattack"
    case asReturned = "w2_as_returned"
    case brokenOnly = "w2_broken_only"
  }
}
