/// What the names and shapes of a network's tensors do not tell of its function. Raw values are those of `--set` and of
/// metadata.
package enum ActivationKind: String, Sendable, Hashable, CaseIterable, Codable {
  /// max(x, 0).
  case relu
  /// x·sigmoid(x), also called swish: DeepMind's robust networks.
  case silu
}

/// What the 1×1 shortcut of a pre-activation block takes.
package enum ShortcutSource: String, Sendable, Hashable, CaseIterable, Codable {
  /// The normalized and activated input: kuangliu/pytorch-cifar, TRADES.
  case activated
  /// The block's input itself: locuslab/fast_adversarial.
  case raw
}

/// A normalization of images that programs do inside a network, and whose it is.
package struct UsualNormalization: Sendable, Hashable {
  /// Whose numbers they are, in words: `CIFAR-10`.
  package let title: String
  package let mean: [Float]
  package let deviation: [Float]
  /// What else such programs do inside, which is not computed: a sentence with its remedy; nil for nothing.
  package let obstacle: String?

  package init(title: String, mean: [Float], deviation: [Float], obstacle: String? = nil) {
    (self.title, self.mean, self.deviation, self.obstacle) = (title, mean, deviation, obstacle)
  }

  /// Of all training images, to four digits.
  static let cifar10 = UsualNormalization(
    title: "CIFAR-10", mean: [0.4914, 0.4822, 0.4465], deviation: [0.2471, 0.2435, 0.2616])
  /// Of all training images, to four digits.
  static let cifar100 = UsualNormalization(
    title: "CIFAR-100", mean: [0.5071, 0.4865, 0.4409], deviation: [0.2673, 0.2564, 0.2762])
}

/// The settings that tell variants apart, with the values that are tried where accuracy is that of guessing.
package let variantSettings: [(name: String, values: [String])] = [
  ("activation", ActivationKind.allCases.map(\.rawValue)), ("shortcut", ShortcutSource.allCases.map(\.rawValue)),
  ("stem_stride", ["1", "2"]), (ResNet.pooling, ["off", "on"]), (ResNet.inFirst, ["off", "on"]),
]
