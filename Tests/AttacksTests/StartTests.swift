import Attacks
import Evaluation
import Networks
import Tensors
import TestSupport
import Testing

/// Where attacks start. docs/algorithms.md §1, §4, §5.
struct StartTests {
  /// The points at which the attempts of one run start.
  private func starts(
    _ spec: any EvaluationAttack, at image: [Float], norm: BallNorm, epsilon: Float, seed: UInt32 = 1
  ) -> [[Float]] {
    let classifier = constantClassifier([3, 2, 1, 0], input: Shape(1, 1, image.count))
    let run = spec.makeRun(
      problem(image, classifier, label: 0, rivals: [1, 2, 3], norm: norm, epsilon: epsilon, seed: seed))
    var result: [[Float]] = []
    drive(run, on: classifier) {
      if run.tally.iteration == 0 { result.append(array(run.point, image.count)) }
    }
    return result
  }

  private func grey(_ count: Int) -> [Float] { [Float](repeating: 0.5, count: count) }

  private func move(_ point: [Float], _ image: [Float]) -> [Double] {
    zip(point, image).map { Double($0) - Double($1) }
  }

  private func length(_ norm: BallNorm, _ delta: [Double]) -> Double {
    norm == .linf ? delta.map(abs).max() ?? 0 : delta.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  /// Expects the mean of numbers to be `mean`, within five standard errors of numbers of this variance.
  private func expectMean(
    _ values: [Double], _ mean: Double, variance: Double, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let got = values.reduce(0, +) / Double(values.count)
    let error = (variance / Double(values.count)).squareRoot()
    #expect(abs(got - mean) < 5 * error, "mean \(got), expected \(mean) ± \(error)", sourceLocation: sourceLocation)
  }

  // MARK: PGD

  /// Every coordinate by itself uniform in [−ε, ε]: mean 0, second moment ε²/3, fourth ε⁴/5.
  @Test func theUniformStartFillsTheCubeInLinf() {
    let epsilon = 0.1, count = 8
    let moves = (0..<UInt32(600)).flatMap { seed in
      starts(PGDAttack(iterations: 1), at: grey(count), norm: .linf, epsilon: 0.1, seed: seed)
        .flatMap { move($0, grey(count)) }
    }
    #expect(moves.count == 600 * count)
    #expect(moves.allSatisfy { abs($0) <= epsilon + 1e-6 })
    #expect((moves.max() ?? 0) > 0.99 * epsilon && (moves.min() ?? 0) < -0.99 * epsilon)
    expectMean(moves.map { $0 / epsilon }, 0, variance: 1 / 3.0)
    expectMean(moves.map { $0 * $0 / (epsilon * epsilon) }, 1 / 3.0, variance: 1 / 5.0 - 1 / 9.0)
    // Neighbors are independent: the mean of their products is 0.
    expectMean(
      stride(from: 0, to: moves.count, by: 2).map { moves[$0] * moves[$0 + 1] / (epsilon * epsilon) }, 0,
      variance: 1 / 9.0)
  }

  /// Uniform in a ball of D dimensions: (r/ε)^D is uniform in [0, 1], and no direction is preferred.
  @Test(arguments: [3, 7]) func theUniformStartFillsTheBallInL2(count: Int) {
    let epsilon = 0.2
    let moves = (0..<UInt32(800)).flatMap { seed in
      starts(PGDAttack(iterations: 1), at: grey(count), norm: .l2, epsilon: 0.2, seed: seed)
        .map { move($0, grey(count)) }
    }
    let shares = moves.map { delta in
      (0..<count).reduce(1) { share, _ in share * length(.l2, delta) / epsilon }
    }
    #expect(moves.count == 800 && shares.allSatisfy { $0 <= 1 + 1e-5 })
    expectMean(shares, 1 / 2.0, variance: 1 / 12.0)
    expectMean(shares.map { $0 * $0 }, 1 / 3.0, variance: 1 / 5.0 - 1 / 9.0)
    // E δ² = ε²/(D + 2) in every coordinate.
    for axis in 0..<count {
      expectMean(moves.map { $0[axis] / epsilon }, 0, variance: 1 / Double(count + 2))
    }
  }

  /// A network's attack starts like a run on one image, every restart somewhere else.
  @Test(arguments: BallNorm.allCases) func theUniformStartOfANetworksAttackIsInTheBallAndNotAtTheImage(norm: BallNorm)
    throws
  {
    let network = try oracleNetwork("at"), pixels = network.settings.input.planarCount, count = 24
    let images = grey(count * pixels), target = AttackTarget.labels([Int](repeating: 0, count: count))
    let pgd = PGD(norm: norm, epsilon: 0.1, stepSize: 0.025, steps: 0)
    let first = try perturbed(pgd, on: network, images, target), moves = move(first, images)
    let lengths = (0..<count).map { length(norm, Array(moves[$0 * pixels..<($0 + 1) * pixels])) }
    // In 196 dimensions nearly all of a ball is close to its surface.
    #expect(lengths.allSatisfy { $0 > 0.08 && $0 <= 0.1 + 1e-6 }, "\(lengths)")
    if norm == .linf {
      expectMean(moves.map { $0 * $0 / 0.01 }, 1 / 3.0, variance: 1 / 5.0 - 1 / 9.0)
    }
    #expect(Set(lengths).count == count, "every image has a start of its own")
    for other in [
      try perturbed(pgd, on: network, images, target, seed: 1),
      try perturbed(pgd, on: network, images, target, step: 1),
    ] {
      #expect(zip(first, other).count { $0 != $1 } > moves.count / 2)
    }
    var clean = pgd
    clean.start = .clean
    #expect(try perturbed(clean, on: network, images, target) == images)
  }

  @Test func theOtherStartsAreTheImageAndTheImageWithALittleNoise() {
    let image: [Float] = [0, 0.25, 0.5, 1]
    for norm in BallNorm.allCases {
      #expect(starts(PGDAttack(iterations: 1, start: .clean), at: image, norm: norm, epsilon: 0.1) == [image])
    }
    let noise = (0..<UInt32(500)).flatMap { seed in
      starts(PGDAttack(iterations: 1, start: .noise), at: image, norm: .linf, epsilon: 0.1, seed: seed)
        .flatMap { move($0, image) }
    }
    expectMean(noise.map { $0 / 0.001 }, 0, variance: 1)
    expectMean(noise.map { $0 * $0 / 1e-6 }, 1, variance: 2)
  }

  // MARK: APGD and FAB

  /// ‖x₀ − x‖ = ε, whatever the loss: in ℓ∞ one coordinate is on the sphere and the others are uniform below it.
  @Test(arguments: ["apgd-ce", "apgd-dlr", "apgd-t"], BallNorm.allCases)
  func apgdStartsOnTheSphere(name: String, norm: BallNorm) {
    let epsilon = 0.1, count = 9
    let spec: any EvaluationAttack =
      switch name {
      case "apgd-ce": APGDCEAttack(iterations: 2, restarts: 5)
      case "apgd-dlr": APGDDLRAttack(iterations: 2, restarts: 5)
      default: APGDTAttack(iterations: 2, restarts: 5, targets: 2)
      }
    let points = starts(spec, at: grey(count), norm: norm, epsilon: 0.1)
    #expect(points.count == (name == "apgd-t" ? 10 : 5) && Set(points).count == points.count)
    for point in points {
      let delta = move(point, grey(count))
      #expect(abs(length(norm, delta) - epsilon) < 1e-6, "\(length(norm, delta))")
      #expect(delta.count { abs($0) > 0.999 * epsilon } <= (norm == .linf ? 1 : 0))
    }
  }

  /// The first start of FAB is the image, the others are at ε/2.
  @Test(arguments: BallNorm.allCases) func fabStartsAtTheImageAndThenAtHalfTheRadius(norm: BallNorm) {
    let points = starts(FABAttack(iterations: 2, restarts: 6), at: grey(9), norm: norm, epsilon: 0.1)
    #expect(points.count == 6 && points.first == grey(9) && Set(points).count == 6)
    for point in points.dropFirst() { #expect(abs(length(norm, move(point, grey(9))) - 0.05) < 1e-6) }
    let targeted = starts(FABTAttack(iterations: 2, targets: 3), at: grey(9), norm: norm, epsilon: 0.1)
    #expect(targeted == [grey(9), grey(9), grey(9)])
  }

  // MARK: in an evaluation

  /// An attack meets the same random numbers in every list, and a second one of the same name in a list meets others.
  @Test func aListGivesEveryAttackItsOwnNumbers() throws {
    func starts(_ specs: [any EvaluationAttack]) throws -> [[Float]] {
      var seen: [[Float]] = []
      let classifier = FunctionClassifier(classes: 4, input: Shape(1, 1, 5)) { x in
        seen.append(x)
        return [3, 2, 1, 0]
      } gradient: { x, _ in
        x.map { _ in 0 }
      }
      let evaluation = try RobustnessEvaluation(
        classifier, EvaluationSet(images: grey(5), shape: Shape(1, 1, 5), labels: [0], indices: [77]),
        settings: EvaluationSettings(epsilon: 0.1, suite: AttackSuite(custom: specs), individual: true))
      evaluation.checksModel = false
      try evaluation.run()
      return seen.filter { $0 != grey(5) }
    }
    let pgd: any EvaluationAttack = PGDAttack(iterations: 1), apgd: any EvaluationAttack = APGDCEAttack(iterations: 1)
    // With no gradient every attack stays at its start: a look before the step and one after it.
    let alone = try [pgd, apgd].map { try starts([$0]) }
    #expect(alone.map(\.count) == [2, 2] && Set(alone[0] + alone[1]).count == 2)
    #expect(try starts([pgd, apgd]) == alone[0] + alone[1] && starts([apgd, pgd]) == alone[1] + alone[0])
    let twice = try starts([pgd, pgd])
    #expect(twice.count == 4 && Array(twice[..<2]) == alone[0] && Set(twice).count == 2)
  }

  // MARK: the box

  @Test(
    arguments: [
      AnyEvaluationAttack(PGDAttack(iterations: 1, restarts: 8)),
      AnyEvaluationAttack(APGDCEAttack(iterations: 1, restarts: 8)),
      AnyEvaluationAttack(FABAttack(iterations: 1, restarts: 8)),
    ], BallNorm.allCases)
  func aStartIsClippedToTheBox(attack: AnyEvaluationAttack, norm: BallNorm) {
    let image: [Float] = [0, 1, 0, 1, 0, 1, 0, 1]
    let points = starts(attack.base, at: image, norm: norm, epsilon: 0.3)
    #expect(points.count == 8 && points.allSatisfy { $0.allSatisfy { (0...1).contains($0) } })
    // Half of all moves are outward and become none.
    let still = points.dropFirst().flatMap { zip($0, image).map { $0 == $1 } }
    #expect(still.contains(true) && still.contains(false))
  }
}
