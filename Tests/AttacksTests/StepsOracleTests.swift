import Attacks
import Networks
import Tensors
import TestSupport
import Testing

/// Logits, gradients, FGSM and every PGD step against PyTorch in float64 (`attacks/`).
struct StepsOracleTests {
  @Test(arguments: ["nat", "at", "rgb"])
  func logitsMatchPyTorch(name: String) throws {
    let oracle = try Oracle("attacks/model_\(name)")
    let network = try oracleNetwork(name)
    let images = try oracle.file.bytes("images").map { Float($0) / 255 }
    #expect(try oracle.excess(network.evaluate(images, count: 32), "logits") <= 1)
  }

  @Test(arguments: ["nat", "at", "rgb"])
  func everyStepMatchesPyTorch(name: String) throws {
    let oracle = try Oracle("attacks/steps_\(name)")
    let network = try oracleNetwork(name)
    let x = try oracle.floats("x"), labels = try oracle.integers("labels")
    let linf = PGD(
      norm: .linf, epsilon: Float(oracle.setting("eps_linf") ?? 0), stepSize: Float(oracle.setting("alpha_linf") ?? 0))
    let l2 = PGD(
      norm: .l2, epsilon: Float(oracle.setting("eps_l2") ?? 0), stepSize: Float(oracle.setting("alpha_l2") ?? 0))
    let clean = network.evaluate(x, count: labels.count)
    let runs: [(PGD, AttackTarget, start: String, key: String, share: Double)] = [
      (linf, .labels(labels), "start_linf", "pgd_linf", 0.01), (l2, .labels(labels), "start_l2", "pgd_l2", 0.01),
      (linf, .cleanLogits(clean), "start_kl", "pgd_kl", 0.06),
    ]
    for (pgd, target, start, key, share) in runs {
      var point = try oracle.floats(start), trace: [Float] = []
      try x.withUnsafeBufferPointer { x in
        let batch = AttackBatch(
          images: try #require(x.baseAddress), examples: Array(labels.indices), target: target, seed: 0)
        try point.withUnsafeMutableBufferPointer { point in
          let base = try #require(point.baseAddress)
          try pgd.iterate(batch, on: network, at: base, poll: noPoll) { _ in trace += Array(point) }
        }
      }
      let expected = try oracle.floats("\(key).x_adv")
      let off = zip(trace, expected).count { abs($0 - $1) > 1e-4 }
      #expect(trace.count == expected.count)
      #expect(Double(off) <= share * Double(expected.count), "\(name) \(key): \(off) of \(expected.count) entries off")
    }
    let adversarial = try perturbed(FGSM(epsilon: linf.epsilon), on: network, x, .labels(labels))
    let off = zip(adversarial, try oracle.floats("fgsm")).count { abs($0 - $1) > 1e-4 }
    #expect(Double(off) <= 0.01 * Double(x.count), "\(name) fgsm: \(off) of \(x.count) entries off")
  }
}
