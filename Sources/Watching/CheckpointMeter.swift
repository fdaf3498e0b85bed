import Attacks
import Diagnostics
import Engine
import Evaluation
import Events
import Networks
import Recipe

/// Measures checkpoints one after the other on the same images, as the sentinel measures a run of our own: clean,
/// PGD-10, the quick tier, distances and PCA, the deep tier, and the causes of an alarm.
///
/// The gap is measured from PGD-10. Catastrophic overfitting leaves no such gap, because PGD finds it: where FGSM
/// claims far more than PGD-10, the gap is measured from FGSM. Causes explain what survives PGD-10 in either case.
struct CheckpointMeter {
  private let sentinel: Sentinel
  private let settings: Settings
  private var pictures = PictureBook()
  private let clock: () -> Double

  init(_ set: EvaluationSet, _ settings: Settings, clock: @escaping () -> Double) {
    sentinel = Sentinel(set, deepCount: settings[.sentinelDeepImages], seed: settings.runSeed)
    self.settings = settings
    self.clock = clock
  }

  /// What a quick check showed, and what it takes to go on from there.
  struct Quick {
    var probe: Probe
    var layers: LayerReport
    var scatter: ScatterReport
    /// The survivors that the gap is measured from, and the attack they survived.
    var base: Sentinel.QuickProbe
    var attack: any Attack
    /// The survivors of PGD-10, and PGD-10.
    var pgdBase: Sentinel.QuickProbe
    var pgd: any Attack
  }

  /// The quick check of a network. An error from `poll` ends it and changes nothing.
  mutating func checkQuickly(_ network: Network, step: Int, poll: () throws -> Void) throws -> Quick {
    let start = clock(), pgd = settings.referencePGD
    var book = pictures
    let (quick, images) = try sentinel.quick(afterStep: step, pgd, on: network, poll: poll)
    let fgsm = FGSM(norm: settings[.attackNorm], epsilon: Float(settings[.epsilon]))
    let survivors = try sentinel.survivors(of: fgsm, on: network, poll: poll)
    var base = (probe: quick, attack: pgd as any Attack), passes = quick.passes + sentinel.set.count * (fgsm.passes + 1)
    let lost = Set(survivors).subtracting(quick.survivors)
    let isOverfit = GapEvidence.isCatastrophic(
      fgsm: survivors.count, pgd10: quick.survivors.count, onlyFGSM: lost.count, n: sentinel.set.count)
    if isOverfit {
      base = (try sentinel.quick(afterStep: step, fgsm, on: network, poll: poll).probe, fgsm)
      passes += base.probe.passes
    }
    let drawn = try book.draw(afterStep: step, images, on: network, poll: poll)
    pictures = book
    var reading = base.probe.reading
    if isOverfit { reading.attack = fgsm.title }
    var probe = Probe(
      step: step, split: .test, weights: .current, clean: quick.clean, adversarial: quick.adversarial,
      attack: quick.attack, quick: reading, passes: passes + drawn.passes, seconds: clock() - start)
    probe.fgsm = Proportion(correct: survivors.count, n: sentinel.set.count)
    return Quick(
      probe: probe, layers: drawn.layers, scatter: drawn.scatter, base: base.probe, attack: base.attack,
      pgdBase: quick, pgd: pgd)
  }

  /// AutoAttack on the first images, at the weights of a quick check.
  func checkDeeply(_ network: Network, after quick: Quick, poll: () throws -> Void) throws -> Probe {
    let start = clock(), deep = try sentinel.deep(after: quick.base, quick.attack, on: network, poll: poll)
    var probe = quick.probe
    probe.quick = nil
    probe.deep = deep.reading
    probe.deep?.attack = quick.probe.quick?.attack
    probe.passes = deep.passes
    probe.seconds = clock() - start
    return probe
  }

  /// What may be wrong with a network whose clean accuracy is no better than guessing; nil when it is better.
  func guessing(
    _ network: Network, _ check: GuessingCheck, _ clean: Proportion, poll: () throws -> Void
  ) throws -> String? {
    try check.warning(network, on: sentinel.set, correct: clean.correct, poll: poll)?.message
  }

  /// What explains the gap of a quick check.
  func findCauses(_ network: Network, after quick: Quick, poll: () throws -> Void) throws -> [GapCause] {
    try sentinel.evidence(after: quick.pgdBase, quick.pgd, on: network, poll: poll).causes()
  }
}
