/// Which rows a training batch has. Clean rows come first.
package enum BatchRows: Sendable, Hashable {
  case clean, adversarial
  /// Clean and adversarial rows, in one pass or one after the other: `Batching`.
  case both
}

/// What the inner maximization ascends.
package enum InnerLoss: Sendable, Hashable {
  /// Cross-entropy to the labels.
  case crossEntropy
  /// KL from the clean prediction.
  case divergence
}

/// How clean and adversarial rows go through the network. docs/algorithms.md §2.1. Objectives with one kind of rows
/// have one pass. Raw values are those of the setting `batching`.
package enum Batching: String, Sendable, Hashable, CaseIterable {
  /// One pass over both, clean rows first: common moments, one update of the running statistics.
  case cat
  /// Clean, then adversarial: each with its own moments, each updates the running statistics.
  case seq
  /// Clean, adversarial, and clean again as the target of KL: the original TRADES code.
  case seq3
}

/// The coefficients that objectives may have, by the settings' names.
package enum LossWeight: String, Sendable, Hashable, CaseIterable {
  case gamma, beta
}

/// The values of the coefficients.
package struct LossWeights: Sendable, Hashable {
  /// γ, the share of the clean loss.
  package var gamma: Double
  /// β, the weight of the KL term.
  package var beta: Double

  package init(gamma: Double = 0.5, beta: Double = 0) {
    self.gamma = gamma
    self.beta = beta
  }
}

/// The parts of an outer loss, means over the images; parts an objective does not have are nil.
package struct LossParts: Sendable, Hashable {
  /// The outer loss.
  package var total: Double
  /// CE of the clean rows.
  package var clean: Double?
  /// CE of the adversarial rows.
  package var adversarial: Double?
  /// KL(clean‖adversarial), before its weight.
  package var divergence: Double?

  package init(
    total: Double = 0, clean: Double? = nil, adversarial: Double? = nil, divergence: Double? = nil
  ) {
    self.total = total
    self.clean = clean
    self.adversarial = adversarial
    self.divergence = divergence
  }
}

/// An outer loss, and everything that is known of it. docs/algorithms.md §2.
///
/// Nothing outside an objective's file asks for it by name: knobs, conflicts, costs and dialogs read these facts.
package protocol Objective: Sendable, SendableMetatype {
  /// The name in presets and on the command line.
  static var name: String { get }
  /// As it is written in a sentence: `AT`, `standard training`.
  static var title: String { get }
  /// The loss as papers write it.
  static var formula: String { get }
  /// The coefficients that it reads.
  static var weights: Set<LossWeight> { get }
  /// β of the original paper, where 0 is allowed but hardly meant.
  static var paperBeta: Double? { get }
  /// Which rows it needs.
  static var rows: BatchRows { get }
  /// What the attack on its images ascends.
  static var innerLoss: InnerLoss { get }
  /// The objective with these coefficients.
  init(_ weights: LossWeights)
  /// True when the loss compares adversarial predictions with clean ones: what the third pass of `seq3` is for.
  var comparesDomains: Bool { get }
  /// True when nothing is left of the loss of a batch without clean rows.
  var needsCleanRows: Bool { get }
  /// The loss of `batch` and its gradient, which is added to `batch.gradient`.
  func evaluate(_ batch: ObjectiveBatch) -> LossParts
}

extension Objective {
  package static var paperBeta: Double? { nil }
  package var comparesDomains: Bool { false }
  package var needsCleanRows: Bool { false }
  /// Which rows it needs.
  package var rows: BatchRows { Self.rows }
  /// What the attack on its images ascends.
  package var innerLoss: InnerLoss { Self.innerLoss }
}
