import Events

/// Standard training: CE(x).
public struct Standard: Objective {
  public static let name = "standard"
  public init(_ settings: Settings) {}
  public var rows: BatchRows { .clean }
  public var innerLoss: InnerLoss { .crossEntropy }

  public func evaluate(_ batch: ObjectiveBatch) -> LossParts {
    let clean = batch.cleanCrossEntropy(weight: 1)
    return LossParts(total: clean, clean: clean)
  }
}
