import Events

/// Mixed adversarial training, with the KL term when β > 0: γ·CE(x) + (1 − γ)·CE(x′) + β·KL(p‖q).
///
/// The paper's eqs. 1 and 3. The attack drives up CE in both. KL is computed for β = 0 too, to be looked at.
struct MAT: Objective {
  static let name = "mat"
  private let gamma: Double
  private let beta: Double

  init(_ settings: Settings) {
    gamma = settings.number("gamma")
    beta = settings.number("beta")
  }

  var rows: BatchRows { .both }
  var innerLoss: InnerLoss { .crossEntropy }
  var comparesDomains: Bool { beta > 0 }

  func evaluate(_ batch: ObjectiveBatch) -> LossParts {
    let clean = batch.cleanCrossEntropy(weight: gamma)
    let adversarial = batch.adversarialCrossEntropy(weight: 1 - gamma)
    let divergence = batch.divergence(weight: beta)
    return LossParts(
      total: gamma * (clean ?? 0) + (1 - gamma) * (adversarial ?? 0) + beta * (divergence ?? 0), clean: clean,
      adversarial: adversarial, divergence: divergence)
  }
}
