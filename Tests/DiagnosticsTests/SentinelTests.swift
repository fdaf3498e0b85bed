import Attacks
import Diagnostics
import Evaluation
import Events
import Networks
import Tensors
import TestSupport
import Testing

/// The sentinel on the reference's networks, of which one is robust and one falsely so.
struct SentinelTests {
  private let attack = PGD(epsilon: 16 / 255, stepSize: 4 / 255)

  @Test func falseRobustnessIsFoundNamedAndConfirmed() throws {
    let network = try referenceNetwork("masked"), sentinel = try referenceSentinel(64)
    let quick = try sentinel.quick(afterStep: 25, attack, on: network) {}.probe
    let deep = try sentinel.deep(after: quick, attack, on: network) {}
    let full = try sentinel.deep(after: quick, attack, on: network, isFull: true) {}
    #expect(quick.reading.gap > 0.25 && quick.reading.tier == .quick && quick.reading.n == 64)
    #expect(deep.reading.tier == .deep && deep.reading.n == 16 && full.reading.tier == .full && full.reading.n == 64)
    #expect(full.reading.gap >= 0.25)
    // The linter ran before it, on the whole probe, and names images of it.
    #expect(deep.warnings.isEmpty)
    let saturated = try #require(full.warnings.first { $0.kind == .saturatedCrossEntropy })
    #expect(!saturated.examples.isEmpty && saturated.examples.allSatisfy((0..<64).contains))

    var alarm = GapAlarm()
    _ = alarm.take(quick.reading)
    for reading in [quick.reading, deep.reading, quick.reading] { _ = alarm.take(reading) }
    #expect(alarm.state == .alarm)
    #expect(alarm.confirm(with: full.reading)?.state == .confirmed)

    let evidence = try sentinel.evidence(after: quick, attack, on: network) {}
    let kinds = evidence.causes().map(\.kind)
    #expect(kinds.contains(.targeted) && kinds.contains(.saturatedLogits), "\(evidence)")
    #expect(!kinds.contains(.zeroGradient) && evidence.zeroGradient == 0)
    #expect(evidence.saturated > evidence.clean / 5 && evidence.passes > quick.passes)
  }

  @Test func trueRobustnessIsLeftAlone() throws {
    let network = try referenceNetwork("at"), sentinel = try referenceSentinel(64)
    let quick = try sentinel.quick(afterStep: 25, attack, on: network) {}.probe
    let deep = try sentinel.deep(after: quick, attack, on: network) {}
    var alarm = GapAlarm()
    for _ in 0..<2 { _ = alarm.take(quick.reading) }
    _ = alarm.take(deep.reading)
    #expect(alarm.state == .calm && alarm.alarms == 0, "\(quick.reading) \(deep.reading)")
    let evidence = try sentinel.evidence(after: quick, attack, on: network) {}
    #expect(evidence.causes().isEmpty, "\(evidence)")
    // Each count is one of images of the probe, and counts of subsets are no larger than the whole.
    #expect(evidence.clean >= evidence.pgd10 && evidence.pgd10 >= evidence.doubleRadius)
    #expect(evidence.doubleRadius >= evidence.fourfoldRadius && evidence.fgsm >= evidence.pgd50)
  }

  @Test(arguments: ["at", "masked"]) func aProbeIsWhatAnEvaluationByHandSays(name: String) throws {
    let network = try referenceNetwork(name), sentinel = try referenceSentinel(48), set = sentinel.set
    let probe = try sentinel.quick(afterStep: 1, attack, on: network) {}.probe
    let points = Storage(count: set.images.count)
    try attack.perturb(
      AttackBatch(
        images: set.images.pointer, examples: set.indices, target: .labels(set.labels), seed: 7,
        purpose: .evaluationStart), on: network, into: points.pointer, poll: {})
    func right(_ images: Storage) -> [Int] {
      let logits = network.evaluate(images.pointer, count: 48)
      return set.labels.indices.filter {
        predictedClass(Array(logits[$0 * 10..<($0 + 1) * 10]), classes: 10) == set.labels[$0]
      }
    }
    #expect(probe.survivors == right(points) && probe.clean.correct == right(set.images).count)
    #expect(probe.adversarial.correct == probe.survivors.count && probe.attack == "PGD-10")
    // The sentinel's suite over all images gives the survivors the same verdicts.
    let evaluation = try RobustnessEvaluation(
      network, set,
      settings: EvaluationSettings(
        epsilon: Double(attack.epsilon), suite: AttackSuite(.sentinel, classes: 10), seed: 7))
    try evaluation.run()
    #expect(probe.left == probe.survivors.filter { evaluation.record.examples[$0].isRobust })
    #expect(probe.reading.survivors - probe.reading.broken == probe.left.count)
    let attacks = probe.survivors.flatMap { evaluation.record.examples[$0].outcomes }
    #expect(
      probe.passes == 48 * 22 + probe.survivors.count + attacks.reduce(0) { $0 + $1.forwards + $1.backwards })
  }

  @Test func threadsChangeNothing() throws {
    let sentinel = try referenceSentinel(24)
    let results = try [1, 2, 3].map { threads in
      let network = try referenceNetwork("masked", threads: threads)
      let quick = try sentinel.quick(afterStep: 25, attack, on: network) {}.probe
      let deep = try sentinel.deep(after: quick, attack, on: network) {}
      return (quick, deep, try sentinel.evidence(after: quick, attack, on: network) {})
    }
    for result in results.dropFirst() {
      #expect(result.0 == results[0].0 && result.1 == results[0].1 && result.2 == results[0].2)
    }
  }

  @Test func anInterruptionEndsItAndChangesNothing() throws {
    struct Stop: Error {}
    let network = try referenceNetwork("at"), sentinel = try referenceSentinel(16)
    let quick = try sentinel.quick(afterStep: 1, attack, on: network) {}.probe
    let weights = network.stateDigest
    for allowed in [0, 3, 12] {
      for part in 0..<3 {
        var polls = 0
        #expect(throws: Stop.self) {
          let poll = {
            polls += 1
            if polls > allowed { throw Stop() }
          }
          switch part {
          case 0: _ = try sentinel.quick(afterStep: 1, attack, on: network, poll: poll)
          case 1: _ = try sentinel.evidence(after: quick, attack, on: network, poll: poll)
          default: _ = try sentinel.deep(after: quick, attack, on: network, poll: poll)
          }
        }
      }
    }
    #expect(try sentinel.quick(afterStep: 1, attack, on: network) {}.probe == quick && network.stateDigest == weights)
  }

  @Test func whatADeepProbeCostsIsKnownBeforehandWithinReason() throws {
    let sentinel = try referenceSentinel(64, deepCount: 16)
    for name in ["at", "masked"] {
      let network = try referenceNetwork(name)
      let quick = try sentinel.quick(afterStep: 1, attack, on: network) {}.probe
      let deep = try sentinel.deep(after: quick, attack, on: network) {}
      let expected = sentinel.expectedDeep(after: quick, classes: 10)
      #expect(Double(deep.passes) < 2 * Double(expected) + 10_000, "\(name): \(deep.passes), expected \(expected)")
    }
  }
}
