import Spelling

/// Settings that are valid alone and exclude each other. Asked before a run starts and before every live change.
extension Settings {
  /// What excludes each other and the remedy, in one line; nil when nothing does.
  package var conflict: SettingError? {
    (lossConflict ?? startConflict ?? dualConflict ?? augmentConflict).map { SettingError($0) }
  }

  /// An objective that has no loss on the rows it gets.
  private var lossConflict: String? {
    let type = self[.objective].type, objective = objective
    guard type.rows == .both else { return nil }
    if self[.batching] == .seq3, !objective.comparesDomains {
      return
        "batching seq3 needs a KL term: \(type.title) has one only when beta > 0; set batching=seq, or beta=0.4 first"
    }
    guard self[.batching] == .cat, self[.cleanRows] == 0, objective.needsCleanRows else { return nil }
    guard type.weights.contains(.gamma) else {
      return "clean.rows 0: \(type.title) has no loss without clean rows; set clean.rows above 0"
    }
    return "clean.rows 0 with gamma \(formatted(.gamma)): no loss is left; set clean.rows above 0, or gamma below 1"
  }

  /// An attack on KL that starts at the image itself, where the gradient of KL is exactly 0.
  private var startConflict: String? {
    let type = self[.objective].type
    guard type.innerLoss == .divergence, trainingAttack.startsAtImage else { return nil }
    let culprit =
      self[.attack].type.isIterative
      ? "attack.start \(self[.attackStart].rawValue)" : "attack \(self[.attack].rawValue)"
    return "\(culprit): the \(type.title) attack would start where KL has no gradient and never move; set attack=pgd "
      + "with attack.start=uniform or noise"
  }

  /// A crop of the original image where there is none.
  private var augmentConflict: String? {
    guard self[.augment].needsOriginal, !self[.data].source.isDecoded else { return nil }
    return
      "augment \(self[.augment].rawValue) with data \(self[.data].rawValue): only image files have an original to crop; "
      + "set augment=code or standard"
  }

  /// What Dual BatchNorm cannot be trained with.
  private var dualConflict: String? {
    guard self[.norm].infersDomains else { return nil }
    let rows = self[.objective].type.rows
    if self[.dualReduction] == .sum, self[.dualWeight] >= 0.1 {
      return
        "dbn.reduction sum with dbn.weight \(formatted(.dualWeight)): a sum over all pixels drowns every other loss; "
        + "set dbn.weight below 0.1, or dbn.reduction=pixel-mean"
    }
    if self[.batching] != .cat, rows == .both {
      return
        "norm dbn with batching \(self[.batching].rawValue): DBN needs both domains in one pass; set batching=cat, "
        + "or norm=split"
    }
    if self[.attackMode] != .eval, rows != .clean {
      return
        "norm dbn with attack.bn \(self[.attackMode].rawValue): the passes of an attack hold one domain, DBN needs "
        + "both; set attack.bn=eval, or norm=split"
    }
    return nil
  }
}

extension Settings {
  /// The knobs that decide by which attack a run is measured.
  private static let measuring = [
    Knob.attack.declaration, Knob.attackNorm.declaration, Knob.epsilon.declaration, Knob.attackStep.declaration,
    Knob.attackSteps.declaration, Knob.attackStart.declaration,
  ]

  /// True when accuracies measured under both settings can be compared: the attack is the same.
  package func measuresLike(_ other: Settings) -> Bool {
    Settings.measuring.allSatisfy { knob in
      self[knob] == other[knob] || (knob.idleReason(in: self) != nil && knob.idleReason(in: other) != nil)
    }
  }
}
