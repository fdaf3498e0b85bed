import Networks

/// How far the inputs of a training batch are from the running statistics that will normalise them at test time: the
/// paper's Fig. 4. ALGORITHMS §11.2.
///
/// To be read after the train-mode `forward` that moved the running statistics, before the next one; with `seq` batching
/// after each of the two, or later with a copy of what the statistics were. Layers without running statistics are left
/// out of both.
package struct BatchDistances: Sendable, Hashable, Codable {
  /// Names of the layers.
  package let layers: [String]
  /// Clean rows against the running statistics (of a dual norm: the clean set); nil when the batch had none.
  package let clean: LayerDistances?
  /// Adversarial rows against them (of a dual norm: the adversarial set); nil when the batch had none.
  package let adversarial: LayerDistances?

  /// Of the last whole-batch pass in a slot, whose rows of each domain are given. `statistics` are `runningStatistics()`
  /// right after that pass; nil: they are still the network's.
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

  /// Of the passes of one step together: the first that has rows of a domain speaks for it. Nil without passes.
  package init?(_ passes: [BatchDistances]) {
    guard let first = passes.first else { return nil }
    layers = first.layers
    clean = passes.lazy.compactMap(\.clean).first
    adversarial = passes.lazy.compactMap(\.adversarial).first
  }
}
