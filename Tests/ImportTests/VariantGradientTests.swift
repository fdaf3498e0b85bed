import Networks
import Tensors
import TestSupport
import Testing

/// SiLU and the raw shortcut: their backward passes against central differences of their forward passes.
@Suite struct VariantGradientTests {
  @Test(arguments: [ActivationKind.relu, .silu], [ShortcutSource.activated, .raw])
  func gradientsAreThoseOfTheForwardPass(activation: ActivationKind, shortcut: ShortcutSource) throws {
    let input = Shape(3, 8, 8)
    var settings = ModelSettings(name: "preact-resnet18", input: input, classes: 4, width: 4, finalNorm: true)
    (settings.activation, settings.shortcut) = (activation, shortcut)
    let network = try #require(Network(settings, pool: ThreadPool(threads: 1), convolution: .accurate))
    network.initialize(seed: 2)
    var random = RandomStream(seed: 3, purpose: .test)
    let images = (0..<2 * input.planarCount).map { _ in random.uniform() }
    let cotangent: [Float] = [50, -100, 25, 75, -50, 100, -25, -75]
    func value(_ pixels: [Float]) -> Double {
      zip(network.evaluate(pixels, count: 2), cotangent).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    network.forward(images, count: 2, mode: .eval)
    let gradient = Array(
      UnsafeBufferPointer(start: network.backward(cotangent, wanted: [.input, .parameters]), count: images.count))
    let norm = gradient.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    #expect(norm > 0.1)
    // Along random directions, so that single ReLUs that open count for little.
    for trial in 0..<6 {
      var direction = RandomStream(seed: 4, purpose: .test, example: UInt32(trial))
      let step = (0..<images.count).map { _ in direction.uniform(-1, 1) }
      let length: Float = 1e-3
      let slope =
        (value(zip(images, step).map { $0 + length * $1 }) - value(zip(images, step).map { $0 - length * $1 }))
        / Double(2 * length)
      let expected = zip(gradient, step).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
      #expect(abs(slope - expected) <= 3e-2 * norm, "\(activation) \(shortcut): \(slope) \(expected)")
    }
    for name in ["layer2.0.shortcut.0.weight", "layer1.0.bn1.weight", "conv1.weight", "bn.bias"] {
      let own = try #require(network.gradient(of: name))
      #expect(own.contains { $0 != 0 } && own.allSatisfy { $0.isFinite }, "\(name)")
    }
  }
}
