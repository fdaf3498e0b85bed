/// The words that the screen uses and a newcomer may not know, each in one sentence.
package enum Glossary {
  /// A word and what it means.
  package struct Entry: Sendable, Hashable {
    package let word, sentence: String
  }

  /// All of them, in the order in which a person meets them.
  package static let entries: [Entry] = [
    ("clean", "Accuracy on images as they are."),
    ("PGD-10", "Accuracy under projected gradient descent with 10 iterations, the usual attack of training."),
    ("ε", "The largest change that an attack may make to a pixel, or, in ℓ2, to the whole image."),
    ("AutoAttack", "Four strong attacks, one after the other, without settings to choose: the field's standard."),
    ("false robustness", "High accuracy under PGD that stronger attacks take away."),
    ("gap", "The share of images that PGD leaves correctly classified and stronger attacks break."),
    ("probe", "The fixed validation images that every check uses."),
    ("quick", "A check with cheap strong attacks and with whatever broke an image before."),
    ("deep", "A check with AutoAttack on the images that the quick check left, until the answer is sure."),
    ("full", "AutoAttack on all images of the probe."),
    ("robust", "Accuracy that is left under the attacks of a check."),
    ("±, ┬┴", "The 95 % interval of an accuracy: repeated with other images, it would lie there 19 times of 20."),
    ("W2²", "The squared Wasserstein-2 distance between clean and attacked activations of a layer."),
    (
      "BN", "Batch normalization: activations are scaled by the mean and variance of the batch, or of running averages."
    ),
    ("DBN", "Dual batch normalization: separate statistics for clean and adversarial images, mixed by a posterior."),
    ("posterior", "How sure a dual layer is, at one pixel, that its input is adversarial."),
    ("γ", "The share of the clean loss in mixed training; the rest is the adversarial loss."),
    ("β", "The weight of the KL term."),
    ("KL", "A penalty for different predictions on an image and its attacked version."),
    ("MAT", "Mixed adversarial training: clean and adversarial images in every step."),
    ("AT", "Adversarial training: adversarial images only."),
    ("cat, seq", "Clean and adversarial images go through the network in one batch, or one batch after the other."),
    ("EMA", "Exponential moving average: how lines are smoothed."),
    ("lr", "The learning rate, how far a step moves the weights."),
    ("mark", "A numbered step of the run at which somebody intervened or the alarm changed; ':rewind m1' goes back."),
    ("sentinel", "What runs the checks between training steps, within a budget of passes."),
  ].map { Entry(word: $0.0, sentence: $0.1) }
}
