/// What the names and shapes of a network's tensors do not tell of its function. Raw values are those of `--set` and of
/// metadata.
package enum ActivationKind: String, Sendable, Hashable, CaseIterable {
  /// max(x, 0).
  case relu
  /// x·sigmoid(x), also called swish: DeepMind's robust networks.
  case silu
}

/// What the 1×1 shortcut of a pre-activation block takes.
package enum ShortcutSource: String, Sendable, Hashable, CaseIterable {
  /// The normalized and activated input: kuangliu/pytorch-cifar, TRADES.
  case activated
  /// The block's input itself: locuslab/fast_adversarial.
  case raw
}
