import Networks

/// How far the inputs of a training batch are from the running statistics that will normalize them at test time: the
/// paper's Fig. 4. docs/algorithms.md §11.2.
///
/// Must be read after the train-mode `forward` that updated the running statistics and before the next one; with `seq`
/// batching after each of the two, or later with a copy of the statistics. Layers without running statistics are left
/// out.
package struct BatchDistances: Sendable, Hashable, Codable {
  /// Names of the layers.
  package let layers: [String]
  /// Clean rows against the running statistics (in dual BN, the clean set); nil if the batch has none.
  package let clean: LayerDistances?
  /// Adversarial rows against them (in dual BN, the adversarial set); nil if the batch has none.
  package let adversarial: LayerDistances?

  /// From the last whole-batch pass in a slot, given its rows of each domain. `statistics` are `runningStatistics()`
  /// right after that pass; without them, the network's current ones.
  package init(
    _ network: Network, cleanRows: Range<Int>, adversarialRows: Range<Int>, slot: Int = 0, statistics: [Float]? = nil
  ) {
    let places = network.normPlaces
    let running = places.indices.map { network.runningMoments(ofLayer: $0, in: statistics) }
    let tracked = places.indices.filter { !running[$0].isEmpty }
    layers = tracked.map { places[$0].name }
    func distances(_ rows: Range<Int>, _ domain: String) -> LayerDistances? {
      guard !rows.isEmpty else { return nil }
      let batch = network.normInputMoments(ofLastPass: rows, slot: slot)
      return LayerDistances(
        layers: tracked.map { layer in
          let sets = running[layer], own = sets.first { $0.domain.hasPrefix(domain) } ?? sets[0]
          return Wasserstein.squared(batch[layer], ChannelMoments(own))
        })
    }
    clean = distances(cleanRows, "clean")
    adversarial = distances(adversarialRows, "adv")
  }

  /// From all passes of one step: the first one with rows of a domain represents it. Nil without passes.
  package init?(_ passes: [BatchDistances]) {
    guard let first = passes.first else { return nil }
    layers = first.layers
    clean = passes.lazy.compactMap(\.clean).first
    adversarial = passes.lazy.compactMap(\.adversarial).first
  }
}
