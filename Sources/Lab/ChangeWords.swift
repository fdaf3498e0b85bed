import Events

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
    let name = new.text("objective")
    let caution = new.caution.map { ["note: \($0)"] } ?? []
    return [loss(new)] + caution + [attack(new), rows(new)] + [kept[0], evaluation(old.text("objective"), name, new)]
  }

  private static func loss(_ settings: Settings) -> String {
    let gamma = settings.formatted("gamma"), beta = settings.formatted("beta")
    return switch settings.text("objective") {
    case "standard": "loss: CE(x)"
    case "at": "loss: CE(x′)"
    case "trades": "loss: CE(x) + β·KL(clean‖adversarial), β \(beta)"
    case "mart": "loss: boosted CE(x′) + β·KL weighted by 1 − p_y, β \(beta)"
    default: "loss: γ·CE(x) + (1 − γ)·CE(x′) + β·KL, γ \(gamma), β \(beta)"
    }
  }

  private static func attack(_ settings: Settings) -> String {
    switch settings.text("objective") {
    case "standard": "attack: none in training; validation goes on attacking"
    case "trades": "attack: drives up KL from the clean prediction"
    default: "attack: drives up cross-entropy"
    }
  }

  private static func rows(_ settings: Settings) -> String {
    switch settings.text("objective") {
    case "standard": "rows: clean ones alone; running statistics move towards them, none is reset"
    case "at": "rows: adversarial ones alone; running statistics move towards them, none is reset"
    default: "rows: clean and adversarial, batching \(settings.text("batching")); no running statistic is reset"
    }
  }

  /// A dual norm is read as plain BN where training sees one domain.
  private static func evaluation(_ old: String, _ new: String, _ settings: Settings) -> String {
    let readings = ["standard": "set c alone, as plain BN", "at": "set a alone, as plain BN"]
    guard settings["norm"] == .text("dbn"), readings[old] != readings[new] else { return kept[1] }
    return "evaluation: changes at once, DBN is read by \(readings[new] ?? "the posterior of every pixel")"
  }

  // MARK: passes

  private static func batching(_ settings: Settings) -> [String] {
    switch settings.text("batching") {
    case "seq":
      [
        "passes: clean rows, then adversarial ones, each normalised by moments of their own",
        "running statistics: move twice a step, by .09 of the clean moments and .10 of the adversarial ones",
      ]
    case "seq3":
      [
        "passes: clean, adversarial, and clean again as the target of KL: half as much work again",
        "running statistics: move three times a step, by .181 of the clean moments and .09 of the adversarial ones",
      ]
    default:
      [
        "passes: one over clean and adversarial rows, normalised by common moments",
        "running statistics: move once a step, by .10 of the mixture's moments",
      ]
    }
  }

  private static func attackNorms(_ settings: Settings) -> [String] {
    switch settings.text("attack.bn") {
    case "batch-notrack":
      [
        "attack: its passes are normalised by the moments of their own batch; whole batches, which is slower",
        "running statistics: not moved by the attack; validation goes on attacking in eval mode",
      ]
    case "batch-track":
      [
        "attack: its passes are normalised by the moments of their own batch; whole batches, which is slower",
        "running statistics: moved by every iteration of the attack; validation goes on attacking in eval mode",
      ]
    default:
      ["attack: its passes are normalised by the running statistics, as in evaluation, and do not move them"]
    }
  }

  private static func perturbation(_ settings: Settings) -> [String] {
    settings.number("awp") == 0
      ? ["weights: no longer perturbed; a step costs a pass less"]
      : [
        "weights: moved up the loss by \(settings.formatted("awp")) of their norm for the pass that is trained on, then put back",
        "cost: one more pass, forward and back, a step; running statistics move in the pass that is trained on only",
      ]
  }

  // MARK: surgery

  private static func norms(_ old: Settings, _ new: Settings) -> [String] {
    let from = old.text("norm"), to = new.text("norm"), twoSets: Set = ["dbn", "split"]
    let consequence =
      switch (from, to) {
      case ("bn", _) where twoSets.contains(to):
        "evaluation: stays bit for bit; both sets start as copies of the running statistics, training differs at once"
      case (_, "bn") where twoSets.contains(from):
        "statistics: the two sets become their mixture; the function changes, :recalibrate measures them anew"
      case (_, _) where from == to: "statistics: copied where a place has both norms; the function may change"
      default: "γ and β: copied where both norms have them; the function changes"
      }
    return [
      "surgery: between two steps, also in a pause; a paused step is given up and run anew", consequence,
      "kept: weights, momentum, and the best weights so far with the norm they had",
      "reported: logit drift and accuracies before and after, on the validation images",
    ]
  }
}
