/// Random changes of training images, by their name in the setting `augment`. docs/algorithms.md §14.
package struct AugmentationPolicy: RawRepresentable, Hashable, Sendable, CaseIterable {
  package let rawValue: String
  /// The part of the original image that is taken first; nil: the prepared image.
  let original: ResizedCrop?
  /// The steps after it, in order.
  let steps: [any AugmentationStep]

  private init(_ name: String, original: ResizedCrop? = nil, _ steps: [any AugmentationStep]) {
    (rawValue, self.original, self.steps) = (name, original, steps)
  }

  /// True where it needs the image as its file has it, which only data of image files have.
  package var needsOriginal: Bool { original != nil }

  /// The policy of that name; nil when there is none.
  package init?(rawValue: String) {
    guard let policy = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
    self = policy
  }

  package static func == (one: AugmentationPolicy, other: AugmentationPolicy) -> Bool { one.rawValue == other.rawValue }
  package func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }

  package static let none = AugmentationPolicy("none", [])

  /// All policies, in the order of their listing.
  package static let allCases = [
    none,
    // What the paper's code does with CIFAR.
    AugmentationPolicy("code", [Flip(), Crop(padding: 4, border: .edge)]),
    // What it does with Imagenette, and most do with photographs.
    AugmentationPolicy("resized-crop", original: ResizedCrop(), [Flip()]),
    // The paper's text names two more steps without numbers; these are the ones of its authors' earlier work.
    AugmentationPolicy(
      "paper-text",
      [Flip(), Crop(padding: 4, border: .edge), Affine(scale: 0.1, border: .edge), Brightness(change: 0.1)]),
    AugmentationPolicy(
      "ates",
      [
        Crop(padding: 4, border: .zero), Flip(), Affine(degrees: 5, shift: 0.1, scale: 0.1, shear: 5),
        Brightness(change: 0.1),
      ]),
    // TRADES, MART and most others.
    AugmentationPolicy("standard", [Crop(padding: 4, border: .zero), Flip()]),
    AugmentationPolicy("locuslab", [Crop(padding: 4, border: .reflect), Flip()]),
  ]
}
