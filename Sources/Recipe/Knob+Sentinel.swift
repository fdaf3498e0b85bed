/// The sentinel: how often it checks for false robustness, at what cost, and when it raises the alarm.
/// docs/algorithms.md §11.4.
extension Knob<Int> {
  package static let sentinelEvery = integer(
    KnobTraits("sentinel.every", unit: "steps"), 0...1_000_000, coarse: 25, initial: 25,
    "minimum steps between quick checks (0 disables)")

  package static let sentinelDeepEvery = integer(
    KnobTraits("sentinel.deep_every", unit: "steps"), 0...1_000_000, coarse: 100, initial: 200,
    "minimum steps between deep checks with AutoAttack (0 disables)")

  package static let sentinelImages = integer(
    KnobTraits("sentinel.images", unit: "images", effect: .atStart), 16...100_000, coarse: 32, initial: 128,
    "validation images used by the checks")

  package static let sentinelDeepImages = integer(
    KnobTraits("sentinel.deep_images", unit: "images", effect: .atStart, idle: Idle.whileSequential), 8...100_000,
    coarse: 8, initial: 32,
    "how many of them, from the first on, a deep check attacks where it is not sequential")

  package static let sentinelSquare = integer(
    KnobTraits("sentinel.square", unit: "queries", idle: Idle.unlessChecking), 0...10_000, coarse: 50, initial: 100,
    "queries of Square in a quick check, which goes on where it was at the last one (0 leaves it out)")
}

extension Knob<Double> {
  package static let sentinelBudget = share(
    KnobTraits("sentinel.budget", unit: "of the passes of training", idle: Idle.unlessChecking), coarse: 0.05,
    initial: 0.1,
    "compute budget of the checks, as a fraction of training passes; checks are spaced out to stay within it")

  package static let sentinelWatch = share(
    KnobTraits("sentinel.watch", idle: Idle.unlessChecking), coarse: 0.05, initial: 0.15,
    "gap between PGD and stronger attacks that counts as suspicious (state watch)")

  package static let sentinelAlarm = share(
    KnobTraits("sentinel.alarm", idle: Idle.unlessChecking), coarse: 0.05, initial: 0.25,
    "gap that raises the alarm (one check that is sure of it, or three consecutive ones)")

  package static let sentinelReal = share(
    KnobTraits("sentinel.real", idle: Idle.unlessChecking), coarse: 0.05, initial: 0.33,
    "two consecutive suspicious gaps raise the alarm when less than this fraction of PGD's accuracy is real")
}

/// Checkpoints to go on from.
extension Knob<Double> {
  package static let checkpointMinutes = number(
    KnobTraits("checkpoint.minutes"), 0...10_000, fine: 1, coarse: 10, initial: 5,
    "minutes between checkpoints to resume from; one is also written after every epoch (0: only then)")
}

extension Knob<Int> {
  package static let checkpointKeep = integer(
    KnobTraits("checkpoint.keep"), 1...1_000_000, coarse: 10, initial: 3,
    "how many of these are kept, the newest; those before a change, at an alarm and asked for always are")
}

extension Knob<Bool> {
  package static let sentinelBank = flag(
    KnobTraits("sentinel.bank", idle: Idle.unlessChecking), initial: true,
    "replay the perturbations that broke an image at earlier checks, before anything else")

  package static let sentinelMargin = flag(
    KnobTraits("sentinel.margin", idle: Idle.unlessChecking), initial: true,
    "attack the margin to the three nearest classes; off: APGD-T, 10 iterations, 3 targets")

  package static let sentinelSmallSteps = flag(
    KnobTraits("sentinel.small", idle: Idle.unlessChecking), initial: true,
    "also attack with PGD in small steps, at the full and at a quarter of the radius")

  package static let sentinelSequential = flag(
    KnobTraits("sentinel.sequential", idle: Idle.unlessChecking), initial: true,
    "deep checks go on image by image until they are sure; off: a fixed number of images")

  package static let sentinelPause = flag(
    KnobTraits("sentinel.pause", idle: Idle.unlessChecking), initial: false, "pause training at an alarm")
}
