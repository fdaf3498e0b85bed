/// Squared 2-Wasserstein distances W2² between the inputs of normalization layers, modeled as Gaussians with
/// independent channels. Paper eq. 7; docs/algorithms.md §11.1. No root is taken.
package enum Wasserstein {
  /// Σ over channels of (μ₁ − μ₂)² + (σ₁ − σ₂)².
  package static func squared(_ first: ChannelMoments, _ second: ChannelMoments) -> Double {
    precondition(
      first.mean.count == second.mean.count, "moments of \(first.mean.count) and \(second.mean.count) channels")
    let variances = (first.variance, second.variance)
    var sum = 0.0
    for channel in first.mean.indices {
      let shift = first.mean[channel] - second.mean[channel]
      let spread = variances.0[channel].squareRoot() - variances.1[channel].squareRoot()
      sum += shift * shift + spread * spread
    }
    return sum
  }

  /// Layer by layer.
  package static func squared(_ first: [ChannelMoments], _ second: [ChannelMoments]) -> LayerDistances {
    precondition(first.count == second.count, "moments of \(first.count) and \(second.count) layers")
    return LayerDistances(layers: zip(first, second).map { squared($0, $1) })
  }
}

/// W2² for every normalization layer, in the order of the forward pass.
package struct LayerDistances: Sendable, Hashable, Codable {
  /// Layer by layer.
  package let layers: [Double]
  /// Summed over the layers: the number of the paper's Table 2.
  package let sum: Double

  /// From the layers' distances.
  package init(layers: [Double]) {
    self.layers = layers
    sum = layers.reduce(0, +)
  }
}
