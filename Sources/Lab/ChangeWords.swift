import Recipe

/// What a change of the training method will do, in words: the lines of the dialog that asks first.
enum ChangeWords {
  /// A line for each consequence: what changes, what is kept, whether evaluation changes.
  static func lines(_ knob: String, from old: Settings, to new: Settings) -> [String] {
    switch knob {
    case "objective": objective(old, new)
    case "batching": batching(new) + kept
    case "attack.bn": attackNorms(new) + kept
    case "awp": perturbation(new) + kept
    case "norm", "norm.layers", "norm.affine": norms(old, new)
    default: kept
    }
  }

  private static let kept = [
    "kept: weights, momentum, running statistics, the best weights so far",
    "evaluation: the same function at the moment of the switch",
  ]

  // MARK: objective

  private static func objective(_ old: Settings, _ new: Settings) -> [String] {
    let caution = new.caution.map { ["note: \($0)"] } ?? []
    return [loss(new)] + caution + [attack(new), rows(new)] + [kept[0], evaluation(old, new)]
  }

  private static func loss(_ settings: Settings) -> String {
    let type = settings[.objective].type
    let gamma = type.weights.contains(.gamma) ? ", γ \(settings.formatted(.gamma))" : ""
    let beta = type.weights.contains(.beta) ? ", β \(settings.formatted(.beta))" : ""
    return "loss: \(type.formula)\(gamma)\(beta)"
  }

  private static func attack(_ settings: Settings) -> String {
    let type = settings[.objective].type
    guard type.rows != .clean else { return "attack: none during training; validation still attacks" }
    return switch type.innerLoss {
    case .divergence: "attack: maximizes KL from the clean prediction"
    case .crossEntropy: "attack: maximizes cross-entropy"
    }
  }

  private static func rows(_ settings: Settings) -> String {
    switch settings[.objective].type.rows {
    case .clean: "rows: clean only; running statistics drift towards them, none are reset"
    case .adversarial: "rows: adversarial only; running statistics drift towards them, none are reset"
    case .both:
      "rows: clean and adversarial, batching \(settings[.batching].rawValue); no running statistics are reset"
    }
  }

  /// A dual norm is read as plain BN where training sees one domain.
  private static func evaluation(_ old: Settings, _ new: Settings) -> String {
    let rows = new[.objective].type.rows
    guard new[.norm].infersDomains, old[.objective].type.rows != rows else { return kept[1] }
    return switch rows {
    case .clean: "evaluation: changes immediately; DBN now uses the clean statistics only, as plain BN"
    case .adversarial: "evaluation: changes immediately; DBN now uses the adversarial statistics only, as plain BN"
    case .both: "evaluation: changes immediately; DBN now uses the posterior of every pixel"
    }
  }

  // MARK: passes

  private static func batching(_ settings: Settings) -> [String] {
    switch settings[.batching] {
    case .seq:
      [
        "passes: clean rows, then adversarial ones, each normalised by moments of their own",
        "running statistics: move twice a step, by .09 of the clean moments and .10 of the adversarial ones",
      ]
    case .seq3:
      [
        "passes: clean, adversarial, and clean again as the target of KL: half as much work again",
        "running statistics: move three times a step, by .181 of the clean moments and .09 of the adversarial ones",
      ]
    case .cat:
      [
        "passes: one over clean and adversarial rows, normalised by common moments",
        "running statistics: move once a step, by .10 of the mixture's moments",
      ]
    }
  }

  private static func attackNorms(_ settings: Settings) -> [String] {
    switch settings[.attackMode] {
    case .batchWithoutTracking:
      [
        "attack: its passes are normalised by the moments of their own batch; whole batches, which is slower",
        "running statistics: not moved by the attack; validation goes on attacking in eval mode",
      ]
    case .batchWithTracking:
      [
        "attack: its passes are normalised by the moments of their own batch; whole batches, which is slower",
        "running statistics: moved by every iteration of the attack; validation goes on attacking in eval mode",
      ]
    case .eval:
      ["attack: its passes are normalised by the running statistics, as in evaluation, and do not move them"]
    }
  }

  private static func perturbation(_ settings: Settings) -> [String] {
    settings[.awp] == 0
      ? ["weights: no longer perturbed; a step costs a pass less"]
      : [
        "weights: moved up the loss by \(settings.formatted(.awp)) of their norm for the pass that is trained on, then put back",
        "cost: one more pass, forward and back, a step; running statistics move in the pass that is trained on only",
      ]
  }

  // MARK: surgery

  private static func norms(_ old: Settings, _ new: Settings) -> [String] {
    let from = old[.norm], to = new[.norm]
    let consequence =
      switch (from.hasTwoSets, to.hasTwoSets) {
      case (false, true) where from == .batch:
        "evaluation: unchanged to the bit; both sets start as copies of the running statistics, training differs immediately"
      case (true, false) where to == .batch:
        "statistics: the two sets become their mixture; the function changes, :recalibrate recomputes them"
      case (_, _) where from == to: "statistics: copied where a layer has both norms; the function may change"
      default: "γ and β: copied where both norms have them; the function changes"
      }
    return [
      "surgery: between two steps, also in a pause; a paused step is given up and run anew", consequence,
      "kept: weights, momentum, and the best weights so far with the norm they had",
      "reported: logit drift and accuracies before and after, on the validation images",
    ]
  }
}
