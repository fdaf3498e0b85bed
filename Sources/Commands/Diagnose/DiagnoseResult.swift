import Attacks
import Diagnostics
import Evaluation
import Events
import Foundation

/// The JSON of `dualab diagnose`.
package struct DiagnoseResult: Codable {
  /// What was looked at, and how.
  package struct Card: Codable {
    package var program: String
    package var checkpoint: String
    package var preset: String
    package var step: Int
    package var model: String
    package var width: Int
    package var data: String
    package var images: Int
    package var input: [Int]
    package var norm: BallNorm
    package var eps: Double
    /// The attack of the training, that the gap starts from.
    package var attack: String
    package var suite: String
    package var seed: UInt32
  }

  /// What one norm layer's inputs look like.
  package struct Layer: Codable {
    package var number: Int
    package var name: String
    package var input: [Int]
    /// W2² of clean images to the running statistics; nil where nothing is tracked.
    package var cleanRunning: Double?
    /// W2² of PGD images to the running statistics.
    package var pgdRunning: Double?
    /// How a dual norm routes clean and PGD images; nil for other norms.
    package var posterior: PosteriorStatistics?
    /// Shares of the variance along the two principal directions of clean, PGD and AutoAttack images together.
    package var explained: [Double]
    /// Where the images lie in that plane, for the layer that was asked for.
    package var points: Points?

    enum CodingKeys: String, CodingKey {
      case number, name, input, posterior, explained, points
      case cleanRunning = "clean_running"
      case pgdRunning = "pgd_running"
    }
  }

  /// The PCA points [n][2] of the three sets.
  package struct Points: Codable {
    package var clean: [[Double]]
    package var pgd: [[Double]]
    package var aa: [[Double]]

    init(_ scatter: DomainScatter) {
      clean = scatter.clean.map { [$0.x, $0.y] }
      pgd = scatter.pgd.map { [$0.x, $0.y] }
      aa = scatter.aa.map { [$0.x, $0.y] }
    }
  }

  /// Accuracies when one of two sets of statistics serves all images, the attack crafted on that network.
  package struct BranchRow: Codable, Hashable {
    package var branch: String
    package var clean: Proportion
    package var pgd: Proportion
  }

  /// A cause with its words.
  package struct Cause: Codable {
    package var kind: GapCause.Kind
    package var title: String
    package var before: Double?
    package var value: Double
    package var n: Int
    package var sentence: String

    init(_ cause: GapCause) {
      kind = cause.kind
      title = cause.title
      before = cause.before
      value = cause.value
      n = cause.n
      sentence = cause.sentence
    }
  }

  package var card: Card
  package var clean: Proportion
  package var pgd: Proportion
  package var autoAttack: Proportion
  /// The gap under the quick attacks.
  package var quick: GapReading
  /// The gap under AutoAttack.
  package var full: GapReading
  package var causes: [Cause]
  package var evidence: GapEvidence
  /// W2² of all images as the attacks return them.
  package var asReturned: DomainDistances
  /// W2² of those that AutoAttack broke; nil when it broke none.
  package var brokenOnly: DomainDistances?
  package var layers: [Layer]
  /// A row a set of split norms; nil for other norms. Whoever sends clean images through one and adversarial images through
  /// the other knows what an attacker does not tell: ALGORITHMS §10.
  package var branches: [BranchRow]?
  /// What the linter found.
  package var warnings: [EvaluationWarning]

  enum CodingKeys: String, CodingKey {
    case card = "protocol"
    case clean, pgd, quick, full, causes, evidence, layers, branches, warnings
    case autoAttack = "autoattack"
    case asReturned = "w2_as_returned"
    case brokenOnly = "w2_broken_only"
  }

  init(
    card: Card, clean: Proportion, pgd: Proportion, autoAttack: Proportion, quick: GapReading, full: GapReading,
    causes: [GapCause], evidence: GapEvidence, asReturned: DomainDistances, brokenOnly: DomainDistances?,
    layers: [Layer], branches: [BranchRow]?, warnings: [EvaluationWarning]
  ) {
    self.card = card
    self.clean = clean
    self.pgd = pgd
    self.autoAttack = autoAttack
    self.quick = quick
    self.full = full
    self.causes = causes.map(Cause.init)
    self.evidence = evidence
    self.asReturned = asReturned
    self.brokenOnly = brokenOnly
    self.layers = layers
    self.branches = branches
    self.warnings = warnings
  }

  /// One line of JSON.
  package func encoded() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self) + Data("\n".utf8)
  }
}
