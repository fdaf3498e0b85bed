/// Settings that are well alone and cannot be together. Asked before a run starts and before every live change.
extension Settings {
  /// What cannot be together and the remedy, in one line; nil when all can.
  public var conflict: SettingError? {
    let objective = text("objective"), batching = text("batching")
    if batching == "seq3", ["mat", "mart"].contains(objective), number("beta") == 0 {
      return SettingError(
        "batching seq3: its third pass is the clean side of KL, which \(Knob.title(ofObjective: objective)) has with "
          + "beta > 0 only; set batching=seq, or beta=0.4 first")
    }
    if batching == "cat", objective == "trades", number("clean.rows") == 0 {
      return SettingError("clean.rows 0: TRADES has no loss without clean rows; give clean.rows more than 0")
    }
    if batching == "cat", objective == "mat", number("clean.rows") == 0, number("gamma") == 1 {
      return SettingError(
        "clean.rows 0 with gamma 1: no loss is left; give clean.rows more than 0, or gamma less than 1")
    }
    if objective == "trades", let start = startWithoutGradient {
      return SettingError(
        "\(start): TRADES' attack starts where KL has no gradient and would go nowhere; set attack=pgd with "
          + "attack.start=uniform or noise")
    }
    guard isDual else { return nil }
    if text("dbn.reduction") == "sum", number("dbn.weight") >= 0.1 {
      return SettingError(
        "dbn.reduction sum with dbn.weight \(formatted("dbn.weight")): a sum over all pixels drowns every other loss; give "
          + "dbn.weight less than 0.1, or dbn.reduction=pixel-mean")
    }
    if batching != "cat", Knob.twoKinds.contains(objective) {
      return SettingError(
        "norm dbn with batching \(batching): DBN needs both domains in one pass; set batching=cat, or norm=split")
    }
    if text("attack.bn") != "eval", objective != "standard" {
      return SettingError(
        "norm dbn with attack.bn \(text("attack.bn")): an attack's passes hold one domain, DBN needs both; set "
          + "attack.bn=eval, or norm=split")
    }
    return nil
  }

  /// The setting by which the attack starts at the image itself, where the gradient of KL is exactly 0.
  private var startWithoutGradient: String? {
    if text("attack") == "fgsm" { return "attack fgsm" }
    return text("attack.start") == "clean" ? "attack.start clean" : nil
  }

  /// True when the norm is Dual BatchNorm.
  private var isDual: Bool { self["norm"] == .text("dbn") }
}

extension Settings {
  /// The knobs that decide by which attack a run is measured.
  private static let measuring = ["attack", "attack.norm", "eps", "attack.step", "attack.steps", "attack.start"]

  /// True when accuracies measured under both settings can be compared: the attack is the same.
  public func measuresLike(_ other: Settings) -> Bool {
    Settings.measuring.allSatisfy { name in
      let isIdle = Knob.named(name).map { $0.idleReason(in: self) != nil && $0.idleReason(in: other) != nil } ?? false
      return isIdle || self[name] == other[name]
    }
  }
}
