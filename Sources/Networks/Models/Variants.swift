import Spelling

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

/// One thing of a network's function that its tensors do not tell.
package struct VariantPart: Sendable, Hashable {
  /// The setting that says it, as typed, and its value.
  package let name: String, value: String
  /// True for what a program that makes such networks does unless it is asked for something else.
  package let isUsual: Bool

  /// `norm eps 1e-05`.
  package var shown: String { "\(name == "norm.eps" ? "norm eps" : name) \(value)" }
}

extension ModelSettings {
  /// What the normalization layers add to the variance.
  package var normEpsilon: Double { options[Self.epsilonOption] ?? NormControls.usualEpsilon }

  /// In how many groups GroupNorm divides channels; nil for gcd(32, C), and for other norms.
  package var normGroups: Int? { norm == .group ? options[Self.groupsOption].map { Int($0) } : nil }

  /// Where both stand among the options, if somebody says them.
  static let epsilonOption = "norm_eps", groupsOption = "norm_groups"

  /// All that the tensors of this network do not tell, as it is computed.
  package var variant: [VariantPart] {
    guard let model = ModelKind(rawValue: name)?.model else { return [] }
    let own = model.ownSettings
    var parts: [VariantPart] = []
    func add(_ name: String, _ value: String, _ isUsual: Bool) {
      parts.append(VariantPart(name: name, value: value, isUsual: isUsual))
    }
    if own.contains("activation") {
      add("activation", activation.rawValue, activation == model.usualActivation)
    }
    if own.contains("shortcut") { add("shortcut", shortcut.rawValue, shortcut == .activated) }
    if let usual = model.usualStrides(self) {
      let strides = strides(usual)
      add("stem_stride", "\(strides.stem)", strides.stem == usual.stem)
      add("strides", strides.listed, strides.stages == usual.stages)
    }
    for (name, usual) in [(ResNet.pooling, ResNet.usual(self).pools), (ResNet.inFirst, false)] where own.contains(name)
    {
      let isOn = options[name].map { $0 != 0 } ?? usual
      add(name, isOn ? "on" : "off", isOn == usual)
    }
    for name in ["conv1_stride", "logit_scale"] where own.contains(name) {
      let value = options[name] ?? 1
      add(name, Fraction.decimal(value), value == 1)
    }
    // There is no usual number of groups.
    if norm == .group { add("norm.groups", normGroups.map(String.init) ?? "gcd(32,C)", false) }
    add("norm.eps", "\(normEpsilon)", normEpsilon == NormControls.usualEpsilon)
    return parts
  }
}

/// The settings that tell variants apart, with the values that are tried where accuracy is that of guessing.
package let variantSettings: [(name: String, values: [String])] = [
  ("activation", ActivationKind.allCases.map(\.rawValue)), ("shortcut", ShortcutSource.allCases.map(\.rawValue)),
  ("stem_stride", ["1", "2"]), (ResNet.pooling, ["off", "on"]), (ResNet.inFirst, ["off", "on"]),
]
