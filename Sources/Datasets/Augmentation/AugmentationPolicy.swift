/// What the `augment` setting may name. ALGORITHMS §14.
enum AugmentationPolicy {
  /// Name and steps, in the order of the setting's choices.
  static let all: [(name: String, steps: [any AugmentationStep])] = [
    ("none", []),
    // What the paper's programs do with CIFAR.
    ("code", [Flip(), Crop(padding: 4, border: .edge)]),
    // The paper's text names two steps more and no numbers; these are the ones of its authors' earlier work.
    (
      "paper-text",
      [Flip(), Crop(padding: 4, border: .edge), Affine(scale: 0.1, border: .edge), Brightness(change: 0.1)]
    ),
    (
      "ates",
      [
        Crop(padding: 4, border: .zero), Flip(), Affine(degrees: 5, shift: 0.1, scale: 0.1, shear: 5),
        Brightness(change: 0.1),
      ]
    ),
    // TRADES, MART and most others.
    ("standard", [Crop(padding: 4, border: .zero), Flip()]),
    ("locuslab", [Crop(padding: 4, border: .reflect), Flip()]),
  ]
}
