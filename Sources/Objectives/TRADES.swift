/// TRADES: CE(x) + β·KL(p‖q); the attack ascends KL. The paper's eq. 2; Zhang et al. 2019.
struct TRADES: Objective {
  static let name = "trades"
  static let title = "TRADES"
  static let formula = "CE(x) + β·KL(clean‖adversarial)"
  static let weights: Set<LossWeight> = [.beta]
  static let paperBeta: Double? = 6
  static let rows = BatchRows.both
  static let innerLoss = InnerLoss.divergence
  private let beta: Double

  init(_ weights: LossWeights) { beta = weights.beta }

  var comparesDomains: Bool { true }
  var needsCleanRows: Bool { true }

  func evaluate(_ batch: ObjectiveBatch) -> LossParts {
    let clean = batch.cleanCrossEntropy(weight: 1)
    // Not part of the loss; shown next to it.
    let adversarial = batch.adversarialCrossEntropy(weight: 0)
    let divergence = batch.divergence(weight: beta)
    return LossParts(
      total: (clean ?? 0) + beta * (divergence ?? 0), clean: clean, adversarial: adversarial, divergence: divergence)
  }
}
