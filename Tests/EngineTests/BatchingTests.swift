import Diagnostics
import Engine
import Events
import Foundation
import Networks
import Objectives
import Recipe
import Tensors
import Testing

/// What each way of batching does to running statistics, exactly as in docs/algorithms.md §2.1, and to gradients.
struct BatchingTests {
  private static let size = 8, images = 2

  /// conv4 whose first channel, before its first BN, is the image itself at every second pixel.
  private func network() throws -> Network {
    let settings = ModelSettings(
      name: "conv4", input: Shape(1, Self.size, Self.size), classes: 3, width: 8, mean: 0, deviation: 1)
    let network = try #require(Network(settings, pool: ThreadPool(threads: 2)))
    network.initialize(seed: 1)
    var file = network.stateDictionary()
    var kernel = [Float](repeating: 0, count: 8 * 9)
    kernel[4] = 1
    file.add("body.0.weight", shape: [8, 1, 3, 3], floats: kernel)
    // Means are counted from 0, as in the specification.
    file.add("body.1.running_mean", shape: [8], floats: [Float](repeating: 0, count: 8))
    try network.load(file)
    return network
  }

  private func objective(_ name: String) throws -> any Objective {
    var settings = Settings()
    try settings.set("objective", to: .text(name))
    try settings.set("beta", to: .number(6))
    return settings.objective
  }

  /// Runs one outer pass over images of constant brightness.
  private func run(
    _ network: Network, _ name: String, _ batching: Batching, clean: [Float], adversarial: [Float],
    cleanRows: Int? = nil,
    mode: Mode = .train
  ) throws -> OuterPass.Result {
    let pixels = Self.size * Self.size, count = clean.count
    let images = (clean + adversarial).flatMap { [Float](repeating: $0, count: pixels) }
    return try images.withUnsafeBufferPointer { images in
      let base = try #require(images.baseAddress)
      return try OuterPass(
        network: network, objective: try objective(name), batching: batching, clean: base,
        labels: (0..<count).map { $0 % 3 }, cleanRows: cleanRows ?? count, gradient: Storage(count: 3 * count * 3)
      ).run(mode: mode) {}
    }
  }

  private func statistics(_ network: Network) throws -> (mean: Float, variance: Float) {
    let file = network.stateDictionary()
    return (try file.floats("body.1.running_mean")[0], try file.floats("body.1.running_var")[0])
  }

  /// TRADES, MAT and MART alike: .9R + .1·mix; .81R + .09·clean + .1·adv; .729R + .081·clean + .09·adv + .1·clean.
  @Test(arguments: [(Batching.seq, Float(2.9)), (.seq3, 3.61), (.cat, 1.5)], ["trades", "mat", "mart"])
  func runningMeansFollowTheEMA(batching: (way: Batching, mean: Float), name: String) throws {
    let network = try network()
    _ = try run(network, name, batching.way, clean: [10, 10], adversarial: [20, 20])
    #expect(abs(try statistics(network).mean - batching.mean) < 1e-5)
  }

  /// The EMA continues from what the last step left: twice .9R + …
  @Test(arguments: [(Batching.seq, Float(0.81 * 2.9 + 2.9)), (.seq3, 0.729 * 3.61 + 3.61), (.cat, 0.9 * 1.5 + 1.5)])
  func theNextStepStartsFromThere(batching: Batching, mean: Float) throws {
    let network = try network()
    for _ in 0..<2 { _ = try run(network, "mat", batching, clean: [10, 10], adversarial: [20, 20]) }
    #expect(abs(try statistics(network).mean - mean) < 1e-4)
  }

  /// Each pass is reported right after it moved the statistics, with the means of that moment.
  @Test(arguments: [
    (Batching.cat, ["0..<2 2..<5 in 0: 1.60"]),
    (.seq, ["0..<3 0..<0 in 0: 1.00", "0..<0 0..<3 in 1: 2.90"]),
    (.seq3, ["0..<3 0..<0 in 0: 1.00", "0..<0 0..<3 in 1: 2.90"]),
  ])
  func aTrackerSeesEveryPassWithItsStatistics(batching: Batching, expected: [String]) throws {
    let network = try network(), pixels = Self.size * Self.size
    let images = [Float](repeating: 10, count: 3 * pixels) + [Float](repeating: 20, count: 3 * pixels)
    try images.withUnsafeBufferPointer { images in
      var pass = OuterPass(
        network: network, objective: try objective("mat"), batching: batching,
        clean: try #require(images.baseAddress), labels: [0, 1, 2], cleanRows: batching == .cat ? 2 : 3,
        gradient: Storage(count: 3 * 3 * 3))
      let notes = Notes { (try? self.statistics(network).mean) ?? .nan }
      pass.observer = notes
      _ = try pass.run(mode: .batch) {}
      #expect(notes.seen.isEmpty)
      _ = try pass.run(mode: .train) {}
      #expect(notes.seen == expected)
    }
  }

  private final class Notes: PassObserver {
    var seen: [String] = []
    private let mean: () -> Float

    init(mean: @escaping () -> Float) { self.mean = mean }

    func note(_ network: Network, cleanRows: Range<Int>, adversarialRows: Range<Int>, slot: Int) {
      seen.append("\(cleanRows) \(adversarialRows) in \(slot): " + String(format: "%.2f", mean()))
      // The rows are those images: their first channel is their brightness.
      for (rows, brightness) in [(cleanRows, 10.0), (adversarialRows, 20)] where !rows.isEmpty {
        let moments = network.normInputMoments(ofLastPass: rows, slot: slot)[0]
        #expect(abs(moments.mean[0] - brightness) < 1e-4)
      }
    }
  }

