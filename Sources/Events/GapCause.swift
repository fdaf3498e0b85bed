/// Something measured that shows why PGD is not to be believed: a number, and one plain sentence. docs/algorithms.md
/// §11.4.
package struct GapCause: Sendable, Hashable, Codable {
  /// Which one.
  package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// APGD-T takes away what PGD left.
    case targeted
    /// PGD of steps ε/16 takes it away.
    case smallerStep = "smaller-step"
    /// PGD inside ε/4 takes it away.
    case smallerRadius = "smaller-radius"
    /// 50 steps of PGD break far more than 10.
    case moreSteps = "more-steps"
    /// Square, which sees no gradients, breaks what no gradient attack broke.
    case square
    /// Gradients are exactly zero.
    case zeroGradient = "zero-gradient"
    /// Logits are so large that cross-entropy has no gradient.
    case saturatedLogits = "saturated-logits"
    /// At four times the radius the network is still better than guessing.
    case aboveChance = "above-chance"
    /// FGSM fails where PGD-10 succeeds.
    case catastrophicOverfitting = "catastrophic-overfitting"
    /// PGD passes misclassified points and returns another one.
    case silentSuccess = "silent-success"
    /// PGD's loss still rises when its steps are used up.
    case incompleteOptimization = "incomplete-optimization"
    /// The loss is far from linear inside the ball.
    case nonlinearLoss = "nonlinear-loss"
  }

  /// Which one.
  package var kind: Kind
  /// The accuracy that is put in question; nil where the number is a share by itself.
  package var before: Double?
  /// The accuracy under the attack that puts it in question, or the share.
  package var value: Double
  /// Images it was measured on.
  package var n: Int

  package init(_ kind: Kind, before: Double? = nil, value: Double, n: Int) {
    self.kind = kind
    self.before = before
    self.value = value
    self.n = n
  }
}
