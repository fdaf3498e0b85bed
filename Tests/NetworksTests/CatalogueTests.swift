import Foundation
import Networks
import Recipe
import Tensors
import TestSupport
import Testing

struct CatalogueTests {
  @Test func theNamesAreThoseOfTheKnob() {
    guard case .choice(let names) = AnyKnob.named("model")?.kind else {
      Issue.record("no knob 'model'")
      return
    }
    #expect(ModelKind.allCases.map(\.rawValue) == names)
  }

  @Test func everyModelInTheFolderIsListed() throws {
    let folder = Repository.root.appendingPathComponent("Sources/Networks/Models")
    var declared: Set<String> = []
    for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) where file != "Catalogue.swift" {
      let source = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
      for line in source.split(separator: "\n") where line.contains(": Model {") {
        declared.insert(
          line.replacingOccurrences(of: "struct ", with: "").replacingOccurrences(of: ": Model {", with: ""))
      }
    }
    #expect(declared == Set(models.map { "\($0)" }))
  }

  @Test func everyModelRunsOnGrayAndColoredImagesOfOddSizes() throws {
    for name in ModelKind.allCases.map(\.rawValue) {
      for shape in [Shape(1, 16, 16), Shape(3, 33, 29)] {
        let network = try freshNetwork(name, shape, classes: 7, width: 5, seed: 1)
        let images = (0..<3 * shape.planarCount).map { Float($0 % 11) / 11 }
        let logits = Array(UnsafeBufferPointer(start: network.forward(images, count: 3, mode: .train), count: 21))
        #expect(logits.allSatisfy { $0.isFinite }, "\(name)")
        network.backward(logits, wanted: [.input, .parameters])
        // Norms of three single pixels let gradients grow from layer to layer: no weight moves by more than a
        // hundredth.
        var steepest: Float = 0
        for tensor in network.tensors where tensor.isParameter {
          let gradient = try #require(network.gradient(of: tensor.name))
          steepest = gradient.reduce(steepest) { max($0, abs($1)) }
        }
        #expect(steepest > 0 && steepest.isFinite, "\(name)")
        SGD(learningRate: 0.01 / max(1, steepest)).step(network)
        #expect(network.evaluate(images, count: 3).allSatisfy { $0.isFinite }, "\(name)")
      }
    }
  }
}
