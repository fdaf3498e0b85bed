import Attacks
import Evaluation
import Networks
import Objectives
import Tensors

extension Sentinel {
  /// Measures what explains the gap of a quick check, at the same weights. Costs several quick checks.
  package func evidence(
    after quick: QuickProbe, _ attack: any Attack, on network: Network, poll: () throws -> Void
  ) throws -> GapEvidence {
    let clean = correctPositions(try logits(at: set.images, on: network), labels: set.labels)
    try ask(poll)
    var passes = set.count
    /// The images that are correctly classified under an attack on the whole probe.
    func survivors(_ attack: any Attack) throws -> Swift.Set<Int> {
      passes += set.count * (attack.passes + 1)
      return Swift.Set(try self.survivors(of: attack, on: network, poll: poll))
    }
    func pgd(_ steps: Int = 10, radius: Float = 1) throws -> Swift.Set<Int> {
      let epsilon = attack.norm == .linf ? min(1, radius * attack.epsilon) : radius * attack.epsilon
      return try survivors(PGD(norm: attack.norm, epsilon: epsilon, stepSize: epsilon / 4, steps: steps))
    }
    let pgd10 = try pgd(), pgd50 = try pgd(50)
    let fgsm = try survivors(FGSM(norm: attack.norm, epsilon: attack.epsilon))
    let double = try pgd(radius: 2), fourfold = try pgd(radius: 4)
    // The attack as trained may correct images that are misclassified without any: they are no robustness to explain.
    let isRight = Swift.Set(clean), robust = quick.survivors.filter { isRight.contains($0) }
    let broken = try brokenAlone(robust, in: attack, on: network, poll: poll)
    passes += broken.passes
    let gradients = try gradients(clean, on: network, poll: poll)
    passes += gradients.passes
    let traces = try traces(of: robust, attack, on: network, poll: poll)
    passes += traces.passes
    let whiteBox = broken.targeted.union(broken.smallerStep).union(broken.smallerRadius)
      .union(robust.filter { !pgd10.contains($0) || !pgd50.contains($0) })
    return GapEvidence(
      n: set.count, classes: network.classes, clean: clean.count, survivors: robust.count,
      targeted: broken.isTargeted ? broken.targeted.count : nil, smallerStep: broken.smallerStep.count,
      smallerRadius: broken.smallerRadius.count, squareOnly: broken.square.subtracting(whiteBox).count,
      whiteBox: whiteBox.count, pgd10: pgd10.count, pgd50: pgd50.count, onlyPGD50: pgd10.subtracting(pgd50).count,
      fgsm: fgsm.count, onlyPGD10: fgsm.subtracting(pgd10).count, zeroGradient: gradients.zero,
      saturated: gradients.saturated, doubleRadius: double.count, fourfoldRadius: fourfold.count, passes: passes,
      traces: traces)
  }

  /// Positions among the survivors that each attack alone breaks.
  private struct Broken {
    var targeted: Swift.Set<Int> = []
    var smallerStep: Swift.Set<Int> = []
    var smallerRadius: Swift.Set<Int> = []
    var square: Swift.Set<Int> = []
    /// With few classes the first attack of the quick suite is untargeted.
    var isTargeted = true
    var passes = 0
  }

  private func brokenAlone(
    _ survivors: [Int], in attack: any Attack, on network: Network, poll: () throws -> Void
  ) throws -> Broken {
    var result = Broken()
    // The three attacks of the quick suite, in order, then Square.
    let attacks = AttackSuite(.quick, classes: network.classes).attacks.map(\.base) + [SquareAttack(iterations: 500)]
    result.isTargeted = attacks[0] is any TargetedAttack
    let found = try lists(of: survivors, poll: poll) { survivors, poll in
      var broken = attacks.map { _ in [Int]() }
      guard !survivors.isEmpty else { return broken + [[]] }
      let evaluation = try RobustnessEvaluation(
        network, set.part(survivors), settings: settings(AttackSuite(custom: attacks), in: attack, individual: true))
      evaluation.checksModel = false
      try evaluation.run(poll: poll)
      for (position, example) in zip(survivors, evaluation.record.examples) {
        for outcome in example.outcomes where outcome.broken { broken[outcome.attack].append(position) }
      }
      return broken + [[survivors.count + evaluation.record.passes]]
    }
    (result.targeted, result.smallerStep) = (Set(found[0]), Set(found[1]))
    (result.smallerRadius, result.square) = (Set(found[2]), Set(found[3]))
    result.passes = found[4].reduce(0, +)
    return result
  }

  /// The census of the images at `positions`, by all processes.
  private func gradients(_ positions: [Int], on network: Network, poll: () throws -> Void) throws -> GradientCensus {
    let found = try lists(of: positions, poll: poll) { positions, _ in
      let census = GradientCensus(positions, of: set, on: network)
      return [[census.zero], [census.saturated]]
    }
    return GradientCensus(
      zero: found[0].reduce(0, +), saturated: found[1].reduce(0, +), passes: 3 * positions.count)
  }
}

/// How many images have no gradient for an attack to follow. docs/algorithms.md §7.3, §7.4.
struct GradientCensus {
  /// The margin's gradient is exactly zero.
  private(set) var zero = 0
  /// The margin has a gradient but the cross-entropy has none: ‖g‖ < 1e-10.
  private(set) var saturated = 0
  /// Forward and backward passes of one image.
  let passes: Int

  fileprivate init(zero: Int, saturated: Int, passes: Int) {
    (self.zero, self.saturated, self.passes) = (zero, saturated, passes)
  }

  /// Of the images at `positions`, which the network classifies correctly.
  init(_ positions: [Int], of set: EvaluationSet, on network: Network) {
    passes = 3 * positions.count
    let pixels = set.shape.planarCount, classes = network.classes
    let points = Storage(count: positions.count * pixels)
    for (row, image) in positions.enumerated() {
      (points.pointer + row * pixels).update(from: set.image(image), count: pixels)
    }
    // Lengths of the margin's and the cross-entropy's gradient, image by image.
    let lengths = Storage(count: 2 * positions.count)
    network.eachLane(count: positions.count) { lane, images in
      let logits = lane.forward(points.pointer + images.lowerBound * pixels, count: images.count)
      for part in 0..<2 {
        let cotangent = lane.cotangent
        cotangent.update(repeating: 0, count: images.count * classes)
        for (row, image) in images.enumerated() {
          let label = set.labels[positions[image]], logits = logits + row * classes, own = cotangent + row * classes
          if part == 1 {
            _ = RowLosses.crossEntropy(logits, classes: classes, label: label, addingTo: own)
          } else if let rival = (0..<classes).filter({ $0 != label }).max(by: { logits[$0] < logits[$1] }) {
            own[rival] = 1
            own[label] = -1
          }
        }
        let gradient = lane.backward()
        for (row, image) in images.enumerated() {
          var sum = 0.0
          for i in 0..<pixels { sum += Double(gradient[row * pixels + i]) * Double(gradient[row * pixels + i]) }
          // A tiny gradient must not become zero in the smaller format.
          lengths.pointer[2 * image + part] = sum > 0 ? max(Float(sum.squareRoot()), .leastNormalMagnitude) : 0
        }
      }
    }
    for row in positions.indices {
      if lengths.pointer[2 * row] == 0 {
        zero += 1
      } else if lengths.pointer[2 * row + 1] < 1e-10 {
        saturated += 1
      }
    }
  }
}
