import Attacks
import Datasets
import Objectives

extension ObjectiveKind: KnobScalar {}
extension Batching: KnobScalar {}
extension TrainingAttackKind: KnobScalar {}
extension BallNorm: KnobScalar {}
extension PGD.Start: KnobScalar {}
extension AugmentationPolicy: KnobScalar {}

/// The outer loss, and how rows go through the network. docs/algorithms.md §2.
extension Knob<ObjectiveKind> {
  package static let objective = choice(
    KnobTraits("objective", confirms: true), initial: .mat,
    "training objective: standard, at, mat (γ, and β for the KL term), trades (β), mart (β)")
}

extension Knob<Batching> {
  package static let batching = choice(
    KnobTraits("batching", confirms: true, idle: Idle.unlessBothDomains), initial: .cat,
    "cat: one pass over clean and adversarial rows; seq: clean, then adversarial; seq3: seq plus clean again for KL")
}

extension Knob<Double> {
  package static let gamma = share(
    KnobTraits("gamma", symbol: "γ", idle: Idle.unless(objective: { $0.weights.contains(.gamma) })), initial: 0.5,
    "share of the clean loss in mat: γ·CE(x) + (1−γ)·CE(x′)")

  package static let beta = number(
    KnobTraits(
      "beta", symbol: "β", plausible: { _ in 0...20 }, idle: Idle.unless(objective: { $0.weights.contains(.beta) })),
    0...100, fine: 0.1, coarse: 1, initial: 0, "weight of KL(clean‖adversarial) in mat, trades and mart")

  package static let cleanRows = share(
    KnobTraits(
      "clean.rows",
      idle: { Idle.unlessBothDomains($0) ?? ($0[.batching] == .cat ? nil : "only used by batching cat") }),
    initial: 1, "cat: fraction of the clean rows kept in the batch; KL is computed on the pairs that remain")

  package static let awp = number(
    KnobTraits("awp", confirms: true), 0...1, fine: 0.001, coarse: 0.005, initial: 0,
    "adversarial weight perturbation, relative to the weight norm (0 = off)")
}

/// The attack on training images. docs/algorithms.md §1.
extension Knob<TrainingAttackKind> {
  package static let attack = choice(
    KnobTraits("attack", numbers: ["attack.steps"]), initial: .pgd, "attack on the training images")
}

extension Knob<BallNorm> {
  package static let attackNorm = choice(
    KnobTraits("attack.norm"), initial: .linf, "norm of the perturbation: linf or l2")
}

extension Knob<Double> {
  package static let epsilon = number(
    KnobTraits(
      "eps", symbol: "ε", unit: "of the pixel range", excludesLowerBound: true,
      plausible: { $0[.attackNorm] == .linf ? 0...0.33 : nil }), 1e-7...1, fine: 1 / 255, coarse: 4 / 255,
    style: .fraction, initial: 16 / 255, "perturbation radius")

  package static let attackStep = number(
    KnobTraits(
      "attack.step", unit: "of the pixel range", excludesLowerBound: true, plausible: { 0...2 * $0[.epsilon] },
      idle: Idle.unlessIterative), 0...1, fine: 0.5 / 255, coarse: 2 / 255, style: .fraction, initial: 4 / 255,
    "PGD step size")
}

extension Knob<Int> {
  package static let attackSteps = integer(
    KnobTraits("attack.steps", plausible: { _ in 1...50 }, idle: Idle.unlessIterative), 1...1000, coarse: 5,
    initial: 10, "PGD iterations")
}

extension Knob<PGD.Start> {
  package static let attackStart = choice(
    KnobTraits("attack.start", idle: Idle.unlessIterative), initial: .uniform,
    "PGD start: uniform in the ball, clean (the image), or noise: image + 0.001·N(0,1) "
      + "(as in the original TRADES and MART code)")
}

/// BN statistics in the passes of the training attack. Raw values are those of the setting `attack.bn`.
package enum AttackStatistics: String, KnobScalar, CaseIterable {
  case eval
  case batchWithoutTracking = "batch-notrack"
  case batchWithTracking = "batch-track"
}

extension Knob<AttackStatistics> {
  package static let attackMode = choice(
    KnobTraits(
      "attack.bn", confirms: true,
      idle: { settings in
        let type = settings[.objective].type
        return type.rows == .clean
          ? "not used by \(type.title)" : Idle.unless(norm: { $0.hasStatistics })(settings)
      }),
    initial: .eval,
    "BN statistics during the training attack: eval (running), batch-notrack (batch, no update), or batch-track "
      + "(batch, updating the running statistics)")
}

/// The optimizer. docs/algorithms.md §13.
extension Knob<Double> {
  package static let learningRate = number(
    KnobTraits("lr", plausible: { _ in 0...1 }), 0...100, fine: 1.1, coarse: 2, style: .logarithmic, initial: 0.1,
    "peak learning rate, scaled by the schedule")

  package static let momentum = number(
    KnobTraits("momentum", plausible: { _ in 0...0.99 }), 0...0.9999, fine: 0.01, coarse: 0.1, initial: 0.9,
    "SGD momentum")

  package static let weightDecay = number(
    KnobTraits("weight_decay", plausible: { _ in 0...0.01 }), 0...1, fine: 1.1, coarse: 2, style: .logarithmic,
    initial: 5e-4, "L2 weight decay")
}

extension Knob<Bool> {
  package static let nesterov = flag(
    KnobTraits("nesterov", idle: { $0[.momentum] > 0 ? nil : "not used with momentum 0" }), initial: true,
    "Nesterov momentum")

  package static let decaysNorms = flag(
    KnobTraits("weight_decay.norms", idle: { $0[.weightDecay] > 0 ? nil : "not used with weight_decay 0" }),
    initial: true,
    "also decay biases and the γ and β of normalization layers, as the paper's code does")
}

/// How the learning rate goes over the run. Raw values are those of the setting `schedule`.
package enum ScheduleKind: String, KnobScalar, CaseIterable {
  case oneCycle = "one-cycle"
  case trapezoid, piecewise, constant
}

extension Knob<ScheduleKind> {
  package static let schedule = choice(KnobTraits("schedule"), initial: .oneCycle, "learning-rate schedule")
}

extension Knob<AugmentationPolicy> {
  package static let augment = choice(
    KnobTraits("augment"), initial: .none,
    "random augmentation of the training images before the attack; code is what the paper's code does")
}
