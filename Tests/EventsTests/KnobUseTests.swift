import Events
import Testing

@Suite struct KnobUseTests {
  @Test(arguments: [
    ("gamma", "at", "pgd", "not used by AT"), ("gamma", "trades", "pgd", "not used by TRADES"),
    ("gamma", "mat", "pgd", nil), ("beta", "standard", "pgd", "not used by standard training"),
    ("beta", "mart", "pgd", nil), ("beta", "trades", "fgsm", nil), ("attack.steps", "mat", "fgsm", "not used by FGSM"),
    ("attack.start", "at", "fgsm", "not used by FGSM"), ("attack.step", "standard", "pgd", nil),
    ("eps", "at", "fgsm", nil),
  ]) func `a knob says when it does nothing`(name: String, objective: String, attack: String, reason: String?) throws {
    var settings = Settings()
    try settings.set("objective", to: .text(objective))
    try settings.set("attack", to: .text(attack))
    let knob = try #require(Knob.named(name))
    #expect(knob.idleReason(in: settings) == reason)
  }
}
