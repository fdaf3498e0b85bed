import Networks
import Tensors
import TestSupport
import Testing

/// Several forward passes alive at once, gradients added up, and what norms are told.
struct SlotTests {
  private let shape = Shape(1, 16, 16)

  private func network() throws -> Network { try freshNetwork("preact-mini", shape, seed: 5) }

  private func images(_ seed: UInt32, _ count: Int) -> [Float] { uniforms(count * shape.planarCount, seed: seed) }

  private func gradients(_ network: Network) -> [Float] {
    let names = network.stateDictionary().tensors.keys.sorted()
    return names.compactMap { network.gradient(of: $0) }.flatMap { $0 }
  }

  @Test func aBackwardPassBelongsToTheForwardPassOfItsSlot() throws {
    let network = try network(), counts = [5, 3, 4]
    let batches = counts.enumerated().map { images(UInt32($0.offset + 1), $0.element) }
    let cotangents = counts.map { count in (0..<count * 10).map { Float($0 % 7) / 7 - 0.4 } }
    let apart = zip(batches, zip(counts, cotangents)).map { batch, rest in
      network.forward(batch, count: rest.0, mode: .batch)
      network.backward(rest.1, wanted: .parameters)
      return gradients(network)
    }
    let logits = (0..<3).map { slot in network.forward(batches[slot], count: counts[slot], mode: .batch, slot: slot) }
    #expect(Set(logits).count == 3)
    for slot in [1, 0, 2] {
      network.backward(cotangents[slot], wanted: .parameters, slot: slot)
      #expect(gradients(network) == apart[slot], "slot \(slot)")
    }
    for slot in 0..<3 {
      network.backward(cotangents[slot], wanted: .parameters, slot: slot, accumulating: slot > 0)
    }
    let sum = apart[0].indices.map { apart[0][$0] + apart[1][$0] + apart[2][$0] }
    #expect(zip(gradients(network), sum).allSatisfy { abs($0 - $1) <= 1e-6 * max(1, abs($1)) })
    #expect(gradients(network) != apart[2])
  }

  @Test func theStatisticsMoveByTheirMomentum() throws {
    let network = try network(), batch = images(1, 6)
    network.statisticsMomentum = 1
    network.forward(batch, count: 6, mode: .train)
    let once = network.runningStatistics()
    network.forward(batch, count: 6, mode: .train)
    let twice = network.runningStatistics()
    #expect(zip(once, twice).allSatisfy { abs($0 - $1) < 1e-6 }, "only the last batch counts")
    network.statisticsMomentum = 0
    network.forward(images(2, 6), count: 6, mode: .train)
    #expect(network.runningStatistics() == twice, "no batch counts")
    network.statisticsMomentum = 0.5
    network.forward(images(2, 6), count: 6, mode: .train)
    #expect(network.runningStatistics() != twice)
  }

  @Test func settingsOfNormsThatCannotBeAreExplainedInOneLine() {
    var settings = ModelSettings(name: "preact-resnet18", input: Shape(3, 32, 32), classes: 10, width: 8)
    #expect(settings.normComplaint == nil)
    settings.normAffine = .separate
    #expect(settings.normComplaint?.contains("norm.affine: 'separate' has no meaning for norm bn") == true)
    settings.normAffine = .habitual
    #expect(NormPlacement("3,2") == nil)
    #expect(Network.normPlaces(settings).count == 16)
    #expect(Network.normPlaces(settings)[7] == "layer2.1.bn2")
    settings.finalNorm = true
    #expect(Network.normPlaces(settings).last == "bn")
  }
}
