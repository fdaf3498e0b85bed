import Attacks
import Evaluation
import Events
import Networks

/// The sequential deep tier. docs/algorithms.md §11.4.
extension Sentinel {
  /// Images that are attacked together before it is asked whether to go on.
  static let block = 8

  /// AutoAttack's attacks on what a quick check left, in the order of the images, until it is sure that the gap is above
  /// the threshold of `test`, or as good as sure that it is below, or `allowance` passes would be exceeded. The gap is
  /// that of the images up to there, and of what either tier broke.
  package func deepen(
    _ quick: QuickProbe, _ attack: any Attack, on network: Network, until test: SequentialTest, allowance: Int,
    memory: inout AttackMemory, poll: () throws -> Void
  ) throws -> DeepProbe {
    let logits = try logits(at: set.images, on: network)
    let look = Look(after: attack, in: set, logits: logits, on: network, seed: seed, memory: memory, team: team)
    var rest = quick.left[...]
    /// What is known of the images before the first that is still to be attacked.
    func reading() -> GapReading {
      let n = rest.first ?? quick.looked, left = Set(look.left)
      let attacked = quick.left.prefix(quick.left.count - rest.count)
      let survivors = quick.survivors.filter { $0 < n }
      let robust = attacked.count { left.contains($0) }
      return GapReading(
        step: quick.step, tier: .deep, n: n, survivors: survivors.count, broken: survivors.count - robust)
    }
    func isDecided(_ reading: GapReading) -> Bool {
      test.isSure(reading.broken, of: reading.n) || reading.n >= 2 * Self.block && reading.upper < test.threshold
    }
    while let first = rest.first, !isDecided(reading()) {
      let block = rest.prefix(Self.block), cost = expectedPasses(block.count, classes: network.classes)
      guard first == quick.left.first || set.count + look.passes + cost <= allowance else { break }
      try look.attack(Array(block), with: deepAttacks(classes: network.classes), poll: poll)
      rest = rest.dropFirst(block.count)
    }
    memory = look.memory
    var result = reading()
    result.breakers = look.breakers
    return DeepProbe(reading: result, passes: set.count + look.passes, warnings: [])
  }

  /// Those of AutoAttack that can still break what a quick check left: untargeted APGD is no stronger than it.
  private func deepAttacks(classes: Int) -> [any EvaluationAttack] {
    AttackSuite(.standard, classes: classes).attacks.map(\.base).filter { classes < 4 || !($0 is APGDCEAttack) }
  }

  /// What a sequential deep check costs at most before it can first stop.
  package func expectedFirstBlock(after quick: QuickProbe, classes: Int) -> Int {
    set.count + expectedPasses(min(Self.block, quick.left.count), classes: classes)
  }

  /// What AutoAttack's attacks cost at most on this many images.
  package func expectedPasses(_ images: Int, classes: Int) -> Int {
    AttackSuite(.standard, classes: classes).attacks.reduce(0) { sum, attack in
      let (forwards, backwards) = attack.base.passes(classes: classes)
      return sum + images * (forwards + backwards)
    }
  }
}
