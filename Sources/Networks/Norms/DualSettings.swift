/// How the NLL of the domains is summed over pixels. docs/algorithms.md §9.
package enum DualReduction: String, Sendable, Hashable, CaseIterable {
  /// Mean over all pixels of all rows: the paper's code.
  case pixelMean = "pixel-mean"
  /// Sum over the pixels, mean over the rows.
  case rowMean = "row-mean"
  /// Sum over the pixels of all rows: the paper's text.
  case sum
}

/// What dual norms are told while training. docs/algorithms.md §9.
package struct DualSettings: Sendable, Hashable {
  /// λ, the weight of the NLL in the loss.
  package var weight: Double
  /// How the NLL of one layer is summed; layers are always added.
  package var reduction: DualReduction
  /// τ: the posterior is sigmoid(s/τ). 1 is the paper.
  package var temperature: Double

  /// The paper's code unless told otherwise.
  package init(weight: Double = 1e-3, reduction: DualReduction = .pixelMean, temperature: Double = 1) {
    self.weight = weight
    self.reduction = reduction
    self.temperature = temperature
  }
}

/// What a dual norm made of the last batch whose domains were known.
package struct PosteriorGauge: Sendable, Hashable {
  /// The layer's name: `layer1.1.bn2`.
  package let name: String
  /// The mean posterior of "clean" over the pixels of clean rows.
  package let cleanMean: Double
  /// The same over the pixels of adversarial rows.
  package let adversarialMean: Double
  /// The share of pixels on whose side p > ½ agrees with their row.
  package let routingAccuracy: Double
  /// The share of pixels whose p is below .01 or above .99.
  package let decidedShare: Double
  /// Pixels by p, twenty equal bins of 0 … 1.
  package let histogram: [Int]
}

/// How norms behave in all passes until it is changed.
package struct NormControls {
  /// PyTorch's.
  package static let usualEpsilon = 1e-5

  /// Which set is used where domains are not known.
  package var branch = Branch.posterior
  /// m in R ← (1 − m)·R + m·batch.
  package var momentum: Float = 0.1
  /// What is added to the variance.
  package var epsilon = NormControls.usualEpsilon
  /// The dual norms' NLL and temperature.
  package var dual = DualSettings()
}
