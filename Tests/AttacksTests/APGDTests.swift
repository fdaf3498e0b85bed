import Attacks
import Networks
import Tensors
import TestSupport
import Testing

/// Auto-PGD against the reference implementation, step by step.
struct APGDTests {
  @Test func theCheckpointsAreTheReferences() throws {
    let checkpoints = try GoldenVectors.load().checkpoints
    #expect(checkpoints.count == 5)
    for (iterations, expected) in checkpoints {
      let count = try #require(Int(iterations))
      #expect(APGDSchedule.checkpoints(iterations: count) == expected, "N = \(count)")
    }
  }

  @Test func theGoldenTracesAreFollowed() throws {
    let golden = try GoldenTraces.load()
    let classifier = golden.classifier()
    #expect(golden.apgd.count == 6 && golden.y.count == 6)
    for trace in golden.apgd {
      let checkpoints = APGDSchedule.checkpoints(iterations: trace.iterations)
      for image in golden.y.indices {
        let x = golden.x[image], label = golden.y[image]
        let start = started(x, trace.u[image], trace.norm, Float(trace.eps))
        let run = aRun(
          classifier, x, label, start, attack(trace.loss, trace.iterations), trace.norm, Float(trace.eps),
          target: trace.target?[image])
        var steps: [Float] = [], firstBroken = -1
        run.observe = { iteration, _, _, step in
          steps.append(step)
          if firstBroken < 0 && run.found != nil { firstBroken = iteration }
        }
        drive(run, on: classifier)
        let context: Comment = "\(trace.norm) \(trace.loss) ε \(trace.eps), image \(image)"
        #expect((run.found != nil) == (trace.broken[image] == 1), context)
        #expect(firstBroken == trace.firstBroken[image], context)
        // The trace is in double. Where DLR's denominator gets small, and where ℓ2 steps creep up to an optimum,
        // float32 logits part from it; verdicts do not.
        guard trace.loss == "ce" || trace.broken[image] == 0 else { continue }
        #expect(abs(run.bestLoss - trace.bestLoss[image]) < 1e-3 * (1 + abs(trace.bestLoss[image])), context)
        guard trace.norm == .linf else { continue }
        let halved = checkpoints.map { $0 < trace.iterations ? (steps[$0 + 1] < steps[$0] ? 1 : 0) : -1 }
        let expected = checkpoints.indices.map { halved[$0] < 0 ? -1 : trace.halved[$0][image] }
        #expect(halved == expected, context)
      }
    }
  }

