import Recipe

/// What a change of the training method will do: the lines of the dialog that asks before it is sent.
package enum ChangeWords {
  /// One line for each consequence: what changes, what is kept, whether evaluation changes.
  package static func lines(_ knob: String, from old: Settings, to new: Settings) -> [String] {
    switch knob {
    case "objective": objective(old, new)
    case "batching": batching(new) + kept
    case "attack.bn": attackMode(new) + kept
    case "awp": perturbation(new) + kept
    case "norm", "norm.layers", "norm.affine": norms(old, new)
    default: kept
    }
  }

  private static let kept = [
    "kept: weights, momentum, running statistics, and the best weights so far", "evaluation: unchanged at the switch",
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
    case .divergence: "attack: maximizes the KL divergence from the clean prediction"
    case .crossEntropy: "attack: maximizes the cross-entropy"
    }
  }

  private static func rows(_ settings: Settings) -> String {
    switch settings[.objective].type.rows {
    case .clean: "batch: clean images only; the running statistics drift toward them and are not reset"
    case .adversarial: "batch: adversarial images only; the running statistics drift toward them and are not reset"
    case .both:
      "batch: clean and adversarial images, batching \(settings[.batching].rawValue); running statistics are not reset"
    }
  }

  /// A dual norm acts as plain BN where training sees a single domain.
  private static func evaluation(_ old: Settings, _ new: Settings) -> String {
    let rows = new[.objective].type.rows
    guard new[.norm].infersDomains, old[.objective].type.rows != rows else { return kept[1] }
    return switch rows {
    case .clean: "evaluation: changes immediately; DBN now uses only the clean statistics, like plain BN"
    case .adversarial: "evaluation: changes immediately; DBN now uses only the adversarial statistics, like plain BN"
    case .both: "evaluation: changes immediately; DBN now uses the posterior of every pixel"
    }
  }

  // MARK: passes

  private static func batching(_ settings: Settings) -> [String] {
    switch settings[.batching] {
    case .seq:
      [
        "passes: clean images, then adversarial ones, each normalized by its own batch statistics",
        "running statistics: updated twice per step (weights 0.09 clean, 0.10 adversarial)",
      ]
    case .seq3:
      [
        "passes: clean, adversarial, and clean again as the target of the KL term: 50 % more work",
        "running statistics: updated three times per step (weights 0.181 clean, 0.09 adversarial)",
      ]
    case .cat:
      [
        "passes: one over clean and adversarial images together, normalized by their common batch statistics",
        "running statistics: updated once per step (weight 0.10 for the mixture)",
      ]
    }
  }

  private static func attackMode(_ settings: Settings) -> [String] {
    let onBatches = "attack: normalizes with the statistics of its own batches; runs on whole batches, which is slower"
    return switch settings[.attackMode] {
    case .batchWithoutTracking:
      [onBatches, "running statistics: not updated by the attack; validation still attacks in eval mode"]
    case .batchWithTracking:
      [
        onBatches,
        "running statistics: updated by every iteration of the attack; validation still attacks in eval mode",
      ]
    case .eval: ["attack: normalizes with the running statistics, as in evaluation, and does not update them"]
    }
  }

  private static func perturbation(_ settings: Settings) -> [String] {
    settings[.awp] == 0
      ? ["weights: no longer perturbed; each step takes one pass less"]
      : [
        "weights: moved up the loss by \(settings.formatted(.awp)) of their norm for the training pass, then restored",
        "cost: one more forward and backward pass per step; only the training pass updates running statistics",
      ]
  }

  // MARK: surgery

  private static func norms(_ old: Settings, _ new: Settings) -> [String] {
    let from = old[.norm], to = new[.norm]
    let consequences =
      switch (from.hasTwoSets, to.hasTwoSets) {
      case (false, true) where from == .batch:
        [
          "evaluation: unchanged to the bit; both sets start as copies of the running statistics",
          "training: differs from the next step on",
        ]
      case (true, false) where to == .batch:
        ["statistics: the two sets are merged; this changes the function, and :recalibrate recomputes them"]
      case (_, _) where from == to: ["statistics: copied where a layer has both; the function may change"]
      default: ["γ and β: copied where both norms have them; the function changes"]
      }
    return ["surgery: between two steps, also while paused; a paused step is aborted and rerun"] + consequences + [
      "kept: weights, momentum, and the best weights so far with their own norm",
      "reported: logit drift, and accuracy before and after, on the validation images",
    ]
  }
}
