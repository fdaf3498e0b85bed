import CKernels
import Networks
import Tensors
import TestSupport
import Testing

/// Dual and split BN against PyTorch in float64 (`dbn/`), and against central differences of the plain definition.
struct DualNormTests {
  /// A dual or split norm with an oracle's numbers.
  private func harness(_ oracle: Oracle, split: Bool = false, threads: Int = 1) throws -> LayerHarness {
    let harness = LayerHarness(input: oracle.shape("x"), threads: threads) { input, builder in
      split
        ? SplitNorm("n", input, relu: false, &builder) as any NormLayer : DualNorm("n", input, relu: false, &builder)
    }
    harness.norms.dual = DualSettings(weight: 0, reduction: .rowMean)
    harness.domains = .rows(try oracle.integers("domain").map { $0 == 1 })
    harness.set("n.weight", try oracle.floats("w"))
    harness.set("n.bias", try oracle.floats("b"))
    for set in ["mean_clean", "var_clean", "mean_adv", "var_adv"] where !oracle.shape("running_\(set)").isEmpty {
      harness.set("n.running_\(set)", try oracle.floats("running_\(set)"))
    }
    return harness
  }

  @Test func dualNormMatchesPyTorch() throws {
    let names = try Oracle.names(in: "dbn")
    #expect(names.count == 14)
    for name in names {
      let oracle = try Oracle(name), mode: Mode = oracle.setting("training") == 1 ? .train : .eval
      let harness = try harness(oracle), x = try oracle.floats("x"), gy = try oracle.floats("gy")
      try expect(harness.forward(x, mode: mode), "y", oracle)
      try expect([Float(try #require(harness.norm).nll)], "nll", oracle)
      try expectPosterior(try #require(harness.norm?.posterior), oracle)
      try expect(harness.backward(gy, mode: mode), "gx", oracle)
      try expect(harness.gradient("n.weight"), "gw", oracle)
      try expect(harness.gradient("n.bias"), "gb", oracle)
      harness.norms.dual.weight = 1
      try expect(harness.backward(gy.map { _ in 0 }, mode: mode), "nll.gx", oracle)
      for set in ["mean_clean", "var_clean", "mean_adv", "var_adv"] where mode == .train {
        try expect(harness.value("n.running_\(set)"), "new_running_\(set)", oracle)
      }
    }
  }

  /// At test time nobody knows the domains, and it must not matter.
  @Test func evalModeDoesNotLookAtTheDomains() throws {
    let names = try Oracle.names(in: "dbn", prefix: "eval_")
    #expect(names.count == 7)
    for name in names {
      let oracle = try Oracle(name), harness = try harness(oracle)
      for domains in [Domains.unknown, .clean, .adversarial, .cleanFirst(1)] {
        harness.domains = domains
        try expect(harness.forward(try oracle.floats("x")), "y", oracle)
        try expect(harness.backward(try oracle.floats("gy")), "gx", oracle)
      }
    }
  }

  @Test func splitNormMatchesPyTorch() throws {
    let names = try Oracle.names(in: "dbn")
    #expect(names.count == 14)
    for name in names {
      let oracle = try Oracle(name), mode: Mode = oracle.setting("training") == 1 ? .train : .eval
      let harness = try harness(oracle, split: true, threads: 2)
      try expect(harness.forward(try oracle.floats("x"), mode: mode), "separate.y", oracle)
      try expect(harness.backward(try oracle.floats("gy"), mode: mode), "separate.gx", oracle)
      try expect(harness.gradient("n.weight"), "separate.gw", oracle)
      try expect(harness.gradient("n.bias"), "separate.gb", oracle)
      for set in ["mean_clean", "var_clean", "mean_adv", "var_adv"] where mode == .train {
        try expect(harness.value("n.running_\(set)"), "new_running_\(set)", oracle)
      }
    }
  }

  private func expectPosterior(_ gauge: PosteriorGauge, _ oracle: Oracle) throws {
    let p = try oracle.floats("p_clean"), domain = try oracle.integers("domain"), pixels = p.count / domain.count
    let clean = p.indices.filter { domain[$0 / pixels] == 1 }, other = p.indices.filter { domain[$0 / pixels] == 0 }
    func mean(_ places: [Int]) -> Double { places.reduce(0) { $0 + Double(p[$1]) } / Double(places.count) }
    #expect(abs(gauge.cleanMean - mean(clean)) < 1e-3 && abs(gauge.adversarialMean - mean(other)) < 1e-3)
    #expect(gauge.histogram.count == 20 && gauge.histogram.reduce(0, +) == p.count)
    let decided = Double(p.count { $0 < 0.01 || $0 > 0.99 }) / Double(p.count)
    let right = clean.count { p[$0] > 0.5 } + other.count { p[$0] <= 0.5 }
    #expect(abs(gauge.decidedShare - decided) <= 1 / Double(p.count))
    #expect(abs(gauge.routingAccuracy - Double(right) / Double(p.count)) <= 2 / Double(p.count))
  }

  // MARK: central differences

  private struct Case {
    var split = false, relu = false, mode = Mode.train
    var dual = DualSettings(weight: 0.3)
  }

  @Test func gradientsAreThoseOfThePlainDefinition() throws {
    for reduction in DualReduction.allCases {
      for temperature in [1, 2.5] {
        let weight = reduction == .sum ? 0.01 : 0.7
        let dual = DualSettings(weight: weight, reduction: reduction, temperature: temperature)
        for relu in [false, true] {
          try checkDifferences(Case(relu: relu, dual: dual))
          try checkDifferences(Case(relu: relu, mode: .batch, dual: dual))
          try checkDifferences(Case(relu: relu, mode: .eval, dual: dual))
        }
      }
    }
    for relu in [false, true] {
      for mode in [Mode.train, .eval] { try checkDifferences(Case(split: true, relu: relu, mode: mode)) }
    }
  }

  private func checkDifferences(_ test: Case) throws {
    let images = 5, channels = 19, pixels = 6, clean: [Bool] = [true, false, false, true, true]
    var random = RandomStream(seed: 3, purpose: .test)
    var x = random.uniforms(images * channels * pixels, in: -2...2)
    for index in x.indices where !clean[index / (channels * pixels)] { x[index] = x[index] * 0.8 + 0.3 }
    let gy = random.uniforms(x.count, in: -1...1), w = random.uniforms(channels, in: -1...1),
      b = random.uniforms(channels, in: -0.5...0.5)
    // Adversarial first, as the reference wants it.
    let mean = random.uniforms(2 * channels, in: -0.3...0.3), variance = random.uniforms(2 * channels, in: 0.5...2)
    let harness = LayerHarness(input: [images, channels, 2, 3]) { input, builder in
      test.split
        ? SplitNorm("n", input, relu: test.relu, &builder) as any NormLayer
        : DualNorm("n", input, relu: test.relu, &builder)
    }
    harness.domains = .rows(clean)
    harness.norms.dual = test.dual
    harness.set("n.weight", w)
    harness.set("n.bias", b)
    for (set, start) in [("adv", 0), ("clean", channels)] {
      harness.set("n.running_mean_\(set)", Array(mean[start..<start + channels]))
      harness.set("n.running_var_\(set)", Array(variance[start..<start + channels]))
    }
    let share =
      switch test.dual.reduction {
      case .pixelMean: 1 / Double(images * pixels)
      case .rowMean: 1 / Double(images)
      case .sum: 1.0
      }
    func loss(_ x: [Double], _ w: [Double], _ b: [Double]) -> (loss: Double, y: [Double]) {
      var means = mean.map(Double.init), variances = variance.map(Double.init)
      var y = [Double](repeating: 0, count: x.count)
      let nll = dl_reference_dual(
        x, w, b, clean.map { $0 ? 1 : 0 }, images, channels, pixels, &means, &variances, test.mode != .eval,
        test.dual.temperature, test.split, &y)
      if test.relu { y = y.map { max($0, 0) } }
      let sum = zip(y, gy).reduce(0) { $0 + $1.0 * Double($1.1) }
      return (sum + (test.split ? 0 : test.dual.weight * share * nll), y)
    }
    let (xs, ws, bs) = (x.map(Double.init), w.map(Double.init), b.map(Double.init))
    let y = harness.forward(x, mode: test.mode), expected = loss(xs, ws, bs).y
    #expect(zip(y, expected).allSatisfy { abs(Double($0) - $1) < 2e-5 }, "\(test)")
    let gx = harness.backward(gy, mode: test.mode)
    func difference(_ body: (Double) -> Double) -> Double { (body(1e-5) - body(-1e-5)) / 2e-5 }
    func check(_ got: [Float], _ name: String, _ moved: (Int, Double) -> Double) {
      for index in got.indices {
        let slope = difference { moved(index, $0) }
        #expect(abs(Double(got[index]) - slope) < 2e-4 * max(1, abs(slope)), "\(name)[\(index)] of \(test)")
      }
    }
    func with(_ values: [Double], _ index: Int, _ step: Double) -> [Double] {
      var values = values
      values[index] += step
      return values
    }
    check(gx, "gx") { loss(with(xs, $0, $1), ws, bs).loss }
    check(harness.gradient("n.weight"), "gw") { loss(xs, with(ws, $0, $1), bs).loss }
    check(harness.gradient("n.bias"), "gb") { loss(xs, ws, with(bs, $0, $1)).loss }
  }
}
