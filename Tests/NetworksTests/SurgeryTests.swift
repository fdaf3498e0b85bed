import Networks
import Tensors
import TestSupport
import Testing

/// Norms exchanged in a trained network: what stays, and what is said of what does not.
struct SurgeryTests {
  private let shape = Shape(1, 16, 16)

  private func images(_ count: Int, seed: UInt32 = 7) -> [Float] { uniforms(count * shape.planarCount, seed: seed) }

  /// A network after two steps on both domains: statistics, momentum and all sets are its own.
  private func trained(
    _ norm: NormKind, model: String = "preact-mini", layers: String = "stage-ends", affine: NormAffine = .habitual
  ) throws -> Network {
    let places = try #require(NormPlacement(layers))
    let network = try freshNetwork(model, shape, width: 6, threads: 1, seed: 3) {
      ($0.norm, $0.normLayers, $0.normAffine) = (norm, places, affine)
    }
    var pixels = images(8)
    for index in pixels.count / 2..<pixels.count { pixels[index] = pixels[index] * 0.6 + 0.1 }
    for _ in 0..<2 { step(network, pixels) }
    return network
  }

  private func convert(
    _ network: Network, to norm: NormKind, layers: String = "stage-ends", affine: NormAffine = .habitual
  ) throws -> (network: Network, warnings: [SurgeryWarning]) {
    var settings = network.settings
    (settings.norm, settings.normLayers, settings.normAffine) = (norm, try #require(NormPlacement(layers)), affine)
    return try network.converted(to: settings)
  }

  private func step(_ network: Network, _ pixels: [Float]) {
    let logits = network.forward(pixels, count: 8, mode: .train, domains: .cleanFirst(4))
    network.backward((0..<80).map { logits[$0] / 80 - ($0 % 10 == 3 ? 0.05 : 0) }, wanted: .parameters)
    SGD(learningRate: 0.05).step(network)
  }

  private func gradient(_ network: Network, _ pixels: [Float]) -> [Float] {
    let logits = network.forward(pixels, count: 8, mode: .eval)
    let gradient = network.backward((0..<80).map { logits[$0] }, wanted: .input)
    return (0..<pixels.count).map { gradient[$0] }
  }

  @Test(arguments: ["preact-mini", "conv4", "resnet34-cifar", "small-cnn"])
  func fromBatchNormToTwoSetsNothingChanges(model: String) throws {
    let network = try trained(.batch, model: model), pixels = images(8)
    let logits = network.evaluate(pixels, count: 8), slopes = gradient(network, pixels)
    for (norm, layers, affine) in [
      (NormKind.dual, "stage-ends", NormAffine.habitual), (.dual, "all", .habitual), (.dual, "0", .habitual),
      (.split, "all", .shared), (.split, "stage-ends", .separate),
    ] {
      let (result, warnings) = try convert(network, to: norm, layers: layers, affine: affine)
      #expect(warnings == [], "\(norm)")
      for branch in Branch.allCases {
        result.branch = branch
        #expect(result.evaluate(pixels, count: 8) == logits, "\(norm) of \(model), \(branch)")
        #expect(gradient(result, pixels) == slopes, "\(norm) of \(model), \(branch)")
      }
      let (back, backWarnings) = try convert(result, to: .batch)
      #expect(backWarnings == [] && back.evaluate(pixels, count: 8) == logits)
      try expectSameState(back, network)
    }
    #expect(network.evaluate(pixels, count: 8) == logits, "the former network is left alone")
  }

  private func expectSameState(_ a: Network, _ b: Network) throws {
    let (one, two) = (a.stateDictionary(), b.stateDictionary())
    #expect(one.tensors.keys.sorted() == two.tensors.keys.sorted())
    for name in one.tensors.keys { #expect(try one.floats(name) == two.floats(name), "\(name)") }
  }

  /// A step after the change has the momentum of the steps before it.
  @Test func theMomentumOfTheOptimizerIsKept() throws {
    let network = try trained(.batch), pixels = images(8)
    let (twin, _) = try convert(network, to: .batch)
    let (split, _) = try convert(network, to: .split, layers: "all", affine: .separate)
    step(network, pixels)
    step(twin, pixels)
    try expectSameState(twin, network)
    let untouched = try trained(.batch)
    SGD(learningRate: 1, momentum: 1, weightDecay: 0).step(split)
    func moved(_ name: String, _ original: String) throws -> Bool {
      try split.stateDictionary().floats(name) != untouched.stateDictionary().floats(original)
    }
    #expect(try moved("layer1.0.bn1.weight_adv", "layer1.0.bn1.weight"))
    #expect(try moved("conv1.weight", "conv1.weight"))
  }

  @Test func twoSetsBecomeTheirMixture() throws {
    let network = try trained(.dual, layers: "all"), (result, warnings) = try convert(network, to: .batch)
    #expect(warnings.count == 1 && warnings[0].isCuredByRecalibration)
    #expect(warnings[0].description.hasSuffix("recalibrate"))
    let (before, after) = (network.stateDictionary(), result.stateDictionary())
    for name in Network.normPlaces(network.settings) {
      let means = try ["clean", "adv"].map { try before.floats("\(name).running_mean_\($0)") }
      let variances = try ["clean", "adv"].map { try before.floats("\(name).running_var_\($0)") }
      let mean = try after.floats("\(name).running_mean"), variance = try after.floats("\(name).running_var")
      #expect(means[0] != means[1])
      for channel in mean.indices {
        let distance = means[0][channel] - means[1][channel]
        #expect(abs(mean[channel] - (means[0][channel] + means[1][channel]) / 2) < 1e-6)
        let expected = (variances[0][channel] + variances[1][channel]) / 2 + distance * distance / 4
        #expect(abs(variance[channel] - expected) < 1e-6)
      }
      #expect(try after.floats("\(name).weight") == before.floats("\(name).weight"))
    }
  }

  @Test func everyOtherChangeIsExplainedAndRuns() throws {
    let kinds: [(NormKind, NormAffine)] = [
      (.batch, .habitual), (.dual, .habitual), (.split, .shared), (.split, .separate), (.instance, .on),
      (.instance, .off), (.group, .on), (.identity, .habitual),
    ]
    let pixels = images(8)
    for (from, affine) in kinds {
      let network = try trained(from, layers: "all", affine: affine), logits = network.evaluate(pixels, count: 8)
      for (to, newAffine) in kinds {
        let (result, warnings) = try convert(network, to: to, layers: "all", affine: newAffine)
        let after = result.evaluate(pixels, count: 8), label = "\(from), \(affine) → \(to), \(newAffine): \(warnings)"
        #expect(after.allSatisfy { $0.isFinite }, "\(label)")
        #expect((after == logits) == warnings.isEmpty, "\(label)")
        // γ and β have one fate.
        let fates = ["dropped", "copied", "starts at 1"].filter { fate in
          warnings.contains { $0.text.contains(fate) && $0.text.contains("γ") }
        }
        #expect(fates.count <= 1, "\(label)")
        step(result, pixels)
        #expect(result.isFinite && result.settings.norm == to)
      }
    }
  }

  @Test func nonsenseIsRefusedInOneLine() throws {
    let network = try trained(.batch)
    #expect(throws: FileError.self) { try convert(network, to: .dual, layers: "0,99") }
    #expect(throws: FileError.self) { try convert(network, to: .group, affine: .separate) }
  }

  @Test func recalibrationIsThePlainAverageOfItsBatches() throws {
    let batches = (0..<3).map { images(8, seed: UInt32($0 + 20)) }
    func statistics(_ batch: Int, _ momentum: Float) throws -> [Float] {
      let network = try trained(.dual, model: "conv4")
      network.statisticsMomentum = momentum
      network.forward(batches[batch], count: 8, mode: .train, domains: .cleanFirst(5))
      return network.runningStatistics()
    }
    let single = try (0..<3).map { try statistics($0, 1) }
    let network = try trained(.dual, model: "conv4")
    batches[0].withUnsafeBufferPointer { first in
      batches[1].withUnsafeBufferPointer { second in
        batches[2].withUnsafeBufferPointer { third in
          let all = [first, second, third].compactMap(\.baseAddress)
          network.recalibrate(batches: 3, poll: {}) { (all[$0], 8, .cleanFirst(5)) }
        }
      }
    }
    #expect(network.statisticsMomentum == 0.1)
    let mean = single[0].indices.map { (single[0][$0] + single[1][$0] + single[2][$0]) / 3 }
    #expect(zip(network.runningStatistics(), mean).allSatisfy { abs($0 - $1) < 1e-5 * max(1, abs($1)) })
  }
}
