/// The sentinel's settings: how often it looks for false robustness, for how much, and when it sounds. ALGORITHMS §11.4.
extension Knob {
  static let sentinel: [Knob] = [
    Knob(
      "sentinel.every", .integer(0...1_000_000, fine: 1, coarse: 25), .integer(25), unit: "steps",
      "steps between quick looks for false robustness, at least; 0: none"),
    Knob(
      "sentinel.deep_every", .integer(0...1_000_000, fine: 1, coarse: 100), .integer(200), unit: "steps",
      "steps between looks with AutoAttack, at least; 0: none"),
    Knob(
      "sentinel.budget", .number(0...1, fine: 0.01, coarse: 0.05), .number(0.1), unit: "of the passes of training",
      "what the sentinel may cost; its looks become rarer rather than dearer"),
    Knob(
      "sentinel.watch", .number(0...1, fine: 0.01, coarse: 0.05), .number(0.15),
      "gap between PGD and stronger attacks above which it is watched"),
    Knob(
      "sentinel.alarm", .number(0...1, fine: 0.01, coarse: 0.05), .number(0.25),
      "gap above which it is an alarm, in two quick looks running or one deep one"),
    Knob("sentinel.pause", .flag, .flag(false), "pause training at an alarm"),
    Knob(
      "sentinel.images", .integer(16...100_000, fine: 1, coarse: 32), .integer(128), unit: "images", effect: .atStart,
      "validation images that the sentinel looks at"),
    Knob(
      "sentinel.deep_images", .integer(8...100_000, fine: 1, coarse: 8), .integer(32), unit: "images", effect: .atStart,
      "the first of these, for AutoAttack"),
  ]
}
