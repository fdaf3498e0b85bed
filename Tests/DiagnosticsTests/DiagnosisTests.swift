import Attacks
import Diagnostics
import Evaluation
import Networks
import Tensors
import Testing

/// A diagnosis puts together what sentinel, evaluation and measurements say of the same network and images.
struct DiagnosisTests {
  private let attack = PGD(epsilon: 8 / 255, stepSize: 2 / 255)
  private let source = Diagnosis.Source(
    program: "test", checkpoint: "last.safetensors", preset: "tiny", step: 12, data: "random", epsilon: 8.0 / 255)

  private func network(_ norm: NormKind = .batch) throws -> Network {
    var settings = ModelSettings(name: "conv4", input: Shape(1, 8, 8), classes: 4, width: 4)
    settings.norm = norm
    let network = try #require(Network(settings, pool: ThreadPool(threads: 2)))
    network.initialize(seed: 2)
    return network
  }

  /// Random images; every fourth label is wrong.
  private func images(_ network: Network, count: Int = 16) throws -> EvaluationSet {
    var random = RandomStream(seed: 5, purpose: .test)
    let pixels = (0..<count * 64).map { _ in random.uniform() }, logits = network.evaluate(pixels, count: count)
    let labels = (0..<count).map { image in
      (predictedClass(Array(logits[image * 4..<(image + 1) * 4]), classes: 4) + (image % 4 == 3 ? 1 : 0)) % 4
    }
    return try EvaluationSet(images: pixels, shape: Shape(1, 8, 8), labels: labels)
  }

  @Test func itsPartsAreThoseMeasuredAlone() throws {
    let network = try network(), set = try images(network)
    let result = try Diagnosis(network, on: set, attack: attack, seed: 7, source: source).run()
    let sentinel = Sentinel(set, deepCount: set.count, seed: 7)
    let quick = try sentinel.quick(afterStep: 12, attack, on: network) {}.probe
    let full = try sentinel.deep(after: quick, attack, on: network, isFull: true) {}
    #expect(result.quick == quick.reading && result.full == full.reading)
    #expect(result.clean.correct == 12 && result.pgd == quick.adversarial)
    #expect(result.evidence == (try sentinel.evidence(after: quick, attack, on: network) {}))
    #expect(result.causes == result.evidence.causes())
    let accuracies = try AccuracyMeasurement(set, seed: 7).run(on: network, under: [attack])
    #expect(accuracies.clean == result.clean && accuracies.attacked == [result.pgd])
    #expect(result.layers.map(\.name) == network.normPlaces.map(\.name) && result.layers.map(\.number) == [1, 2, 3, 4])
    #expect(result.layers.allSatisfy { $0.points == nil && $0.posterior == nil && $0.cleanRunning != nil })
    #expect(result.asReturned.images == 16 && result.asReturned.cleanPGD.layers.count == 4)
    #expect(result.branches == nil)
    #expect(result.card.suite == "AutoAttack" && result.card.attack == "PGD-10" && result.card.input == [1, 8, 8])
  }

  @Test func oneLayerHasItsPoints() throws {
    let network = try network(), set = try images(network)
    let all = try Diagnosis(network, on: set, attack: attack, seed: 7, source: source).run()
    let one = try Diagnosis(network, on: set, attack: attack, seed: 7, layer: 2, source: source).run()
    let layer = try #require(one.layers.first)
    #expect(one.layers.count == 1 && layer.number == 3 && layer.cleanRunning == all.layers[2].cleanRunning)
    #expect(layer.points?.clean.count == 16 && layer.points?.aa.count == 16)
    #expect(one.asReturned == all.asReturned && one.full == all.full)
  }

  @Test func splitNormsAreReadThroughEitherSetAndStayAsTheyWere() throws {
    let network = try network(.split)
    network.branch = .adversarial
    let set = try images(network)
    // Training on one domain tells the sets apart.
    _ = network.forward(set.images.pointer, count: 16, mode: .train, domains: .clean)
    let rows = try #require(
      try Diagnosis(network, on: set, attack: attack, seed: 7, source: source).run().branches)
    #expect(rows.map(\.branch) == ["clean", "adversarial"] && network.branch == .adversarial)
    for (row, branch) in zip(rows, [Branch.clean, .adversarial]) {
      network.branch = branch
      let accuracies = try AccuracyMeasurement(set, seed: 7).run(on: network, under: [attack])
      #expect(row.clean == accuracies.clean && row.pgd == accuracies.attacked[0], "\(row)")
    }
  }

  @Test func aPollEndsIt() throws {
    struct Enough: Error {}
    let network = try network(), set = try images(network)
    for allowed in [0, 20, 60] {
      var polls = 0
      #expect(throws: Enough.self) {
        try Diagnosis(network, on: set, attack: attack, seed: 7, source: source).run(poll: {
          polls += 1
          if polls > allowed { throw Enough() }
        })
      }
    }
  }
}
