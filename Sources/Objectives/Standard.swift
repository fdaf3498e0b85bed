import Events

/// Standard training: CE(x).
struct Standard: Objective {
  static let name = "standard"
  init(_ settings: Settings) {}
  var rows: BatchRows { .clean }
  var innerLoss: InnerLoss { .crossEntropy }

  func evaluate(_ batch: ObjectiveBatch) -> LossParts {
    let clean = batch.cleanCrossEntropy(weight: 1)
    return LossParts(total: clean ?? 0, clean: clean)
  }
}
