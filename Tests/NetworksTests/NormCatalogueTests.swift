import Foundation
import Networks
import Recipe
import Tensors
import TestSupport
import Testing

/// Every norm in every model.
struct NormCatalogueTests {
  @Test func theNormsAreThoseOfTheKnob() {
    guard case .choice(let names) = AnyKnob.named("norm")?.kind,
      case .choice(let affine) = AnyKnob.named("norm.affine")?.kind,
      case .choice(let reductions) = AnyKnob.named("dbn.reduction")?.kind
    else {
      Issue.record("no such knobs")
      return
    }
    #expect(norms.map { $0.kind.rawValue } == names)
    #expect(NormKind.allCases.map(\.rawValue) == names)
    #expect(NormAffine.allCases.map(\.rawValue) == affine)
    #expect(DualReduction.allCases.map(\.rawValue) == reductions)
  }

  @Test func everyNormInTheFolderIsListed() throws {
    let folder = Repository.root.appendingPathComponent("Sources/Networks/Norms")
    var declared: Set<String> = []
    for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      let source = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
      for line in source.split(separator: "\n") where line.contains("package final class") {
        declared.insert(String(line.dropFirst("package final class ".count).prefix { $0.isLetter }))
      }
    }
    // SiLUNorm is no choice of its own: it wraps any of the others.
    #expect(declared == Set(norms.map { "\($0)" }).union(["SiLUNorm"]))
  }

  @Test(arguments: ModelKind.allCases.map(\.rawValue)) func everyNormTrainsAndEvaluatesInEveryModel(name: String) throws
  {
    for shape in [Shape(1, 16, 16), Shape(3, 37, 33)] {
      var refused: [NormKind] = []
      for (norm, layers, affine) in Self.choices {
        let network = try make(name, shape, norm, layers, affine)
        guard network.settings.normComplaint == nil else {
          refused.append(norm)
          continue
        }
        let images = uniforms(6 * shape.planarCount, seed: 7), label = "\(name), \(norm), \(layers), \(affine)"
        let domains = Domains.cleanFirst(3)
        let logits = Array(
          UnsafeBufferPointer(start: network.forward(images, count: 6, mode: .train, domains: domains), count: 42))
        #expect(logits.allSatisfy { $0.isFinite }, "\(label)")
        network.backward((0..<42).map { Float($0 % 7) / 70 - 0.04 }, wanted: [.input, .parameters])
        #expect(network.hasFiniteGradients, "\(label)")
        var steepest: Float = 0
        for tensor in network.tensors where tensor.isParameter {
          let gradient = try #require(network.gradient(of: tensor.name))
          steepest = gradient.reduce(steepest) { max($0, abs($1)) }
          // A bias before a norm with its own, and all but the scale of what a norm undoes, has no gradient.
          if tensor.name.hasSuffix("weight") { #expect(gradient.contains { $0 != 0 }, "\(tensor.name) of \(label)") }
        }
        // Without norms, and with those of three single pixels, gradients grow from layer to layer: no weight moves by
        // more than a hundredth.
        SGD(learningRate: 0.01 / max(1, steepest)).step(network)
        #expect(network.evaluate(images, count: 6).allSatisfy { $0.isFinite }, "\(label)")
        let dual = norm == .dual ? Network.normPlaces(network.settings).count : 0
        #expect(norm == .dual ? network.nll.total > 0 && network.nll.perLayer.count <= dual : network.nll.total == 0)
      }
      // Norms over single pixels of an image have nothing to work on; only deep networks of small images have those.
      #expect(refused.allSatisfy { [.instance, .group].contains($0) } && refused.count <= 4, "\(name): \(refused)")
    }
  }

  @Test func dualNormsStandAtTheEndsOfStages() throws {
    for (name, places) in [
      ("preact-resnet18", [3, 7, 11, 15]), ("resnet34", [6, 15, 28, 35]), ("resnet34-cifar", [6, 15, 28, 35]),
      ("preact-resnet20", [5, 11, 17]), ("preact-mini", [1, 3, 5]), ("conv4", [0, 1, 2, 3]), ("small-cnn", [0, 1]),
    ] {
      let network = try make(name, Shape(3, 32, 32), .dual, "stage-ends", .habitual)
      let names = Network.normPlaces(network.settings)
      #expect(network.dualNorms.map(\.name) == places.map { names[$0] }, "\(name)")
      let list = try make(name, Shape(3, 32, 32), .dual, "0,1", .habitual)
      #expect(list.dualNorms.map(\.name) == Array(names[0...1]), "\(name)")
      let all = try make(name, Shape(3, 32, 32), .dual, "all", .habitual)
      #expect(all.dualNorms.map(\.name) == names, "\(name)")
    }
  }

  /// γ and β are shared by the domains; running statistics are not parameters; without norms convolutions have biases.
  @Test func parameterCountsFollowFromTheNorms() throws {
    let input = Shape(3, 32, 32)
    func count(_ norm: NormKind, _ affine: NormAffine = .habitual, _ layers: String = "all") throws -> Int {
      var settings = ModelSettings(name: "preact-resnet18", input: input, classes: 10, width: 64)
      settings.norm = norm
      settings.normLayers = try #require(NormPlacement(layers))
      settings.normAffine = affine
      return try #require(Network(settings, pool: ThreadPool(threads: 1))).parameterCount
    }
    let plain = 11_171_146, channels = 3392
    for norm in [NormKind.batch, .dual, .split, .group] { #expect(try count(norm) == plain, "\(norm)") }
    #expect(try count(.instance, .on) == plain)
    #expect(try count(.split, .separate) == plain + 2 * channels)
    #expect(try count(.split, .separate, "stage-ends") == plain + 2 * (64 + 128 + 256 + 512))
    #expect(try count(.group, .off) == plain - 2 * channels)
    #expect(try count(.instance) == plain - 2 * channels)
    // Sixteen 3×3 convolutions of blocks, three shortcuts, the stem.
    let biases = 64 + 4 * (64 + 128 + 256 + 512) + 128 + 256 + 512
    #expect(try count(.identity) == plain - 2 * channels + biases)
  }

  @Test(arguments: norms.map { $0.kind }) func bitsDependOnNeitherBatchNorThreads(norm: NormKind) throws {
    let shape = Shape(1, 13, 12)
    for name in ["conv4", "preact-mini", "resnet34-cifar"] {
      let runs = try (1...3).map { threads in
        let network = try make(name, shape, norm, "all", .habitual, threads: threads)
        let pixels = uniforms(19 * shape.planarCount, seed: 7)
        for _ in 0..<2 {
          network.forward(pixels, count: 19, mode: .train, domains: .cleanFirst(11))
          let cotangent = (0..<19 * 7).map { Float($0 % 7) / 700 - 0.004 }
          network.backward(cotangent, wanted: [.input, .parameters])
          SGD(learningRate: norm == .identity ? 1e-9 : 0.1).step(network)
        }
        return network
      }
      let states = try runs.map { network in
        let state = network.stateDictionary()
        return try state.tensors.keys.sorted().flatMap { try state.floats($0) }
      }
      #expect(states.allSatisfy { $0 == states[0] }, "\(name), \(norm) on 1, 2 and 3 threads")
      let network = runs[1], pixels = uniforms(19 * shape.planarCount, seed: 7), size = shape.planarCount
      let together = network.evaluate(pixels, count: 19)
      let whole = Array(UnsafeBufferPointer(start: network.forward(pixels, count: 19, mode: .eval), count: 133))
      let alone = (0..<19).flatMap { network.evaluate(Array(pixels[$0 * size..<($0 + 1) * size]), count: 1) }
      #expect(together.allSatisfy { $0.isFinite } && together == alone && whole == alone, "\(name), \(norm)")
    }
  }

  @Test func instanceNormOfSinglePixelsIsRefusedInOneLine() {
    var settings = ModelSettings(name: "resnet34", input: Shape(1, 16, 16), classes: 7, width: 16)
    settings.norm = .instance
    #expect(settings.normComplaint?.contains("has nothing to normalize over") == true)
    settings.input = Shape(1, 64, 64)
    #expect(settings.normComplaint == nil)
    settings.norm = .group
    settings.input = Shape(1, 16, 16)
    #expect(settings.normComplaint == nil)
    settings.width = 4
    #expect(settings.normComplaint?.contains("layer3") == true, "16 channels of one pixel are 16 groups of one")
  }

  private static let choices: [(NormKind, String, NormAffine)] = [
    (.batch, "stage-ends", .habitual), (.dual, "stage-ends", .habitual), (.dual, "all", .habitual),
    (.split, "all", .shared), (.split, "stage-ends", .separate), (.instance, "all", .habitual), (.instance, "all", .on),
    (.group, "all", .habitual), (.group, "all", .off), (.identity, "all", .habitual),
  ]

  private func make(
    _ name: String, _ shape: Shape, _ norm: NormKind, _ layers: String, _ affine: NormAffine, threads: Int = 2
  ) throws -> Network {
    let places = try #require(NormPlacement(layers))
    return try freshNetwork(name, shape, classes: 7, width: 6, threads: threads, seed: 1) {
      ($0.norm, $0.normLayers, $0.normAffine) = (norm, places, affine)
    }
  }
}
