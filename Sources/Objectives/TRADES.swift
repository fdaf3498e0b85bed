import Events

/// TRADES: CE(x) + β·KL(p‖q); the attack drives up KL. The paper's eq. 2; Zhang et al. 2019.
struct TRADES: Objective {
  static let name = "trades"
  private let beta: Double

  init(_ settings: Settings) { beta = settings.number("beta") }

  var rows: BatchRows { .both }
  var innerLoss: InnerLoss { .divergence }
  var comparesDomains: Bool { true }

  func evaluate(_ batch: ObjectiveBatch) -> LossParts {
    let clean = batch.cleanCrossEntropy(weight: 1)
    // Not part of the loss; shown beside it.
    let adversarial = batch.adversarialCrossEntropy(weight: 0)
    let divergence = batch.divergence(weight: beta)
    return LossParts(
      total: (clean ?? 0) + beta * (divergence ?? 0), clean: clean, adversarial: adversarial, divergence: divergence)
  }
}
