/// Tensors of a file that the network does not use: its own ones, without which it would be another network, and those
/// of something else.
struct Leftovers {
  /// Below the network's prefix, and parts of it by their names: a third block, a bias, squeeze-and-excitation.
  private(set) var own: [String] = []
  /// Everything else: an auxiliary head, an optimizer, a second set of weights.
  private(set) var foreign: [String] = []

  /// Words by which programs name the parts of a network.
  private static let parts: Set<String> = [
    "conv", "bn", "norm", "gn", "ln", "layer", "block", "blocks", "stage", "features", "shortcut", "downsample", "se",
    "attn", "stem", "body", "linear", "fc", "classifier", "bias",
  ]

  /// Sorts what `fit` left over. `needed` are the network's tensors.
  init(_ fit: TensorFit, needed: [NamedTensor]) {
    let roots = Set(needed.map { Leftovers.stem($0.name) })
    for name in fit.extra {
      let stem = Leftovers.stem(name)
      if roots.contains(stem) || Leftovers.parts.contains(stem) { own.append(name) } else { foreign.append(name) }
    }
    foreign += fit.outside
  }

  /// Takes names off both lists.
  mutating func remove(_ isUsed: (String) -> Bool) {
    own.removeAll(where: isUsed)
    foreign.removeAll(where: isUsed)
  }

  /// Counts parts of the network that a person said to ignore as foreign.
  mutating func ignore(_ isIgnored: (String) -> Bool) {
    foreign += own.filter(isIgnored)
    own.removeAll(where: isIgnored)
  }

  /// The first component without digits: `layer` of `layer4.1.bn2.weight`.
  private static func stem(_ name: String) -> String {
    let root = name.split(separator: ".").first.map(String.init) ?? name
    let stem = root.prefix { !$0.isNumber }.lowercased()
    return stem.hasSuffix("_") ? String(stem.dropLast()) : stem
  }
}
