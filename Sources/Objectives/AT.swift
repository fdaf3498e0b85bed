/// Adversarial training: CE(x′); the network sees x′ alone. The paper's eq. 5; Madry et al. 2018.
struct AT: Objective {
  static let name = "at"
  static let title = "AT"
  static let formula = "CE(x′)"
  static let weights: Set<LossWeight> = []
  static let rows = BatchRows.adversarial
  static let innerLoss = InnerLoss.crossEntropy

  init(_ weights: LossWeights) {}

  func evaluate(_ batch: ObjectiveBatch) -> LossParts {
    let adversarial = batch.adversarialCrossEntropy(weight: 1)
    return LossParts(total: adversarial ?? 0, adversarial: adversarial)
  }
}