  @Test(arguments: [("standard", Float(1)), ("at", 2)]) func oneKindOfRowsHasOnePass(name: String, mean: Float) throws {
    for batching in Batching.allCases {
      let network = try network()
      _ = try run(network, name, batching, clean: [10, 10], adversarial: [20, 20])
      #expect(abs(try statistics(network).mean - mean) < 1e-5)
    }
  }

  /// (0, 2) and (10, 14): variances 1 and 4, together 32.75 = (1 + 4)/2 + 11²/4.
  @Test func theVarianceOfTheMixtureHasTheBetweenMeansTerm() throws {
    let pixels = Float(Self.images * 16)
    let unbiased = { (variance: Float, count: Float) in variance * count / (count - 1) }
    for (batching, expected) in [
      (Batching.cat, 0.9 + 0.1 * unbiased(32.75, 2 * pixels)),
      (.seq, 0.81 + 0.09 * unbiased(1, pixels) + 0.1 * unbiased(4, pixels)),
      (.seq3, 0.729 + 0.081 * unbiased(1, pixels) + 0.09 * unbiased(4, pixels) + 0.1 * unbiased(1, pixels)),
    ] {
      let network = try network()
      _ = try run(network, "trades", batching, clean: [0, 2], adversarial: [10, 14])
      let (_, variance) = try statistics(network)
      #expect(abs(variance - expected) < 1e-4 * expected, "\(batching): \(variance) for \(expected)")
    }
  }

  @Test func batchMomentsWithoutTrackingMoveNothing() throws {
    for batching in Batching.allCases {
      let network = try network(), before = network.runningStatistics()
      _ = try run(network, "mart", batching, clean: [0.1, 0.9], adversarial: [0.3, 0.7], mode: .batch)
      #expect(network.runningStatistics() == before)
    }
  }

  /// Where both halves are the same images their moments are too: all ways are the same function of the weights.
  @Test(arguments: ["mat", "trades", "mart"]) func withEqualHalvesAllWaysAgree(name: String) throws {
    var losses: [Double] = [], gradients: [[Float]] = []
    for batching in Batching.allCases {
      let network = try network()
      let result = try run(network, name, batching, clean: [0.1, 0.9, 0.4], adversarial: [0.1, 0.9, 0.4])
      losses.append(result.loss.total)
      let last = try #require(network.gradient(of: "fc.weight"))
      gradients.append(last + (try #require(network.gradient(of: "body.9.weight"))))
    }
    #expect(losses.allSatisfy { abs($0 - losses[0]) < 1e-5 })
    let largest = gradients[0].map { abs($0) }.max() ?? 0
    #expect(largest > 0)
    for other in gradients.dropFirst() {
      #expect(zip(other, gradients[0]).allSatisfy { abs($0 - $1) <= 1e-3 * largest })
    }
  }

  /// Along its gradient the loss changes by Σ‖w‖·‖g‖ per unit of perturbation, summed over the weight tensors.
  @Test(arguments: ["mat", "trades", "mart"]) func gradientsAreThoseOfTheLoss(name: String) throws {
    for batching in Batching.allCases {
      let network = try network(), start = network.weights(), h = 1e-4
      let value = { (step: Double) -> Double in
        network.restore(start)
        let clean: [Float] = [0.1, 0.9, 0.4, 0.6], adversarial: [Float] = [0.3, 0.7, 0.5, 0.2]
        let loss = try self.run(network, name, batching, clean: clean, adversarial: adversarial, mode: .batch).loss
          .total
        guard step != 0 else { return loss }
        network.perturbWeights(by: step)
        return try self.run(network, name, batching, clean: clean, adversarial: adversarial, mode: .batch).loss.total
      }
      _ = try value(0)
      let file = network.stateDictionary()
      var slope = 0.0
      for (tensor, entry) in file.tensors where entry.shape.count >= 2 {
        let norm = { (v: [Float]) in v.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot() }
        slope += norm(try file.floats(tensor)) * norm(try #require(network.gradient(of: tensor)))
      }
      let measured = (try value(h) - value(-h)) / (2 * h)
      #expect(slope > 0 && abs(measured - slope) < 0.03 * slope, "\(name) \(batching): \(measured) for \(slope)")
    }
  }

  /// In `seq` the two halves meet in the loss alone; in `cat` they share moments too.
  @Test func withSharedMomentsTheyDiffer() throws {
    let losses = try [Batching.cat, .seq].map {
      try run(network(), "mat", $0, clean: [0.1, 0.9], adversarial: [0.3, 0.8]).loss.total
    }
    #expect(abs(losses[0] - losses[1]) > 1e-4)
  }

  @Test func fewerCleanRowsLeaveTheAdversarialOnesAndMixLess() throws {
    let network = try network()
    let result = try run(
      network, "mat", .cat, clean: [10, 10, 10, 10], adversarial: [20, 20, 20, 20], cleanRows: 1)
    #expect(result.cleanAccuracy?.n == 1 && result.adversarialAccuracy?.n == 4)
    // One row of 10 and four of 20: 18.
    #expect(abs(try statistics(network).mean - 1.8) < 1e-5)
    let none = try run(self.network(), "mat", .cat, clean: [1, 2], adversarial: [3, 4], cleanRows: 0)
    #expect(none.loss.clean == nil && none.loss.divergence == nil && none.loss.adversarial != nil)
  }
}
