import Events

extension GapCause {
  /// Its numbers: `.66 → .00`, or `.05` for a cause that is a fraction by itself.
  package func numbers(_ notation: Notation) -> String {
    (before.map { notation.share($0) + " → " } ?? "") + notation.share(value)
  }

  /// A few words: `targeted beats untargeted`.
  package var title: String {
    switch kind {
    case .targeted: "targeted beats untargeted"
    case .smallerStep: "smaller steps beat the full attack"
    case .smallerRadius: "a quarter of ε beats the full attack"
    case .moreSteps: "50 steps beat 10"
    case .square: "Square beats the gradient attacks"
    case .zeroGradient: "zero gradients"
    case .saturatedLogits: "saturated logits"
    case .aboveChance: "above chance at 4ε"
    case .catastrophicOverfitting: "catastrophic overfitting"
    case .silentSuccess: "PGD passes successes by"
    case .incompleteOptimization: "PGD has not finished"
    case .nonlinearLoss: "the loss bends inside the ball"
    }
  }

  /// What it means, in one sentence.
  package var sentence: String {
    switch kind {
    case .targeted:
      "Given a class to aim at, an attack succeeds where PGD on the cross-entropy failed."
    case .smallerStep:
      "Smaller steps find what larger steps jump over: the loss surface is rough inside the ball."
    case .smallerRadius:
      "Points within a quarter of the radius already fool the network, and PGD walked past them."
    case .moreSteps:
      "PGD has not converged after 10 steps: with 50 it breaks more images."
    case .square:
      "Random squares succeed where gradients fail: the gradients point in the wrong direction."
    case .zeroGradient:
      "On these images the gradient is exactly zero, so PGD cannot move at all."
    case .saturatedLogits:
      "On these images the logits are so large that the cross-entropy leaves PGD no gradient."
    case .aboveChance:
      "At 4ε an attack should always succeed; that it doesn't means it is stuck."
    case .catastrophicOverfitting:
      "The network resists one large step and nothing else: it has overfitted to FGSM."
    case .silentSuccess:
      "On its way PGD-50 visits misclassified points on these images, and returns another one."
    case .incompleteOptimization:
      "On these images the loss still rises in the last ten of 50 steps: PGD was stopped too early."
    case .nonlinearLoss:
      "Between two points of the ball the loss is far from a straight line, which single steps assume."
    }
  }
}
