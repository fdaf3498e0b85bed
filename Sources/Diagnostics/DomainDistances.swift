import Networks
import Tensors

/// How far apart clean, PGD and AutoAttack images are inside a network: the paper's Table 2, layer by layer.
/// docs/algorithms.md §11.1. Typical clean–PGD sums with BN are 1.5 to 2.5 for healthy networks and 25 to 280 for
/// falsely robust ones. They are not comparable across settings, so this explains an alarm and never raises one.
package struct DomainDistances: Sendable, Hashable, Codable {
  /// Clean against PGD.
  package let cleanPGD: LayerDistances
  /// Clean against AutoAttack.
  package let cleanAA: LayerDistances
  /// PGD against AutoAttack.
  package let pgdAA: LayerDistances
  /// Images of each of the three sets.
  package let images: Int

  /// From the moments of the three sets.
  package init(clean: [ChannelMoments], pgd: [ChannelMoments], aa: [ChannelMoments], images: Int) {
    cleanPGD = Wasserstein.squared(clean, pgd)
    cleanAA = Wasserstein.squared(clean, aa)
    pgdAA = Wasserstein.squared(pgd, aa)
    self.images = images
  }

  enum CodingKeys: String, CodingKey {
    case cleanPGD = "clean_pgd"
    case cleanAA = "clean_aa"
    case pgdAA = "pgd_aa"
    case images
  }
}

/// The three sets of images [n][C][H][W] that are compared, in the same order.
package struct DomainImages {
  /// Without attack.
  package let clean: UnsafePointer<Float>
  /// As PGD returns them; every image is moved.
  package let pgd: UnsafePointer<Float>
  /// As AutoAttack returns them; images that it did not break are the clean ones.
  package let aa: UnsafePointer<Float>
  /// Whether AutoAttack broke the image, so that `aa` differs from `clean`.
  package let isBroken: [Bool]

  package init(
    clean: UnsafePointer<Float>, pgd: UnsafePointer<Float>, aa: UnsafePointer<Float>, isBroken: [Bool]
  ) {
    self.clean = clean
    self.pgd = pgd
    self.aa = aa
    self.isBroken = isBroken
  }

  /// The distances over all images as the attacks return them, as the paper reports them. For a robust network the
  /// AutoAttack set is mostly clean images, so its distance from them is small.
  package func distancesAsReturned(_ network: Network, poll: () throws -> Void = {}) throws -> DomainDistances {
    try distances(network, isBroken.indices.map { $0 }, poll)
  }

  /// The same over only the images, in all three sets, that AutoAttack broke; nil if it broke none.
  package func distancesOfBroken(_ network: Network, poll: () throws -> Void = {}) throws -> DomainDistances? {
    let broken = isBroken.indices.filter { isBroken[$0] }
    return broken.isEmpty ? nil : try distances(network, broken, poll)
  }

  private func distances(_ network: Network, _ chosen: [Int], _ poll: () throws -> Void) throws -> DomainDistances {
    let pixels = network.settings.input.planarCount
    let part = Storage(count: chosen.count * pixels)
    let moments = try [clean, pgd, aa].map { images in
      for (row, image) in chosen.enumerated() {
        (part.pointer + row * pixels).update(from: images + image * pixels, count: pixels)
      }
      return try network.normInputMoments(part.pointer, count: chosen.count, poll: poll)
    }
    return DomainDistances(clean: moments[0], pgd: moments[1], aa: moments[2], images: chosen.count)
  }
}
