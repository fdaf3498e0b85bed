import Attacks
import CKernels
import Networks
import Objectives
import Tensors
import TestSupport
import Testing

/// Attacks whose passes are normalized by batch moments. docs/algorithms.md §2.4.
struct BatchModeTests {
  private let classes = 10, count = 24

  private func network(threads: Int = 2) throws -> Network {
    let settings = ModelSettings(name: "conv4", input: Shape(1, 16, 16), classes: classes, width: 8)
    let network = try #require(Network(settings, pool: ThreadPool(threads: threads)))
    network.initialize(seed: 3)
    return network
  }

  private func images() -> (pixels: [Float], labels: [Int]) {
    var random = RandomStream(seed: 5, purpose: .test)
    return (random.uniforms(count * 256), (0..<count).map { _ in Int(random.below(10)) })
  }

  private func perturb(_ attack: any Attack, on network: Network, mode: Mode, poll: () throws -> Void = {}) throws
    -> [Float]
  {
    let (pixels, labels) = images()
    return try perturbed(attack, on: network, pixels, .labels(labels), seed: 1, mode: mode, poll: poll)
  }

  /// The same iterations, written out: whole batches, the gradient of the summed loss.
  private func reference(on network: Network, mode: Mode, steps: Int) -> [Float] {
    let (pixels, labels) = images()
    var point = pixels
    for _ in 0..<steps {
      let logits = network.forward(point, count: count, mode: mode)
      var cotangent = [Float](repeating: 0, count: count * classes)
      cotangent.withUnsafeMutableBufferPointer { cotangent in
        guard let base = cotangent.baseAddress else { return }
        for image in 0..<count {
          _ = RowLosses.crossEntropy(
            logits + image * classes, classes: classes, label: labels[image], addingTo: base + image * classes)
        }
      }
      let gradient = network.backward(cotangent, wanted: .input)
      dl_linf_step(&point, pixels, gradient, pixels.count, 4 / 255, 16 / 255)
    }
    return point
  }

  @Test(arguments: [Mode.batch, .train]) func iterationsAreThoseOfWholeBatches(mode: Mode) throws {
    let pgd = PGD(epsilon: 16 / 255, stepSize: 4 / 255, steps: 3, start: .clean)
    let network = try network(), twin = try self.network()
    #expect(try perturb(pgd, on: network, mode: mode) == reference(on: twin, mode: mode, steps: 3))
    #expect(network.runningStatistics() == twin.runningStatistics())
    #expect(try perturb(pgd, on: network, mode: mode) != perturb(pgd, on: network, mode: .eval))
  }

  @Test func onlyTrackingMovesTheRunningStatisticsAndEveryIterationDoes() throws {
    for (mode, steps, moves) in [(Mode.eval, 4, 0), (.batch, 4, 0), (.train, 1, 1), (.train, 4, 4)] {
      for start in PGD.Start.allCases {
        let network = try network(), before = network.runningStatistics()
        var states = [before]
        let pgd = PGD(epsilon: 0.1, stepSize: 0.02, steps: steps, start: start)
        _ = try perturb(pgd, on: network, mode: mode) {
          if network.runningStatistics() != states.last { states.append(network.runningStatistics()) }
        }
        if network.runningStatistics() != states.last { states.append(network.runningStatistics()) }
        #expect((states.count - 1 >= moves) && ((states.count == 1) == (moves == 0)), "\(mode) \(steps)")
      }
    }
    let network = try network(), before = network.runningStatistics()
    _ = try perturb(FGSM(epsilon: 0.1), on: network, mode: .train)
    #expect(network.runningStatistics() != before)
  }

  @Test(arguments: [Mode.batch, .train]) func bitsDoNotDependOnThreads(mode: Mode) throws {
    let pgd = PGD(epsilon: 16 / 255, stepSize: 4 / 255, steps: 3)
    let runs = try [1, 2, 4].map { try perturb(pgd, on: try network(threads: $0), mode: mode) }
    #expect(runs[0] == runs[1] && runs[1] == runs[2])
  }

  @Test func noiseStartsAtTheImageAndIsNotClipped() throws {
    let network = try network()
    let pixels = [Float](repeating: 0, count: 256 * 8) + [Float](repeating: 1, count: 256 * 8)
    let target = AttackTarget.labels([Int](repeating: 0, count: 16))
    let point = try perturbed(
      PGD(epsilon: 0.1, stepSize: 0.02, steps: 0, start: .noise), on: network, pixels, target, seed: 2)
    let noise = zip(point, pixels).map { Double($0 - $1) }
    let deviation = (noise.reduce(0) { $0 + $1 * $1 } / Double(noise.count)).squareRoot()
    #expect(abs(deviation - 0.001) < 0.00005)
    #expect(abs(noise.reduce(0, +) / Double(noise.count)) < 0.0001)
    #expect(point.contains { $0 < 0 } && point.contains { $0 > 1 })
    let stepped = try perturbed(
      PGD(epsilon: 0.1, stepSize: 0.02, steps: 1, start: .noise), on: network, pixels, target, seed: 2)
    #expect(stepped.allSatisfy { (0...1).contains($0) })
  }
}
