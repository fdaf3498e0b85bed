import Attacks
import Events
import Spelling

/// The sentence of every warning. They are part of records and of the JSON, so they are worded here and not in Readout.
extension EvaluationWarning {
  // MARK: clean accuracy

  /// `cause` is what helps and what it would give; `isImported` when network or images came from outside;
  /// `isOfTraining` when the training may have only begun.
  static func guessing(
    _ guess: Guessing, _ cause: (PossibleCause, Proportion)?, isImported: Bool, isOfTraining: Bool
  ) -> Self {
    var parts = [guess.sentence]
    if let (cause, accuracy) = cause {
      let part = accuracy.n < guess.clean.n ? " on the first \(accuracy.n) images" : ""
      parts.append("with \(cause.change) it would be \(percent(accuracy))\(part): \(cause.remedy)")
    } else if guess.isUncertain {
      parts.append("use more images before trusting the result")
    } else if isImported {
      parts.append(
        (isOfTraining ? "unless training has only begun, " : "")
          + "check that file and data belong together: mean and std, label order (or labels off by one), channel order "
          + "(RGB or BGR), layout (--layout), activation, shortcut and strides of the network, and whether it is the right "
          + "file")
    } else {
      parts.append("the network has not learned this task, or training diverged; use other weights or these data's own")
    }
    return Self(.guessing, parts.joined(separator: "; "))
  }

  // MARK: the model

  static func randomized(_ examples: [Int]) -> Self {
    Self(
      .randomized,
      "the model is stochastic: repeated passes over the same images give different logits, so each verdict holds for "
        + "one draw only; use autoattack-rand", examples: examples)
  }

  static func softmaxOutput(_ examples: [Int]) -> Self {
    Self(
      .softmaxOutput,
      "the model's outputs look like probabilities; attacks on cross-entropy and DLR expect logits and are weaker on "
        + "these, so remove the softmax", examples: examples)
  }

  /// `least` and `most` are the smallest and the largest difference of two logits of one of the images.
  static func saturatedCrossEntropy(_ examples: [Int], of correct: Int, spread least: Float, _ most: Float) -> Self {
    let place = "cross-entropy has no gradient at \(examples.count) of \(correct) correctly classified images"
    // exp(−15) is what float32 cannot add to 1.
    let reason: String =
      if most == 0 {
        ": all logits of an image are equal there, so the network ignores its input; check the weights file"
      } else if least > 15 {
        ", because their logits are so large (up to \(NumberText.short(Double(most))) apart); do not rely on attacks on "
          + "cross-entropy (PGD, APGD-CE) alone"
      } else {
        "; their logits are up to \(NumberText.short(Double(most))) apart, which does not explain it: the network may not "
          + "depend on its input there; do not rely on gradient-based attacks"
      }
    return Self(.saturatedCrossEntropy, place + reason, examples: examples)
  }

  static func fewClasses(_ suite: AttackSuite, classes: Int) -> Self {
    Self(
      .fewClasses,
      "with \(classes) classes \(suite.named?.title ?? "the suite") runs a reduced suite: "
        + suite.attacks.map(\.title).joined(separator: ", "))
  }

  static func batchDependent(_ examples: [Int], of tried: Int) -> Self {
    Self(
      .batchDependent,
      "the logits of \(examples.count) of \(tried) images depend on the other images in the batch, as with batch "
        + "normalization in train mode; verdicts are meaningless, evaluate in eval mode", examples: examples)
  }

  static func stateChanged(_ examples: [Int]) -> Self {
    Self(
      .stateChanged, "a forward pass changes the model's running statistics; evaluate in eval mode", examples: examples)
  }

  // MARK: the attacks

  static func audit(_ example: Int) -> Self {
    Self(
      .audit, "a point found for image \(example) left the ball or the box or is not a number; it was not counted",
      examples: [example])
  }

  static func zeroGradient(_ examples: [Int], of images: Int) -> Self {
    Self(
      .zeroGradient,
      "the gradient is exactly zero at \(examples.count) of \(images) images, and gradient attacks can't move there; the "
        + "model may mask its gradients, so trust Square and not the others", examples: examples)
  }

  static func squareEffective(_ examples: [Int], attack: AnyEvaluationAttack, points: Double) -> Self {
    Self(
      .squareEffective,
      "\(attack.title), which sees only logits, lowers the accuracy by \((10 * points).rounded() / 10) points below the "
        + "best gradient attack; gradients are probably masked, so add an adaptive attack", examples: examples)
  }

  // MARK: the comparisons

  static func moreIterationsWeaker(_ examples: [Int], weaker: Comparison, stronger: Comparison) -> Self {
    Self(
      .moreIterationsWeaker,
      "\(stronger.attack.title) leaves \(percent(stronger.robust)) of the first \(weaker.robust.n) images, "
        + "\(weaker.attack.title) only \(percent(weaker.robust)); more iterations should never be weaker, so gradients "
        + "are unreliable here: do not trust gradient-based attacks", examples: examples)
  }

  static func largeEpsilon(_ examples: [Int], _ row: Comparison) -> Self {
    Self(
      .largeEpsilon,
      "\(row.attack.title) at ε \(Fraction.decimal(row.epsilon)), where every image can become gray, still leaves "
        + "\(percent(row.robust)); a working attack leaves at most chance, so gradients are masked", examples: examples)
  }

  static func pgdGap(_ examples: [Int], suite: String, _ reading: GapReading, isAlarm: Bool) -> Self {
    let gap = Proportion(correct: reading.broken, n: reading.n)
    return Self(
      .pgdGap,
      "\(suite) breaks \(percent(gap)) of the first \(reading.n) images although they survive PGD-10; "
        + (isAlarm
          ? "this is false robustness, and PGD's accuracy means nothing here"
          : "check for false robustness before trusting PGD's accuracy"),
      examples: examples)
  }

  private static func percent(_ proportion: Proportion) -> String {
    "\((1000 * proportion.value).rounded() / 10) %"
  }
}
