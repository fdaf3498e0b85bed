import Attacks
import Diagnostics
import Networks
import Tensors
import TestSupport
import Testing

/// What enters norm layers, as the diagnostics see it, on every architecture.
struct NormInputTests {
  private func network(_ name: String, threads: Int = 2, size: Int = 16) throws -> Network {
    let settings = ModelSettings(name: name, input: Shape(1, size, size), classes: 10, width: 8, finalNorm: true)
    let network = try #require(Network(settings, pool: ThreadPool(threads: threads)))
    network.initialize(seed: 3)
    return network
  }

  private func images(_ count: Int, _ network: Network) -> [Float] {
    uniforms(count * network.settings.input.planarCount, seed: 5)
  }

  @Test(arguments: ModelKind.allCases.map(\.rawValue))
  func everyNormLayerIsThereUnderItsName(name: String) throws {
    let network = try network(name, size: 32), places = network.normPlaces
    let names = network.stateDictionary().tensors.keys.filter { $0.hasSuffix(".running_mean") }
    #expect(Set(places.map { $0.name + ".running_mean" }) == Set(names) && !places.isEmpty)
    for (layer, place) in places.enumerated() {
      let running = network.runningMoments(ofLayer: layer)
      #expect(running.count == 1 && running[0].domain == "")
      #expect(running[0].mean == [Float](repeating: 0, count: place.shape.channels))
      #expect(running[0].variance == [Float](repeating: 1, count: place.shape.channels))
    }
  }

  @Test(arguments: ["conv4", "preact-mini", "resnet34-cifar"])
  func anEvalPassInLanesAndInABatchSeesTheSame(name: String) throws {
    let network = try network(name), images = images(21, network)
    let lanes = try network.normInputMoments(images, count: 21)
    network.forward(images, count: 21, mode: .eval)
    #expect(lanes == network.normInputMoments(ofLastPass: 0..<21))
    let alone = try self.network(name, threads: 1)
    #expect(try lanes == alone.normInputMoments(images, count: 21))
    for layer in network.normPlaces.indices {
      let place = network.normPlaces[layer].shape
      let rows = try network.normInputs(ofLayer: layer, images, count: 21)
      #expect(
        ChannelMoments(planar: rows, channels: place.channels, pixels: place.pixels).variance
          == lanes[layer].variance)
    }
  }

  @Test func runningStatisticsFollowTheBatchSoTheirDistanceFallsToNothing() throws {
    let network = try network("preact-mini"), images = images(16, network)
    var sums: [Double] = []
    for _ in 0..<120 {
      network.forward(images, count: 16, mode: .train)
      let distances = BatchDistances(network, cleanRows: 0..<8, adversarialRows: 8..<16)
      #expect(distances.layers == network.normPlaces.map(\.name))
      let all = Wasserstein.squared(
        network.normInputMoments(ofLastPass: 0..<16),
        network.normPlaces.indices.map { layer in
          let running = network.runningMoments(ofLayer: layer)[0]
          return ChannelMoments(mean: running.mean.map { Double($0) }, variance: running.variance.map { Double($0) })
        })
      sums.append(all.sum)
    }
    // Only the factor n/(n − 1) of the unbiased variance is left.
    #expect(sums[0] > 0.1 && sums[119] < 1e-3 * sums[0])
    #expect(BatchDistances(network, cleanRows: 0..<0, adversarialRows: 0..<4).clean == nil)
  }

  @Test(arguments: ["conv4", "preact-mini"])
  func theBackwardPassLeavesWhatEntered(name: String) throws {
    let network = try network(name), images = images(8, network)
    network.forward(images, count: 8, mode: .train)
    let before = network.normInputMoments(ofLastPass: 0..<8)
    let cotangent = [Float](repeating: 0.1, count: 8 * network.classes)
    network.backward(cotangent, wanted: .parameters)
    // Attacks and measurements go through lanes, which have memory of their own.
    _ = network.evaluate(images, count: 8)
    #expect(network.normInputMoments(ofLastPass: 0..<8) == before)
  }

  @Test func aPassIsComparedWithTheStatisticsItLeftThoughALaterOneMovedThem() throws {
    let network = try network("conv4"), clean = images(8, network), adversarial = clean.map { 1 - $0 }
    network.forward(clean, count: 8, mode: .train, domains: .clean, slot: 0)
    let alone = BatchDistances(network, cleanRows: 0..<8, adversarialRows: 0..<0)
    let between = network.runningStatistics()
    network.forward(adversarial, count: 8, mode: .train, domains: .adversarial, slot: 1)
    let later = BatchDistances(network, cleanRows: 0..<8, adversarialRows: 0..<0, statistics: between)
    let second = BatchDistances(network, cleanRows: 0..<0, adversarialRows: 0..<8, slot: 1)
    let both = try #require(BatchDistances([later, second]))
    #expect(both.clean == alone.clean && both.adversarial == second.adversarial && second.adversarial != nil)
    #expect(BatchDistances(network, cleanRows: 0..<8, adversarialRows: 0..<0).clean != alone.clean)
    #expect(BatchDistances([]) == nil)
  }

  @Test func posteriorsOverGroupsOfImagesAreThoseOfAll() throws {
    var settings = ModelSettings(name: "conv4", input: Shape(1, 16, 16), classes: 10, width: 8)
    settings.norm = .dual
    let network = try #require(Network(settings, pool: ThreadPool(threads: 2)))
    network.initialize(seed: 3)
    let clean = images(40, network), adversarial = clean.map { min(1, $0 + 0.2) }
    network.forward(clean + adversarial, count: 80, mode: .train, domains: .cleanFirst(40))
    let grouped = try network.posteriorStatistics(clean: clean, adversarial: adversarial, count: 40)
    network.forward(clean + adversarial, count: 80, mode: .eval, domains: .cleanFirst(40))
    let whole = network.posteriors
    #expect(!whole.isEmpty && Set(grouped.keys) == Set(whole.map(\.name)))
    for gauge in whole {
      let own = try #require(grouped[gauge.name]), clean = try #require(own.cleanMean)
      #expect(own.histogram == gauge.histogram && own.histogram.reduce(0, +) == own.pixels)
      #expect(abs(own.routing - gauge.routingAccuracy) < 1e-12 && abs(clean - gauge.cleanMean) < 1e-12)
    }
    #expect(try self.network("conv4").posteriorStatistics(clean: clean, adversarial: adversarial, count: 40).isEmpty)
  }

  @Test func domainsAreComparedAsReturnedAndWhereBroken() throws {
    let network = try network("conv4"), clean = images(6, network)
    let pixels = network.settings.input.planarCount
    let pgd = clean.map { min(1, $0 + 0.1) }
    // AutoAttack broke images 1 and 4 with PGD's points, and returned the others clean.
    let isBroken = [false, true, false, false, true, false]
    let aa = clean.indices.map { isBroken[$0 / pixels] ? pgd[$0] : clean[$0] }
    let storages = [clean, pgd, aa].map { values in
      let storage = Storage(count: values.count)
      storage.pointer.update(from: values, count: values.count)
      return storage
    }
    let pointers = storages.map { UnsafePointer($0.pointer) }
    let domains = DomainImages(clean: pointers[0], pgd: pointers[1], aa: pointers[2], isBroken: isBroken)
    let returned = try domains.distancesAsReturned(network)
    let broken = try #require(try domains.distancesOfBroken(network))
    #expect(returned.images == 6 && broken.images == 2)
    #expect(returned.cleanAA.sum < returned.cleanPGD.sum && returned.cleanAA.sum > 0)
    #expect(broken.pgdAA.sum == 0 && broken.cleanAA == broken.cleanPGD)
    let none = DomainImages(
      clean: pointers[0], pgd: pointers[1], aa: pointers[0], isBroken: [Bool](repeating: false, count: 6))
    #expect(try none.distancesOfBroken(network) == nil && none.distancesAsReturned(network).cleanAA.sum == 0)
    #expect(try none.distancesAsReturned(network).cleanPGD == returned.cleanPGD)

    let scatter = try DomainScatter(network, layer: 2, domains, count: 6)
    #expect(scatter.layer == "body.7" && scatter.pgd.count == 6)
    for image in 0..<6 {
      let distance = scatter.aa[image] - (isBroken[image] ? scatter.pgd : scatter.clean)[image]
      #expect(abs(distance.x) < 1e-9 && abs(distance.y) < 1e-9)
    }
    let again = try DomainScatter(network, layer: 2, domains, count: 6, previous: scatter)
    withExtendedLifetime(storages) {}
    for (a, b) in zip(again.clean, scatter.clean) { #expect(abs(a.x - b.x) < 1e-9 && abs(a.y - b.y) < 1e-9) }
  }
}