  @Test(
    arguments: [
      "linf_nat_20", "linf_at_20", "linf_at_100", "linf_masked_100", "l2_at_20", "linf_rgb_30",
    ], ["ce", "dlr", "targeted"])
  func theReferencesRunIsFollowed(name: String, loss: String) throws {
    let oracle = try Oracle("attacks/apgd_\(name)")
    guard !oracle.shape("\(loss).loss_trace").isEmpty else {
      // Only `masked` comes without the single targeted run.
      #expect(name == "linf_masked_100" && loss == "targeted")
      return
    }
    let model = String(name.split(separator: "_")[1])
    let network = try oracleNetwork(model, threads: 1)
    let x = try oracle.floats("x"), labels = try oracle.integers("labels"), starts = try oracle.floats("start")
    let losses = try oracle.floats("\(loss).loss_trace"), steps = try oracle.floats("\(loss).step_trace")
    let bests = try oracle.floats("\(loss).best_trace"), stable = try oracle.integers("\(loss).stable_iterations")
    let robust = try oracle.integers("\(loss).robust")
    let n = labels.count, size = x.count / n, iterations = losses.count / n
    let targets = loss == "targeted" ? try oracle.integers("targeted.target") : []
    let epsilon = Float(try #require(oracle.setting("eps")))
    var followed = 0, flagsOff = 0
    for image in 0..<n {
      let pixels = Array(x[image * size..<(image + 1) * size])
      let run = aRun(
        network, pixels, labels[image], Array(starts[image * size..<(image + 1) * size]),
        attack(loss, iterations), name.hasPrefix("l2") ? .l2 : .linf, epsilon,
        target: targets.isEmpty ? nil : targets[image])
      let compared = 3 * stable[image] / 4
      var off = 0
      run.observe = { iteration, value, best, step in
        guard iteration > 0, iteration <= compared else { return }
        let place = (iteration - 1) * n + image
        if abs(value - Double(losses[place])) > 1e-3 * (1 + abs(Double(losses[place]))) { off += 1 }
        if abs(best - Double(bests[place])) > 1e-3 * (1 + abs(Double(bests[place]))) { off += 1 }
        if abs(step - steps[place]) > 1e-6 * epsilon { off += 1 }
      }
      drive(run, on: network)
      if off == 0 { followed += 1 }
      if (run.found == nil) != (robust[image] == 1) { flagsOff += 1 }
    }
    #expect(Double(followed) >= 0.9 * Double(n), "\(followed) of \(n) traces followed")
    #expect(flagsOff <= (model == "masked" && loss == "ce" ? n / 6 : 0), "\(flagsOff) verdicts differ")
  }

  @Test(arguments: ["linf_at_100", "linf_masked_100"])
  func theLoopOverTargetsBreaksWhatTheReferenceBreaks(name: String) throws {
    let oracle = try Oracle("attacks/apgd_\(name)")
    let network = try oracleNetwork(String(name.split(separator: "_")[1]), threads: 1)
    let x = try oracle.floats("x"), labels = try oracle.integers("labels"), starts = try oracle.floats("start")
    let robust = try oracle.integers("targeted_all.robust"), ranks = try oracle.integers("targeted_all.broken_by_rank")
    let n = labels.count, size = x.count / n
    let epsilon = Float(try #require(oracle.setting("eps")))
    var broken = 0
    for image in 0..<n {
      let pixels = Array(x[image * size..<(image + 1) * size])
      let clean = logits(network, pixels)
      guard predictedClass(clean, classes: 10) == labels[image] else {
        #expect(robust[image] == 0)
        continue
      }
      let run = aRun(
        network, pixels, labels[image], Array(starts[image * size..<(image + 1) * size]), APGDTAttack(), .linf,
        epsilon, leavesEarly: true)
      drive(run, on: network)
      #expect((run.found == nil) == (robust[image] == 1), "image \(image)")
      guard run.found != nil else { continue }
      broken += 1
      let target = try #require(run.tally.target),
        rivals = AttackProblem.rivals(clean, classes: 10, label: labels[image])
      #expect(rivals.firstIndex(of: target) == ranks[image] - 2, "image \(image)")
    }
    #expect(broken > 2 && broken < n, "\(broken) of \(n) broken")
  }

  @Test func leavingEarlyChangesNoVerdictAndSavesPasses() throws {
    let golden = try GoldenTraces.load()
    let classifier = golden.classifier()
    var early = 0, whole = 0
    for image in golden.y.indices {
      let start = golden.x[image]
      let runs = [true, false].map {
        aRun(classifier, golden.x[image], golden.y[image], start, APGDTAttack(), .linf, 0.08, leavesEarly: $0)
      }
      for run in runs { drive(run, on: classifier) }
      #expect((runs[0].found == nil) == (runs[1].found == nil))
      early += runs[0].tally.forwards
      whole += runs[1].tally.forwards
    }
    #expect(early < whole)
  }

  @Test func gradientSamplesAreAveragedAndLossesAreOfTheLast() {
    // The sign of the gradient depends on the draw, three to one; the average points the right way.
    var draws = 0
    let classifier = FunctionClassifier(classes: 2, input: Shape(1, 1, 1)) { x in
      [1, 2 * Double(x[0])]
    } gradient: { _, u in
      draws += 1
      return [(draws % 4 == 0 ? -2 : 1) * 2 * u[1]]
    }
    let run = aRun(
      classifier, [0.45], 0, [0.45], APGDCEAttack(iterations: 10, gradientSamples: 4), .linf, 0.1,
      leavesEarly: true)
    drive(run, on: classifier)
    #expect(run.found != nil)
    #expect(run.tally.backwards == 7 && run.tally.forwards == 8)
  }

  /// clip01(x + ε·u/‖u‖).
  private func started(_ x: [Float], _ u: [Float], _ norm: BallNorm, _ epsilon: Float) -> [Float] {
    let length =
      norm == .linf ? Double(u.map(abs).max() ?? 0) : u.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    return zip(x, u).map { min(max($0 + epsilon * Float(Double($1) / (length + 1e-12)), 0), 1) }
  }

  /// The attack on a loss, by the name it has in the oracles; the targeted one on one target.
  private func attack(_ loss: String, _ iterations: Int) -> any EvaluationAttack<APGDRun> {
    switch loss {
    case "ce": APGDCEAttack(iterations: iterations)
    case "dlr": APGDDLRAttack(iterations: iterations)
    default: APGDTAttack(iterations: iterations, targets: 1)
    }
  }

  private func aRun(
    _ classifier: any Classifier, _ x: [Float], _ label: Int, _ start: [Float],
    _ attack: any EvaluationAttack<APGDRun>, _ norm: BallNorm, _ epsilon: Float, target: Int? = nil,
    leavesEarly: Bool = false
  ) -> APGDRun {
    let rivals =
      target.map { [$0] } ?? AttackProblem.rivals(logits(classifier, x), classes: classifier.classes, label: label)
    return attack.makeRun(
      problem(
        x, classifier, label: label, rivals: rivals, norm: norm, epsilon: epsilon, start: start,
        leavesEarly: leavesEarly))
  }
}
