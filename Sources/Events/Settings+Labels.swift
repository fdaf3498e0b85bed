/// What should be said of settings beside their values.
extension Settings {
  /// The ways of training that reports of a run tend to leave out, where they are not the usual ones: `batching seq`,
  /// `attack.bn batch-track`, `awp 0.005`. ALGORITHMS §2.4.
  public var labels: [String] {
    let usual = [("batching", "cat"), ("attack.bn", "eval"), ("awp", "0")]
    return usual.compactMap { name, value in
      guard let knob = Knob.named(name), knob.idleReason(in: self) == nil, formatted(name) != value else { return nil }
      return "\(name) \(formatted(name))"
    }
  }

  /// What is allowed and hardly meant, with the remedy, in one line; nil when there is nothing.
  public var caution: String? {
    let objective = text("objective")
    guard ["trades", "mart"].contains(objective), number("beta") == 0 else { return nil }
    return "\(Knob.title(ofObjective: objective)) with beta 0 has no KL term; its authors have "
      + (objective == "trades" ? "beta=6" : "beta=5")
  }
}
