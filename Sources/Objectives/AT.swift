import Events

/// Adversarial training: CE(x′); the network sees x′ alone. The paper's eq. 5; Madry et al. 2018.
public struct AT: Objective {
  public static let name = "at"
  public init(_ settings: Settings) {}
  public var rows: BatchRows { .adversarial }
  public var innerLoss: InnerLoss { .crossEntropy }

  public func evaluate(_ batch: ObjectiveBatch) -> LossParts {
    let adversarial = batch.adversarialCrossEntropy(weight: 1)
    return LossParts(total: adversarial, adversarial: adversarial)
  }
}
