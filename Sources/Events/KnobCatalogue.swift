/// Every setting, in the order in which Controls and `presets show` list them.
extension Knob {
  /// All settings: the live ones first, then those fixed at the start of a run.
  public static let all: [Knob] =
    training + passes + attack + optimizer + augmentation + norms + sentinel + data + network + schedule

  /// The setting of that name, or of that sign: `gamma`, `γ`.
  public static func named(_ name: String) -> Knob? { byName[name] ?? all.first { $0.symbol == name } }

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

  private static let training: [Knob] = [
    Knob(
      "objective", .choice(["standard", "at", "mat", "trades", "mart"]), .text("mat"), confirms: true,
      "outer loss: standard, at, mat (γ, and β for the KL term), trades (β), mart (β)"),
    Knob(
      "gamma", symbol: "γ", .number(0...1, fine: 0.01, coarse: 0.1), .number(0.5), idle: unlessObjective(has: ["mat"]),
      "share of the clean loss in mat: γ·CE(x) + (1−γ)·CE(x′)"),
    Knob(
      "beta", symbol: "β", .number(0...100, fine: 0.1, coarse: 1), .number(0), idle: unlessObjective(has: twoKinds),
      "weight of KL(clean‖adversarial) in mat, trades and mart"),
  ]

  private static let norms: [Knob] = [
    Knob(
      "norm", .choice(["bn", "dbn", "split", "in", "gn", "none"]), .text("bn"), effect: .surgery, confirms: true,
      "normalisation: bn, dbn (dual), split (a set per domain), in, gn, none"),
    Knob(
      "norm.layers", .text, .text("stage-ends"), effect: .surgery, rule: normPlaces, confirms: true,
      idle: unlessNorm(in: ["dbn", "split"]),
      "which norms dbn and split replace: stage-ends, all, or numbers from 0"),
    Knob(
      "norm.affine", .choice(["default", "shared", "separate", "on", "off"]), .text("default"), effect: .surgery,
      confirms: true, idle: unlessNorm(in: ["split", "in", "gn"]),
      "γ and β of norms; split: shared or separate; gn, in: on or off"),
    Knob(
      "dbn.weight", symbol: "λ", .number(0...100, fine: 1.1, coarse: 2, style: .logarithmic), .number(1e-3),
      idle: unlessNorm(in: ["dbn"]),
      "weight of the NLL of the domains in dbn"),
    Knob(
      "dbn.reduction", .choice(["pixel-mean", "row-mean", "sum"]), .text("pixel-mean"), idle: unlessNorm(in: ["dbn"]),
      "dbn: how the NLL is summed over a batch's pixels"),
    Knob(
      "dbn.temperature", symbol: "τ", .number(1e-6...1000, fine: 1.1, coarse: 2, style: .logarithmic), .number(1),
      idle: unlessNorm(in: ["dbn"]), "dbn: the posterior is sigmoid(s/τ)"),
  ]

