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

@Suite struct ConflictTests {
  private func settings(_ changes: [(String, String)]) throws -> Settings {
    var settings = Settings()
    for (name, value) in changes { try settings.set(name, parsing: value) }
    return settings
  }

  @Test func `every pair of objective and batching is defined or refused in one line`() throws {
    for objective in ["standard", "at", "mat", "trades", "mart"] {
      for batching in ["cat", "seq", "seq3"] {
        for beta in ["0", "1"] {
          let conflict = try settings([("objective", objective), ("batching", batching), ("beta", beta)]).conflict
          #expect((conflict != nil) == (objective == "mat" && batching == "seq3" && beta == "0"))
        }
      }
    }
  }

  @Test func `dual norms want both domains at a time`() throws {
    for (objective, batching, attack, isRefused) in [
      ("mat", "cat", "eval", false), ("mat", "seq", "eval", true), ("trades", "seq3", "eval", true),
      ("at", "seq", "eval", false), ("at", "cat", "batch-track", true), ("standard", "seq", "batch-notrack", false),
      ("mart", "cat", "batch-notrack", true),
    ] {
      let changes = [("objective", objective), ("batching", batching), ("attack.bn", attack), ("beta", "1")]
      #expect(
        (try settings(changes + [("norm", "dbn")]).conflict != nil) == isRefused, "\(objective) \(batching) \(attack)")
      #expect(try settings(changes + [("norm", "split")]).conflict == nil)
    }
  }

  @Test func `accuracies can be compared while the attack is the same`() throws {
    let start = Settings()
    for (name, value, isLike) in [
      ("eps", "8/255", false), ("attack", "fgsm", false), ("attack.steps", "20", false),
      ("attack.start", "noise", false),
      ("gamma", "0.1", true), ("objective", "at", true), ("attack.bn", "batch-track", true), ("lr", "1", true),
    ] { #expect(try settings([(name, value)]).measuresLike(start) == isLike, "\(name)") }
    // FGSM does not read the steps of PGD.
    let single = try settings([("attack", "fgsm")])
    #expect(try settings([("attack", "fgsm"), ("attack.steps", "20")]).measuresLike(single))
  }
}
