/// Something measured that shows why PGD is not to be believed: a number, and one plain sentence. ALGORITHMS §11.4.
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

  /// The numbers as shown: `0.66 → 0.00`, `0.05`.
  package var numbers: String { (before.map { share($0) + " → " } ?? "") + share(value) }

  /// A few words: `targeted beats untargeted`.
  package var title: String {
    switch kind {
    case .targeted: "targeted beats untargeted"
    case .smallerStep: "smaller steps beat the full attack"
    case .smallerRadius: "a quarter of the radius beats the full attack"
    case .moreSteps: "50 steps beat 10"
    case .square: "Square beats the gradient attacks"
    case .zeroGradient: "zero gradients"
    case .saturatedLogits: "saturated logits"
    case .aboveChance: "better than chance at 4ε"
    case .catastrophicOverfitting: "catastrophic overfitting"
    }
  }

  /// One plain sentence.
  package var sentence: String {
    switch kind {
    case .targeted:
      "Told which class to aim at, an attack finds what PGD on the cross-entropy missed."
    case .smallerStep:
      "Smaller steps find what larger ones jump over: the loss is rough inside the ball."
    case .smallerRadius:
      "Points within a quarter of the radius fool the network, and PGD walked past them."
    case .moreSteps:
      "PGD had not finished after 10 steps: with 50 it goes on breaking images."
    case .square:
      "Random squares succeed where gradients fail: the gradients point the wrong way."
    case .zeroGradient:
      "At these images the gradient is exactly zero, so PGD cannot move at all."
    case .saturatedLogits:
      "At these images the logits are so large that the cross-entropy has no gradient left for PGD."
    case .aboveChance:
      "At four times the radius an attack should win always; that it does not shows that it is stuck."
    case .catastrophicOverfitting:
      "The network withstands one large step and nothing else: it has overfitted to FGSM."
    }
  }
}