  private static let normPlaces = TextRule(
    accepted: "stage-ends, all, or rising whole numbers with commas between"
  ) { text in
    if text == "stage-ends" || text == "all" { return true }
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Int($0.filter { $0 != " " }) }
    return numbers.count == parts.count && numbers.allSatisfy { $0 >= 0 }
      && zip(numbers, numbers.dropFirst()).allSatisfy(<)
  }

  private static let attack: [Knob] = [
    Knob("attack", .choice(["pgd", "fgsm"]), .text("pgd"), "how training images are attacked"),
    Knob("attack.norm", .choice(["linf", "l2"]), .text("linf"), "norm of the attack's ball"),
    Knob(
      "eps", symbol: "ε", .number(0...1, fine: 1 / 255, coarse: 4 / 255, style: .fraction),
      .number(16 / 255), unit: "of the pixel range", excludesLowerBound: true, "radius of the attack's ball"),
    Knob(
      "attack.step", .number(0...1, fine: 0.5 / 255, coarse: 2 / 255, style: .fraction),
      .number(4 / 255), unit: "of the pixel range", excludesLowerBound: true, idle: unlessPGD,
      "step size of PGD"),
    Knob(
      "attack.steps", .integer(1...1000, fine: 1, coarse: 5), .integer(10), idle: unlessPGD,
      "iterations of PGD"),
    Knob(
      "attack.start", .choice(["uniform", "clean", "noise"]), .text("uniform"), idle: unlessPGD,
      "where PGD starts: uniform in the ball, at the image, or image + 0.001·N(0,1) (TRADES and MART of their authors)"),
    attackNormalisation,
  ]

  private static let optimizer: [Knob] = [
    Knob(
      "lr", .number(0...100, fine: 1.1, coarse: 2, style: .logarithmic), .number(0.1),
      "peak learning rate; the schedule scales it"),
    Knob("momentum", .number(0...0.9999, fine: 0.01, coarse: 0.1), .number(0.9), "momentum of SGD"),
    Knob("nesterov", .flag, .flag(true), "Nesterov momentum"),
    Knob(
      "weight_decay", .number(0...1, fine: 1.1, coarse: 2, style: .logarithmic), .number(5e-4),
      "L2 decay of the parameters"),
    Knob(
      "weight_decay.norms", .flag, .flag(true),
      "weight_decay also on biases and the γ and β of norms, as in the paper's programs"),
    Knob(
      "schedule", .choice(["one-cycle", "trapezoid", "piecewise", "constant"]), .text("one-cycle"),
      "how lr goes over the run"),
  ]

  private static let augmentation: [Knob] = [
    Knob(
      "augment", .choice(["none", "code", "paper-text", "ates", "standard", "locuslab"]), .text("none"),
      "random changes of the training images before the attack: code is what the paper's programs do")
  ]

  private static let data: [Knob] = [
    Knob(
      "data", .choice(["mirage", "fashion-mnist", "cifar10", "cifar100", "imagenette"]), .text("mirage"),
      effect: .atStart, "the images"),
    Knob("data.dir", .text, .text(""), effect: .atStart, "folder of the data set's files; empty: the usual places"),
    Knob(
      "data.seed", .integer(0...Int(Int32.max), fine: 1, coarse: 10), .integer(0), effect: .atStart,
      "mirage: seed of patterns and images"),
    Knob(
      "data.size", .integer(8...64, fine: 4, coarse: 8), .integer(16), unit: "pixels", effect: .atStart,
      "mirage: side of an image, a multiple of 4"),
    Knob("data.channels", .integer(1...3, fine: 1, coarse: 1), .integer(1), effect: .atStart, "mirage: channels"),
    Knob(
      "data.train", .integer(64...1_000_000, fine: 1, coarse: 1024), .integer(4096), unit: "images", effect: .atStart,
      "mirage: training images, validation included"),
    Knob(
      "data.test", .integer(16...1_000_000, fine: 1, coarse: 1024), .integer(1024), unit: "images", effect: .atStart,
      "mirage: test images"),
    Knob(
      "data.truth", .number(0...1, fine: 0.01, coarse: 0.1), .number(0.7), effect: .atStart,
      "mirage: how often the shape tells the class"),
    Knob(
      "data.shape", .number(0...1, fine: 0.01, coarse: 0.1), .number(0.16), effect: .atStart,
      "mirage: amplitude of the shape"),
    Knob(
      "data.texture", .number(0...1, fine: 0.01, coarse: 0.1), .number(0.05), effect: .atStart,
      "mirage: amplitude of the fragile texture"),
    Knob(
      "data.background", .number(0...1, fine: 0.01, coarse: 0.1), .number(0.10), effect: .atStart,
      "mirage: amplitude of the background"),
    Knob(
      "data.noise", .number(0...1, fine: 0.01, coarse: 0.1), .number(0.01), effect: .atStart,
      "mirage: standard deviation of the pixel noise"),
    Knob(
      "validation.fraction", .number(0...0.5, fine: 0.01, coarse: 0.1), .number(0.1), effect: .atStart,
      excludesLowerBound: true, "share of the training images kept for validation"),
    Knob(
      "validation.limit", .integer(1...100_000, fine: 1, coarse: 100), .integer(256), unit: "images", effect: .atStart,
      "at most so many validation images are used at a time"),
    Knob(
      "validation.every", .integer(0...1_000_000, fine: 1, coarse: 25), .integer(25), unit: "steps", effect: .atStart,
      "steps between validations; 0: once an epoch"),
    Knob(
      "validation.best", .choice(["sum", "adversarial"]), .text("sum"), effect: .atStart,
      "best weights: highest sum of clean and adversarial accuracy (the paper), or adversarial alone (its programs)"),
    Knob(
      "test.limit", .integer(1...100_000, fine: 1, coarse: 100), .integer(1000), unit: "images", effect: .atStart,
      "at most so many test images in the final table"),
  ]

  private static let network: [Knob] = [
    Knob(
      "model",
      .choice([
        "conv4", "preact-mini", "preact-resnet18", "preact-resnet20", "resnet34", "resnet34-cifar", "small-cnn",
      ]), .text("conv4"), effect: .atStart, "the network"),
    Knob(
      "width", .integer(1...512, fine: 1, coarse: 16), .integer(16), unit: "channels", effect: .atStart,
      "channels of the first layer; the others follow"),
    Knob(
      "final_norm", .flag, .flag(false), effect: .atStart,
      "preact-resnet18: BN-ReLU before the pooling (locuslab variant)"),
  ]

  private static let schedule: [Knob] = [
    Knob(
      "steps", .integer(0...100_000_000, fine: 1, coarse: 100), .integer(400), unit: "steps", effect: .atStart,
      "length of the run; 0: as many as `epochs` need"),
    Knob(
      "epochs", .integer(1...100_000, fine: 1, coarse: 10), .integer(80), unit: "epochs", effect: .atStart,
      "length of the run when `steps` is 0"),
    Knob(
      "batch", .integer(1...65_536, fine: 1, coarse: 16), .integer(128), unit: "images", effect: .atStart,
      "clean images a step; as many adversarial ones join them"),
    Knob(
      "seed", .integer(0...Int(Int32.max), fine: 1, coarse: 10), .integer(0), effect: .atStart,
      "seed of weights, order and attacks"),
    Knob(
      "lr.warmup", .number(0...1, fine: 0.01, coarse: 0.1), .number(0.2), effect: .atStart,
      "one-cycle, trapezoid: share of the run in which lr rises"),
    Knob(
      "lr.flat", .number(0...1, fine: 0.01, coarse: 0.1), .number(0.75), effect: .atStart,
      "trapezoid: share of the run after which lr falls to 0"),
    Knob(
      "lr.drops", .text, .text("0.5,0.6875,0.875"), effect: .atStart, rule: risingShares,
      "piecewise: shares of the run after which lr is divided by ten"),
  ]

  private static let risingShares = TextRule(accepted: "rising numbers in 0 … 1 with commas between, or nothing") {
    text in
    if text.isEmpty { return true }
    guard let shares = Fraction.parseList(text) else { return false }
    return shares.allSatisfy((0...1).contains) && zip(shares, shares.dropFirst()).allSatisfy(<)
  }
}
