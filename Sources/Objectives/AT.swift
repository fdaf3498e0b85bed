import Events

/// Adversarial training: CE(x′); the network sees x′ alone. The paper's eq. 5; Madry et al. 2018.
struct AT: Objective {
  static let name = "at"
  init(_ settings: Settings) {}
  var rows: BatchRows { .adversarial }
  var innerLoss: InnerLoss { .crossEntropy }

  func evaluate(_ batch: ObjectiveBatch) -> LossParts {
    let adversarial = batch.adversarialCrossEntropy(weight: 1)
    return LossParts(total: adversarial ?? 0, adversarial: adversarial)
  }
}
