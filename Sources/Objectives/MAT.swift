/// Mixed adversarial training, with the KL term when β > 0: γ·CE(x) + (1 − γ)·CE(x′) + β·KL(p‖q).
///
/// The paper's eqs. 1 and 3. The attack ascends CE in both. KL is computed for β = 0 too, to be looked at.
struct MAT: Objective {
  static let name = "mat"
  static let title = "MAT"
  static let formula = "γ·CE(x) + (1 − γ)·CE(x′) + β·KL(clean‖adversarial)"
  static let weights: Set<LossWeight> = [.gamma, .beta]
  static let rows = BatchRows.both
  static let innerLoss = InnerLoss.crossEntropy
  private let gamma: Double
  private let beta: Double

  init(_ weights: LossWeights) { (gamma, beta) = (weights.gamma, weights.beta) }

  var comparesDomains: Bool { beta > 0 }
  var needsCleanRows: Bool { gamma == 1 }

  func evaluate(_ batch: ObjectiveBatch) -> LossParts {
    let clean = batch.cleanCrossEntropy(weight: gamma)
    let adversarial = batch.adversarialCrossEntropy(weight: 1 - gamma)
    let divergence = batch.divergence(weight: beta)
    return LossParts(
      total: gamma * (clean ?? 0) + (1 - gamma) * (adversarial ?? 0) + beta * (divergence ?? 0), clean: clean,
      adversarial: adversarial, divergence: divergence)
  }
}
