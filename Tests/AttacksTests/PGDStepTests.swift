import Attacks
import Networks
import Tensors
import TestSupport
import Testing

/// Steps of FGSM and PGD by hand. docs/algorithms.md §1.
struct PGDStepTests {
  /// x + ε·g/‖g‖ and x + ε·sign g on a network, away from the walls: the step ends on the sphere.
  @Test(arguments: ["nat", "at"], BallNorm.allCases) func fgsmIsOneStepToTheSphere(name: String, norm: BallNorm) throws
  {
    let network = try oracleNetwork(name), pixels = network.settings.input.planarCount, count = 12
    let images = uniforms(count * pixels, seed: 4, in: 0.3...0.7), labels = (0..<count).map { $0 % 10 }
    // The gradient of the summed cross-entropy, through the whole batch in eval mode.
    let logits = network.forward(images, count: count, mode: .eval)
    var cotangent = [Float](repeating: 0, count: count * 10)
    for image in 0..<count {
      let z = (0..<10).map { Double(logits[image * 10 + $0]) }, powers = z.map { exponential($0 - (z.max() ?? 0)) }
      for k in 0..<10 {
        cotangent[image * 10 + k] = Float(powers[k] / powers.reduce(0, +) - (k == labels[image] ? 1 : 0))
      }
    }
    let gradient = array(network.backward(cotangent, wanted: .input), images.count).map(Double.init)
    for epsilon in [0.05, 0.2] {
      let points = try perturbed(FGSM(norm: norm, epsilon: Float(epsilon)), on: network, images, .labels(labels))
      for image in 0..<count {
        let range = image * pixels..<(image + 1) * pixels, g = gradient[range]
        let length = g.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let move = g.map { norm == .l2 ? epsilon * $0 / length : $0 > 0 ? epsilon : $0 < 0 ? -epsilon : 0 }
        expectClose(Array(points[range]), zip(images[range], move).map { Double($0) + $1 })
      }
    }
  }

  @Test func theFGSMOfAnEvaluationReachesTheSphereToo() {
    for (norm, expected) in [(BallNorm.linf, [0.6, 0.4]), (.l2, [0.56, 0.42])] {
      let points = lookedAt(FGSMAttack(), at: [0.5, 0.5], norm: norm, epsilon: 0.1, directions: [[3, -4]])
      #expect(points.count == 2 && points[0] == [0.5, 0.5])
      expectClose(points[1], expected)
    }
  }

  /// (.95, .5) + .5·(.6, .8) = (1.25, .9): the ball of radius .2 makes it (1.07, .66), then the box (1, .66). The box
  /// first would give δ = (.05, .4), and the ball then (.9748, .6985).
  @Test func pgdGoesIntoTheBallFirstAndThenIntoTheBox() {
    let spec = PGDAttack(iterations: 1, step: 2.5, start: .clean)
    let points = lookedAt(spec, at: [0.95, 0.5], norm: .l2, epsilon: 0.2, directions: [[3, 4]])
    expectClose(points[1], [1, 0.66])
  }

  /// Steps go from the point, not from the image, and end in the ball around the image.
  @Test func pgdGoesOnFromWhereItIs() {
    let spec = PGDAttack(iterations: 3, step: 0.75, start: .clean)
    let l2 = lookedAt(
      spec, at: [0.5, 0.5], norm: .l2, epsilon: 0.2, directions: [[3, 4], [0, -1], [-100, 0]])
    expectClose(l2[1], [0.59, 0.62])
    expectClose(l2[2], [0.59, 0.47])
    expectClose(l2[3], [0.44, 0.47])
    let linf = lookedAt(
      spec, at: [0.5, 0.9], norm: .linf, epsilon: 0.2, directions: [[3, 4], [1, -1], [0, -100]])
    expectClose(linf[1], [0.65, 1])
    expectClose(linf[2], [0.7, 0.85])
    expectClose(linf[3], [0.7, 0.7])
    let far = lookedAt(
      PGDAttack(iterations: 2, step: 0.75, start: .clean), at: [0.5, 0.5], norm: .l2, epsilon: 0.2,
      directions: [[3, 4]])
    // δ = .3·(.6, .8), shortened to .2.
    expectClose(far[2], [0.62, 0.66])
  }

  /// Radius and step are shares of ε, each by itself: .04 and .01.
  @Test func aSmallerRadiusLeavesTheStepAsItIs() {
    let spec = PGDAttack(iterations: 6, step: 1 / 16, radius: 0.25, start: .clean)
    let points = lookedAt(spec, at: [0.5], norm: .linf, epsilon: 0.16, directions: [[1]])
    expectClose(points.flatMap { $0 }, [0.5, 0.51, 0.52, 0.53, 0.54, 0.54, 0.54])
  }

  /// A break that later steps leave again counts if any iterate does. Noise before the first step may be outside of the
  /// box, so it never counts.
  @Test func anyIterateCountsOnlyWhereItIsAskedFor() {
    func run(_ spec: any EvaluationAttack, _ image: Float, isBroken: @escaping (Float) -> Bool) -> any AttackRun {
      let classifier = FunctionClassifier(classes: 2, input: Shape(1, 1, 1)) { x in
        isBroken(x[0]) ? [0, 1] : [1, 0]
      } gradient: { _, cotangent in
        [cotangent[1]]
      }
      let run = spec.makeRun(problem([image], classifier, label: 0, rivals: [1], norm: .linf, epsilon: 0.2))
      drive(run, on: classifier)
      return run
    }
    for anyIterate in [true, false] {
      let spec = PGDAttack(iterations: 3, step: 0.25, start: .clean, anyIterate: anyIterate)
      let passed = run(spec, 0.5) { abs($0 - 0.55) < 0.01 }
      #expect((passed.found != nil) == anyIterate && passed.tally.iterations == (anyIterate ? 1 : 3))
      if let found = passed.found { expectClose([found[0]], [0.55]) }
    }
    let noisy = run(PGDAttack(iterations: 3, step: 0.25, start: .noise, anyIterate: true), 0) { $0 != 0 }
    #expect(noisy.found != nil && noisy.tally.iterations == 1)
  }

  /// Of several restarts counts the one that ends with the highest loss, broken or not.
  @Test func pgdReturnsTheRestartOfTheHighestLoss() {
    var broken = 0
    for seed in 0..<UInt32(40) {
      // The loss falls with the first pixel, and below .48 it is a break; without gradient a restart ends where it
      // starts.
      let classifier = FunctionClassifier(classes: 2, input: Shape(1, 1, 2)) { x in
        [10 * (Double(x[0]) - 0.48), 0]
      } gradient: { x, _ in
        x.map { _ in 0 }
      }
      let run = PGDAttack(iterations: 1, restarts: 5).makeRun(
        problem([0.5, 0.5], classifier, label: 0, rivals: [1], norm: .linf, epsilon: 0.03, seed: seed))
      var ends: [[Float]] = []
      drive(run, on: classifier) {
        if run.tally.iteration == 1 { ends.append(array(run.point, 2)) }
      }
      let worst = ends.min { $0[0] < $1[0] }
      #expect(ends.count == 5)
      #expect(run.found.map { array($0, 2) } == worst.flatMap { $0[0] < 0.48 ? $0 : nil })
      if run.found != nil { broken += 1 }
    }
    #expect(broken > 10 && broken < 35, "\(broken) of 40")
  }
}
