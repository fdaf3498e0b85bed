/// Which settings leave a knob without effect: the rules that the catalogue uses.
extension Knob {
  /// The objectives that have clean and adversarial rows.
  static let twoKinds: Set<String> = ["mat", "trades", "mart"]

  /// For knobs that only some objectives read: `not used by AT`.
  static func unlessObjective(has names: Set<String>) -> @Sendable (Settings) -> String? {
    { settings in
      let name = settings.text("objective")
      return names.contains(name) ? nil : "not used by \(Knob.title(ofObjective: name))"
    }
  }

  /// An objective as it is written in a sentence: `AT`, `standard training`.
  public static func title(ofObjective name: String) -> String {
    name == "standard" ? "standard training" : name.uppercased()
  }

  /// For knobs that only some norms read: `not used by norm bn`.
  static func unlessNorm(in names: Set<String>) -> @Sendable (Settings) -> String? {
    { names.contains($0.text("norm")) ? nil : "not used by norm \($0.text("norm"))" }
  }

  /// For knobs that only PGD reads.
  static let unlessPGD: @Sendable (Settings) -> String? = { settings in
    settings.text("attack") == "pgd" ? nil : "not used by \(settings.text("attack").uppercased())"
  }
}