/// What a picture says of a network that has diverged.
struct DivergedScatterTests {
  @Test func theLayerIsNamedWhoseInputsAreNotFinite() throws {
    let settings = ModelSettings(name: "conv4", input: Shape(1, 16, 16), classes: 10, width: 8, finalNorm: true)
    let network = try #require(Network(settings, pool: ThreadPool(threads: 1)))
    network.initialize(seed: 3)
    var clean = [Float](repeating: 0.5, count: 2 * network.settings.input.planarCount)
    clean[0] = .nan
    let isBroken = [true, false]
    try clean.withUnsafeBufferPointer { images in
      let first = try #require(images.baseAddress)
      let domains = DomainImages(clean: first, pgd: first, aa: first, isBroken: isBroken)
      let error = #expect(throws: EvaluationError.self) {
        try DomainScatter(network, layer: 0, domains, count: 2)
      }
      #expect(
        error?.description == "inputs of layer \(network.normPlaces[0].name): some values are NaN or infinite, "
          + "so there is no PCA; use an earlier checkpoint")
    }
  }
}

/// Posteriors of dual norms, from numbers.
struct PosteriorTests {
  @Test func posteriorsCountWhatTheyAreGiven() {
    let statistics = PosteriorStatistics(clean: [1, 0.995, 0.6, 0.5], adversarial: [0, 0.02, 0.7])
    #expect(statistics.pixels == 7 && statistics.histogram.reduce(0, +) == 7)
    #expect(statistics.histogram[19] == 2 && statistics.histogram[0] == 2 && statistics.histogram[10] == 1)
    #expect(statistics.decided == 3.0 / 7)
    // Right: 1, .995, .6 of the clean ones and 0, .02 of the others.
    #expect(statistics.routing == 5.0 / 7)
    #expect(abs((statistics.cleanMean ?? 0) - 0.77375) < 1e-6 && abs((statistics.adversarialMean ?? 0) - 0.24) < 1e-6)
    let nothing = PosteriorStatistics(clean: [], adversarial: [])
    #expect(nothing.pixels == 0 && nothing.decided == 0 && nothing.cleanMean == nil)
  }
}
