import Networks
import Tensors
import TestSupport
import Testing

/// What must hold for norms with two sets, whatever the numbers.
struct DualNormLawTests {
  private let shape = [6, 20, 3, 5]
  private var count: Int { shape.reduce(1, *) }

  private func norm(_ kind: NormKind, relu: Bool = true) -> LayerHarness {
    LayerHarness(input: shape, threads: 2) { input, builder in
      switch kind {
      case .dual: DualNorm("n", input, relu: relu, &builder)
      case .split: SplitNorm("n", input, relu: relu, &builder)
      default: BatchNorm("n", input, relu: relu, &builder)
      }
    }
  }

  private func setStatistics(_ harness: LayerHarness, _ suffix: String, seed: UInt32) {
    harness.set("n.running_mean\(suffix)", uniforms(20, seed: seed, in: -2...2))
    harness.set("n.running_var\(suffix)", uniforms(20, seed: seed + 1, in: -2...2).map { abs($0) + 0.1 })
  }

  @Test func equalSetsGiveTheBitsOfBatchNorm() {
    let x = uniforms(count, seed: 1, in: -2...2), dy = uniforms(count, seed: 2, in: -2...2), batch = norm(.batch)
    setStatistics(batch, "", seed: 5)
    let y = batch.forward(x), dx = batch.backward(dy)
    for kind in [NormKind.dual, .split] {
      let harness = norm(kind)
      for suffix in ["_clean", "_adv"] { setStatistics(harness, suffix, seed: 5) }
      for branch in Branch.allCases {
        harness.norms.branch = branch
        #expect(harness.forward(x) == y && harness.backward(dy) == dx, "\(kind), \(branch)")
        #expect(harness.gradient("n.weight") == batch.gradient("n.weight"))
      }
    }
  }

  @Test func aBatchOfOneDomainIsPlainBatchNormOnItsSet() {
    let x = uniforms(count, seed: 1, in: -2...2), dy = uniforms(count, seed: 2, in: -2...2)
    for kind in [NormKind.dual, .split] {
      for (domains, own, other) in [
        (Domains.clean, "_clean", "_adv"), (.adversarial, "_adv", "_clean"), (.cleanFirst(6), "_clean", "_adv"),
        (.rows(Array(repeating: false, count: 6)), "_adv", "_clean"), (.unknown, "_clean", "_adv"),
      ] {
        let harness = norm(kind), batch = norm(.batch)
        harness.domains = domains
        #expect(harness.forward(x, mode: .train) == batch.forward(x, mode: .train), "\(kind), \(domains)")
        #expect(harness.backward(dy, mode: .train) == batch.backward(dy, mode: .train), "\(kind), \(domains)")
        #expect(harness.value("n.running_mean\(own)") == batch.value("n.running_mean"))
        #expect(harness.value("n.running_var\(own)") == batch.value("n.running_var"))
        #expect(harness.value("n.running_mean\(other)") == Array(repeating: 0, count: 20))
      }
    }
  }

  @Test func theBranchChoosesTheSetOfEvalMode() {
    let x = uniforms(count, seed: 1, in: -2...2)
    for kind in [NormKind.dual, .split] {
      let harness = norm(kind)
      setStatistics(harness, "_clean", seed: 5)
      setStatistics(harness, "_adv", seed: 9)
      for (branch, seed) in [(Branch.clean, UInt32(5)), (.adversarial, 9)] {
        let batch = norm(.batch)
        setStatistics(batch, "", seed: seed)
        harness.norms.branch = branch
        #expect(harness.forward(x) == batch.forward(x), "\(kind), \(branch)")
      }
    }
  }

  @Test func separateAffineIsTrainedByTheRowsOfItsDomain() {
    let harness = LayerHarness(input: shape) { SplitNorm("n", $0, relu: false, affine: .separate, &$1) }
    let x = uniforms(count, seed: 1, in: -2...2), dy = uniforms(count, seed: 2, in: -2...2)
    harness.domains = .cleanFirst(3)
    _ = harness.forward(x, mode: .train)
    _ = harness.backward(dy, mode: .train)
    let half = count / 2
    func bias(_ values: ArraySlice<Float>) -> [Float] {
      (0..<20).map { channel in
        Float(values.enumerated().filter { $0.offset / 15 % 20 == channel }.reduce(0.0) { $0 + Double($1.element) })
      }
    }
    #expect(close(harness.gradient("n.bias"), bias(dy[..<half])))
    #expect(close(harness.gradient("n.bias_adv"), bias(dy[half...])))
    harness.domains = .clean
    _ = harness.forward(x, mode: .train)
    _ = harness.backward(dy, mode: .train)
    #expect(close(harness.gradient("n.bias"), bias(dy[...])))
    #expect(harness.gradient("n.weight_adv") == Array(repeating: 0, count: 20), "none of its rows was there")
  }

  private func close(_ a: [Float], _ b: [Float]) -> Bool { zip(a, b).allSatisfy { abs($0 - $1) < 1e-4 } }

  @Test func notANumberStaysNotANumber() {
    for mode in [Mode.eval, .batch] {
      let harness = norm(.dual, relu: false)
      setStatistics(harness, "_clean", seed: 5)
      setStatistics(harness, "_adv", seed: 9)
      harness.domains = .cleanFirst(3)
      var x = uniforms(count, seed: 1, in: -2...2)
      x[0] = .nan
      let y = harness.forward(x, mode: mode)
      #expect((0..<20).allSatisfy { y[$0 * 15].isNaN }, "one channel decides the posterior of all")
      #expect(mode == .batch || y[1].isFinite)
    }
  }

  /// A batch with a domain of a single pixel has no variance there: finite, as in BN.
  @Test func aDomainOfOnePixelIsFinite() {
    for kind in [NormKind.dual, .split] {
      let harness = LayerHarness(input: [2, 3, 1, 1]) { input, builder in
        kind == .dual
          ? DualNorm("n", input, relu: false, &builder) as any NormLayer : SplitNorm("n", input, relu: false, &builder)
      }
      harness.domains = .cleanFirst(1)
      #expect(harness.forward([1, 2, 3, 4, 5, 6], mode: .train).allSatisfy { $0.isFinite })
      #expect(harness.backward([1, 1, 1, 1, 1, 1], mode: .train).allSatisfy { $0.isFinite })
      #expect(harness.value("n.running_var_adv").allSatisfy { $0.isFinite })
    }
  }
}
