/// Standard training: CE(x). Nothing is attacked.
struct Standard: Objective {
  static let name = "standard"
  static let title = "standard training"
  static let formula = "CE(x)"
  static let weights: Set<LossWeight> = []
  static let rows = BatchRows.clean
  static let innerLoss = InnerLoss.crossEntropy

  init(_ weights: LossWeights) {}

  func evaluate(_ batch: ObjectiveBatch) -> LossParts {
    let clean = batch.cleanCrossEntropy(weight: 1)
    return LossParts(total: clean ?? 0, clean: clean)
  }
}
