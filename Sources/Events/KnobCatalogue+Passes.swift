/// How the outer pass and the attack treat the two kinds of rows. ALGORITHMS §2.1, §2.4, §2.5.
extension Knob {
  static let passes: [Knob] = [
    Knob(
      "batching", .choice(["cat", "seq", "seq3"]), .text("cat"), confirms: true, idle: unlessObjective(has: twoKinds),
      "cat: clean and adversarial rows in one pass; seq: clean, then adversarial; seq3: and clean again for KL"),
    Knob(
      "clean.rows", .number(0...1, fine: 0.01, coarse: 0.1), .number(1),
      idle: {
        unlessObjective(has: twoKinds)($0) ?? ($0.text("batching") == "cat" ? nil : "only used by batching cat")
      },
      "cat: share of the batch's clean rows that join the adversarial ones; KL is on the pairs there are"),
    Knob(
      "awp", .number(0...1, fine: 0.001, coarse: 0.005), .number(0), confirms: true,
      "adversarial weight perturbation: ascent of the weights, as a share of their norm; 0: off"),
  ]

  /// Belongs to the attack, and is listed with it.
  static let attackNormalisation = Knob(
    "attack.bn", .choice(["eval", "batch-notrack", "batch-track"]), .text("eval"), confirms: true,
    idle: { $0.text("objective") == "standard" ? "not used by standard training" : nil },
    "norms while training images are attacked: running values, batch moments, or those moving the running values too")
}
