import Recipe
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
    let knob = try #require(AnyKnob.named(name))
    #expect(knob.idleReason(in: settings) == reason)
  }
}

@Suite struct NormUseTests {
  @Test(arguments: [
    (["norm=dbn"], "dbn.temperature", nil), (["norm=dbn"], "dbn.weight", nil),
    (["norm=bn"], "dbn.weight", "not used by norm bn"),
    (["norm=dbn", "objective=at"], "dbn.weight", "not used by AT: batches have one domain"),
    (["norm=dbn", "clean.rows=0", "gamma=0"], "dbn.reduction", "not used with clean.rows 0: batches have one domain"),
    (["norm=bn"], "attack.bn", nil), (["norm=split"], "attack.bn", nil),
    (["norm=gn"], "attack.bn", "not used by norm gn"),
    (["norm=none", "objective=standard"], "attack.bn", "not used by standard training"),
  ]) func `settings of normalization layers say when they do nothing`(
    changes: [String], name: String, reason: String?
  ) throws {
    var settings = Settings()
    for change in changes { try settings.apply(assignment: change) }
    #expect(try #require(AnyKnob.named(name)).idleReason(in: settings) == reason)
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
          let isRefused = ["mat", "mart"].contains(objective) && batching == "seq3" && beta == "0"
          #expect((conflict != nil) == isRefused, "\(objective) \(batching) \(beta)")
          #expect(
            !isRefused || conflict?.description.contains("\(objective.uppercased()) has one only when beta > 0") == true
          )
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

  /// docs/algorithms.md §2: at the image itself the gradient of KL is exactly 0.
  @Test func `an attack on KL does not start at the image`() throws {
    for (objective, attack, start, isRefused) in [
      ("trades", "pgd", "clean", true), ("trades", "pgd", "uniform", false), ("trades", "pgd", "noise", false),
      ("trades", "fgsm", "uniform", true), ("mat", "pgd", "clean", false), ("mart", "fgsm", "clean", false),
    ] {
      let conflict = try settings([("objective", objective), ("attack", attack), ("attack.start", start)]).conflict
      #expect((conflict != nil) == isRefused, "\(objective) \(attack) \(start)")
    }
  }

  /// docs/algorithms.md §9: never a pixel sum with λ ≈ 1.
  @Test func `a sum of the NLL over pixels wants a small weight`() throws {
    for (norm, reduction, weight, isRefused) in [
      ("dbn", "sum", "1", true), ("dbn", "sum", "0.1", true), ("dbn", "sum", "1e-5", false),
      ("dbn", "pixel-mean", "1", false), ("dbn", "row-mean", "1", false), ("bn", "sum", "1", false),
    ] {
      let changes = [("norm", norm), ("dbn.reduction", reduction), ("dbn.weight", weight)]
      #expect((try settings(changes).conflict != nil) == isRefused, "\(changes)")
    }
  }

  @Test func `what is unusual is named where it is used`() throws {
    #expect(try settings([]).labels == [])
    let unusual = [("batching", "seq"), ("attack.bn", "batch-notrack"), ("awp", "0.005")]
    #expect(try settings(unusual).labels == ["batching seq", "attack.bn batch-notrack", "awp 0.005"])
    #expect(try settings(unusual + [("objective", "standard")]).labels == ["awp 0.005"])
  }

  @Test func `TRADES and MART without their KL term are allowed and pointed out`() throws {
    for (objective, beta, said) in [
      ("trades", "0", "TRADES with beta 0"), ("mart", "0", "MART with beta 0"), ("trades", "6", nil), ("mat", "0", nil),
    ] {
      let caution = try settings([("objective", objective), ("beta", beta)]).caution
      #expect(caution.map { $0.hasPrefix(said ?? "?") } == said.map { _ in true })
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

/// A setting that does nothing says so: under some settings each one that is not always used is used, under others not.
@Suite struct KnobIdleTests {
  /// Settings under which knobs are used or not.
  private static let recipes: [[(String, String)]] = [
    [], [("data", "cifar-10")], [("objective", "at")], [("objective", "trades"), ("beta", "6")],
    [("norm", "dbn")], [("norm", "gn")], [("attack", "fgsm")], [("model", "wide-resnet")],
    [("model", "preact-resnet18")],
    [("schedule", "trapezoid")], [("schedule", "piecewise")], [("steps", "0")], [("momentum", "0")],
    [("weight_decay", "0")], [("sentinel.every", "0"), ("sentinel.deep_every", "0")], [("objective", "standard")],
    [("batching", "seq")], [("data", "folder")], [("sentinel.sequential", "off")],
  ]
  /// Knobs that some runs do not use.
  private static let sometimes: Set<String> = [
    "gamma", "beta", "batching", "clean.rows", "attack.step", "attack.steps", "attack.start", "attack.bn", "nesterov",
    "weight_decay.norms", "norm.layers", "norm.affine", "dbn.weight", "dbn.reduction", "dbn.temperature",
    "sentinel.budget", "sentinel.watch", "sentinel.alarm", "sentinel.real", "sentinel.pause", "sentinel.bank",
    "sentinel.margin", "sentinel.small", "sentinel.square", "sentinel.sequential", "sentinel.deep_images", "data.dir",
    "data.seed",
    "data.size",
    "data.channels", "data.train", "data.test", "data.truth", "data.shape", "data.texture", "data.background",
    "data.noise", "depth", "widen", "final_norm", "activation", "shortcut", "data.resize", "data.crop",
    "data.skip_broken", "data.gray", "epochs", "lr.warmup",
    "lr.flat", "lr.drops",
  ]

  @Test func `every knob is used by some run, and those that are not always say when`() throws {
    let all = try Self.recipes.map { recipe in
      var settings = Settings()
      for (name, value) in recipe { try settings.set(name, parsing: value) }
      return settings
    }
    for knob in AnyKnob.all {
      let reasons = all.map { knob.idleReason(in: $0) }
      #expect(reasons.contains { $0 == nil }, "\(knob.name) is never used")
      #expect(reasons.contains { $0 != nil } == Self.sometimes.contains(knob.name), "\(knob.name)")
      for case let reason? in reasons { #expect(reason.contains("use"), "\(knob.name): \(reason)") }
    }
  }
}
