import Attacks
import Networks
import Tensors
import TestSupport
import Testing

/// FAB and FAB-T against the reference, against golden runs, and against closed forms.
struct FABTests {
  @Test func theGoldenTracesAreFollowed() throws {
    let golden = try GoldenTraces.load()
    let classifier = golden.classifier()
    #expect(golden.fab.count == 4 && golden.y.count == 6)
    for trace in golden.fab {
      for image in golden.y.indices {
        let run = aRun(
          classifier, golden.x[image], golden.y[image], FABTAttack(targets: 1), trace.norm, 1e-6,
          rivals: [trace.target[image]])
        drive(run, on: classifier)
        let context: Comment = "\(trace.norm) rank \(trace.rank) image \(image)"
        #expect(abs(run.distance - trace.distance[image]) < 1e-3 * trace.distance[image], context)
        let point = try #require(run.nearest)
        let off = (0..<9).count { abs(Double(point[$0]) - trace.point[image][$0]) > 1e-3 }
        #expect(off == 0, context)
      }
    }
  }

  @Test(arguments: ["nat", "at", "rgb"], ["linf_20", "l2_20", "linf_100"])
  func theDistancesAreTheReferences(name: String, key: String) throws {
    let oracle = try Oracle("attacks/fab_t_\(name)")
    let network = try oracleNetwork(name, threads: 1)
    let x = try oracle.floats("x"), labels = try oracle.integers("labels")
    let expected = try oracle.floats("\(key).distance")
    let n = labels.count, size = x.count / n, ranks = expected.count / n
    let norm: BallNorm = key.hasPrefix("linf") ? .linf : .l2
    let iterations = key.hasSuffix("100") ? 100 : 20
    let robust = key == "linf_100" ? try oracle.integers("linf_100.robust") : []
    let epsilon = try #require(oracle.setting("eps"))
    var close = 0, total = 0
    for image in 0..<n {
      let pixels = Array(x[image * size..<(image + 1) * size]), clean = logits(network, pixels)
      guard predictedClass(clean, classes: 10) == labels[image] else {
        #expect((0..<ranks).allSatisfy { expected[$0 * n + image] == 0 })
        continue
      }
      let rivals = AttackProblem.rivals(clean, classes: 10, label: labels[image])
      var nearest = Double.infinity, nearestExpected = Double.infinity
      for rank in 0..<ranks {
        let run = aRun(
          network, pixels, labels[image], FABTAttack(iterations: iterations, targets: 1), norm, 1e-6,
          rivals: [rivals[rank]])
        drive(run, on: network)
        let reference = Double(expected[rank * n + image])
        total += 1
        if min(run.distance, 1e10) == reference || abs(run.distance - reference) <= 0.01 * reference { close += 1 }
        nearest = min(nearest, run.distance)
        nearestExpected = min(nearestExpected, reference)
      }
      #expect(abs(nearest - nearestExpected) <= 0.02 * nearestExpected, "image \(image)")
      if !robust.isEmpty { #expect((nearest <= epsilon) == (robust[image] == 0), "image \(image)") }
    }
    #expect(Double(close) >= 0.95 * Double(total), "\(close) of \(total) distances agree")
  }

  @Test(arguments: BallNorm.allCases)
  func onALinearModelTheMinimalPerturbationIsFound(norm: BallNorm) {
    var random = RandomStream(seed: 11, purpose: .test), tried = 0
    for _ in 0..<20 {
      let a = (0..<4).map { _ in random.normals(12).map(Double.init) }
      let classifier = linearClassifier(a, [0.1, -0.2, 0.05, 0], input: Shape(1, 3, 4))
      // Far from the walls, so that the box does not matter.
      let x = random.uniforms(12, in: 0.45...0.55)
      let z = logits(classifier, x), label = predictedClass(z, classes: 4)
      let rivals = AttackProblem.rivals(z, classes: 4, label: label)
      let distances = rivals.map { rival in
        let w = zip(a[rival], a[label]).map { $0 - $1 }
        let dual = norm == .linf ? w.reduce(0) { $0 + abs($1) } : w.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return Double(z[label] - z[rival]) / dual
      }
      let least = distances.min() ?? 0
      guard least < 0.4, least > 1e-3 else { continue }
      tried += 1
      let untargeted = aRun(classifier, x, label, FABAttack(iterations: 50), norm, 1e-9, rivals: rivals)
      drive(untargeted, on: classifier)
      #expect(untargeted.distance >= least * (1 - 1e-3))
      #expect(untargeted.distance <= least * 1.02, "\(untargeted.distance) for \(least)")
      let place = distances.firstIndex(of: least) ?? 0
      let targeted = aRun(
        classifier, x, label, FABTAttack(iterations: 50, targets: 1), norm, 1e-9, rivals: [rivals[place]])
      drive(targeted, on: classifier)
      #expect(targeted.distance >= least * (1 - 1e-3) && targeted.distance <= least * 1.02)
      #expect(untargeted.tally.backwards == 3 * untargeted.tally.iterations)
    }
    #expect(tried > 10, "\(tried) of 20")
  }

  @Test func stoppingInsideEpsilonChangesNoVerdict() throws {
    let golden = try GoldenTraces.load()
    let classifier = golden.classifier()
    var broken = 0, robust = 0
    for epsilon in [0.02, 0.035, 0.05, 0.14, 0.3] as [Float] {
      for image in golden.y.indices {
        let rivals = AttackProblem.rivals(
          logits(classifier, golden.x[image]), classes: 5, label: golden.y[image])
        let runs = [true, false].map {
          aRun(
            classifier, golden.x[image], golden.y[image], FABTAttack(), .linf, epsilon, rivals: rivals,
            leavesEarly: $0)
        }
        for run in runs { drive(run, on: classifier) }
        #expect((runs[0].found == nil) == (runs[1].found == nil))
        #expect(runs[0].found == nil || runs[0].tally.forwards <= runs[1].tally.forwards)
        if runs[0].found == nil { robust += 1 } else { broken += 1 }
      }
    }
    #expect(broken > 3 && robust > 3, "\(broken) broken, \(robust) robust")
  }

  @Test func aZeroGradientIsCountedAndEndsNothing() {
    let classifier = FunctionClassifier(classes: 3, input: Shape(1, 1, 2)) { _ in
      [1, 0, 0]
    } gradient: { x, _ in
      x.map { _ in 0 }
    }
    let run = aRun(classifier, [0.5, 0.5], 0, FABTAttack(iterations: 7), .linf, 0.1, rivals: [1, 2])
    drive(run, on: classifier)
    #expect(run.found == nil && run.tally.zeroGradient && run.tally.iterations == 14)
  }

  @Test func restartsOfTheUntargetedAttackStartElsewhere() throws {
    let golden = try GoldenTraces.load()
    let classifier = golden.classifier()
    let rivals = AttackProblem.rivals(logits(classifier, golden.x[0]), classes: 5, label: golden.y[0])
    let once = aRun(classifier, golden.x[0], golden.y[0], FABAttack(iterations: 10), .linf, 0.05, rivals: rivals)
    let often = aRun(
      classifier, golden.x[0], golden.y[0], FABAttack(iterations: 10, restarts: 3), .linf, 0.05, rivals: rivals)
    for run in [once, often] { drive(run, on: classifier) }
    #expect(often.tally.iterations == 3 * once.tally.iterations)
    #expect(often.distance != once.distance)
  }

  private func aRun(
    _ classifier: any Classifier, _ x: [Float], _ label: Int, _ attack: some EvaluationAttack<FABRun>,
    _ norm: BallNorm, _ epsilon: Float, rivals: [Int], leavesEarly: Bool = true
  ) -> FABRun {
    attack.makeRun(
      problem(x, classifier, label: label, rivals: rivals, norm: norm, epsilon: epsilon, leavesEarly: leavesEarly))
  }
}
