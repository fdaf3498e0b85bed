import Networks
import Tensors
import TestSupport
import Testing

/// Adversarial weight perturbation. docs/algorithms.md §2.5.
struct WeightPerturbationTests {
  private func network(threads: Int = 2) throws -> Network {
    try freshNetwork("conv4", Shape(1, 16, 16), threads: threads, seed: 4)
  }

  private let count = 16
  private var images: [Float] { uniforms(count * 256, seed: 6) }

  /// The mean cross-entropy to class 3 with batch moments; the gradient is left in the network.
  private func loss(_ network: Network) -> Double {
    let logits = network.forward(images, count: count, mode: .batch)
    var cotangent = [Float](repeating: 0, count: count * 10), sum = 0.0
    for image in 0..<count {
      let row = (0..<10).map { Double(logits[image * 10 + $0]) }, largest = row.max() ?? 0
      let total = row.reduce(0) { $0 + exponential($1 - largest) }
      sum += largest + logarithm(total) - row[3]
      for k in 0..<10 {
        cotangent[image * 10 + k] = Float((exponential(row[k] - largest) / total - (k == 3 ? 1 : 0)) / Double(count))
      }
    }
    network.backward(cotangent, wanted: .parameters)
    return sum / Double(count)
  }

  private func values(_ network: Network) throws -> [String: [Float]] {
    let file = network.stateDictionary()
    return Dictionary(uniqueKeysWithValues: try network.tensors.map { ($0.name, try file.floats($0.name)) })
  }

  @Test func everyWeightTensorMovesByItsShareAlongItsGradientAndNothingElseMoves() throws {
    let network = try network()
    _ = loss(network)
    let before = try values(network)
    network.perturbWeights(by: 0.01)
    let after = try values(network)
    for tensor in network.tensors {
      let old = try #require(before[tensor.name]), new = try #require(after[tensor.name])
      guard tensor.isParameter, tensor.shape.count >= 2 else {
        #expect(old == new, "\(tensor.name)")
        continue
      }
      let gradient = try #require(network.gradient(of: tensor.name))
      let moved = zip(new, old).map { Double($0) - Double($1) }
      let norm = { (v: [Double]) in v.reduce(0) { $0 + $1 * $1 }.squareRoot() }
      #expect(abs(norm(moved) / norm(old.map(Double.init)) - 0.01) < 1e-5, "\(tensor.name)")
      let cosine =
        zip(moved, gradient).reduce(0) { $0 + $1.0 * Double($1.1) } / norm(moved) / norm(gradient.map(Double.init))
      #expect(cosine > 0.9999, "\(tensor.name)")
    }
  }

  @Test func theLossRises() throws {
    let network = try network(), before = loss(network)
    network.perturbWeights(by: 0.005)
    #expect(loss(network) > before)
  }

  @Test func noGradientMovesNothingAndThreadsDoNotMatter() throws {
    let still = try network()
    let before = try values(still)
    still.memory.gradients.clear()
    still.perturbWeights(by: 0.1)
    #expect(try values(still) == before)
    let runs = try [1, 2, 4].map { threads in
      let network = try network(threads: threads)
      _ = loss(network)
      network.perturbWeights(by: 0.01)
      return try values(network)
    }
    #expect(runs[0] == runs[1] && runs[1] == runs[2])
  }
}
