import Networks
import Tensors
import TestSupport
import Testing

@testable import Attacks

/// The ℓ2 step on KL: TRADES' order, the box first, then the ball. docs/algorithms.md §2.
struct DivergenceStepTests {
  private func stepped(
    _ attack: PGD, from point: [Float], image: [Float], gradient: [Float], example: UInt32 = 0
  ) -> [Float] {
    var point = point, random = RandomStream(seed: 3, purpose: .test, example: example)
    attack.l2DivergenceStep(&point, around: image, along: gradient, count: image.count, &random)
    return point
  }

  private func length(_ a: [Float], _ b: [Float]) -> Double {
    zip(a, b).reduce(0) { $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1)) }.squareRoot()
  }

  /// (.95, .5) + .5·(.6, .8) = (1.25, .9), in the box (1, .9): δ = (.05, .4), which the ball then shortens to .2. The
  /// other order would give (.05, .16).
  @Test func oneStepIsTheOneByHand() {
    let image: [Float] = [0.95, 0.5], attack = PGD(norm: .l2, epsilon: 0.2, stepSize: 0.5)
    let result = stepped(attack, from: image, image: image, gradient: [3, 4])
    let shrink = 0.2 / (0.05 * 0.05 + 0.4 * 0.4).squareRoot()
    #expect(abs(Double(result[0]) - (0.95 + 0.05 * shrink)) < 1e-6)
    #expect(abs(Double(result[1]) - (0.5 + 0.4 * shrink)) < 1e-6)
    // Inside the ball nothing is shortened; the step is from the point, not from the image.
    let wide = stepped(
      PGD(norm: .l2, epsilon: 1, stepSize: 0.1), from: [0.6, 0.4], image: [0.5, 0.5], gradient: [0, -2])
    #expect(abs(wide[0] - 0.6) < 1e-6 && abs(wide[1] - 0.3) < 1e-6)
  }

  @Test func aZeroGradientMovesByNoiseAndStaysInBallAndBox() {
    let attack = PGD(norm: .l2, epsilon: 0.2, stepSize: 0.5)
    let image = uniforms(60, seed: 1), zero = [Float](repeating: 0, count: 60)
    var seen: Set<[Float]> = []
    for example in 0..<50 as Range<UInt32> {
      let result = stepped(attack, from: image, image: image, gradient: zero, example: example)
      #expect(result.allSatisfy { (0...1).contains($0) })
      #expect(length(result, image) > 0.19 && length(result, image) <= 0.2 + 1e-6)
      #expect(stepped(attack, from: image, image: image, gradient: zero, example: example) == result)
      seen.insert(result)
    }
    #expect(seen.count == 50)
  }

  /// Started at the images, where the gradient of KL is 0, the first step is noise alone.
  @Test func twoRunsGiveTheSameBits() throws {
    let network = try oracleNetwork("at"), pixels = network.settings.input.planarCount
    let images = uniforms(6 * pixels, seed: 2)
    let attack = PGD(norm: .l2, epsilon: 0.5, stepSize: 0.2, steps: 3, start: .clean)
    func run(_ network: Network, step: Int = 1) throws -> [Float] {
      let target = AttackTarget.cleanLogits(network.evaluate(images, count: 6))
      return try perturbed(attack, on: network, images, target, seed: 5, step: step)
    }
    let first = try run(network)
    #expect(try run(network) == first && run(oracleNetwork("at", threads: 1)) == first)
    #expect(try run(network, step: 2) != first)
    for image in 0..<6 {
      let rows = image * pixels..<(image + 1) * pixels
      let distance = length(Array(first[rows]), Array(images[rows]))
      #expect(distance > 0.01 && distance <= 0.5 + 1e-6 && first[rows].allSatisfy { (0...1).contains($0) })
    }
  }
}
