import Networks
import Tensors
import TestSupport
import Testing

/// Same bits: whatever else is in the batch, and however many threads there are.
struct DeterminismTests {
  @Test(arguments: [
    ("conv4", Shape(1, 16, 16)), ("preact-mini", Shape(1, 28, 28)), ("preact-resnet18", Shape(3, 32, 32)),
    ("resnet34", Shape(3, 33, 35)), ("resnet34-cifar", Shape(1, 13, 12)),
  ])
  func anImagesBitsDoNotDependOnItsBatch(name: String, shape: Shape) throws {
    let network = try freshNetwork(name, shape, seed: 11)
    let pixels = uniforms(33 * shape.planarCount, seed: 1), size = shape.planarCount
    // Statistics that are not the initial ones.
    network.forward(pixels, count: 33, mode: .train)
    let alone = (0..<33).map { network.evaluate(Array(pixels[$0 * size..<($0 + 1) * size]), count: 1) }
    let gradients = (0..<33).map { laneGradient(network, Array(pixels[$0 * size..<($0 + 1) * size]), count: 1) }
    for count in 1...33 {
      let part = Array(pixels[..<(count * size)])
      let logits = network.evaluate(part, count: count), gradient = laneGradient(network, part, count: count)
      let whole = Array(UnsafeBufferPointer(start: network.forward(part, count: count, mode: .eval), count: count * 10))
      #expect(logits == whole, "lanes and the whole batch agree, N = \(count)")
      for image in 0..<count {
        #expect(Array(logits[image * 10..<(image + 1) * 10]) == alone[image], "logits of image \(image), N = \(count)")
        #expect(Array(gradient[image * size..<(image + 1) * size]) == gradients[image], "gradient, N = \(count)")
      }
    }
  }

  @Test(arguments: [
    ("conv4", Shape(1, 16, 16)), ("preact-mini", Shape(1, 28, 28)), ("resnet34", Shape(3, 32, 32)),
    ("resnet34-cifar", Shape(1, 12, 12)),
  ])
  func trainingHasTheSameBitsOnAnyNumberOfThreads(name: String, shape: Shape) throws {
    let digests = try (1...4).map { threads in
      let network = try freshNetwork(name, shape, width: 16, threads: threads, seed: 11)
      let pixels = uniforms(37 * shape.planarCount, seed: 1)
      for _ in 0..<3 {
        let logits = network.forward(pixels, count: 37, mode: .train)
        let cotangent = (0..<370).map { logits[$0] / 370 - ($0 % 10 == 3 ? 0.01 : 0) }
        network.backward(cotangent, wanted: [.input, .parameters])
        SGD(learningRate: 0.1, nesterov: true).step(network)
      }
      let state = network.stateDictionary()
      return digest(try state.tensors.keys.sorted().flatMap { try state.floats($0) })
    }
    #expect(Set(digests).count == 1)
  }

  /// Attacks want no weight gradients, and none are computed.
  @Test(arguments: [Mode.eval, .batch])
  func anInputGradientLeavesTheWeightGradientsAlone(mode: Mode) throws {
    for (name, shape) in [
      ("conv4", Shape(1, 16, 16)), ("preact-resnet18", Shape(3, 32, 32)), ("resnet34", Shape(3, 32, 32)),
    ] {
      let network = try freshNetwork(name, shape, seed: 11)
      let pixels = uniforms(5 * shape.planarCount, seed: 1), cotangent = (0..<50).map { Float($0 % 7) - 3 }
      for index in 0..<network.memory.gradients.count { network.memory.gradients.pointer[index] = 77 }
      network.forward(pixels, count: 5, mode: mode)
      let gradient = network.backward(cotangent, wanted: .input)
      #expect((0..<5 * shape.planarCount).contains { gradient[$0] != 0 })
      #expect(network.memory.gradients.buffer.allSatisfy { $0 == 77 }, "\(name)")
      network.backward(cotangent, wanted: .parameters)
      #expect(!network.memory.gradients.buffer.allSatisfy { $0 == 77 }, "\(name)")
    }
  }

  @Test func severalBackwardsMayFollowOneForward() throws {
    let shape = Shape(1, 16, 16), network = try freshNetwork("conv4", shape, threads: 1, seed: 11)
    let pixels = uniforms(4 * shape.planarCount, seed: 1)
    network.eachLane(count: 4) { lane, _ in
      lane.forward(pixels, count: 4)
      let first = backward(lane, class: 1, count: 4 * shape.planarCount)
      let second = backward(lane, class: 2, count: 4 * shape.planarCount)
      #expect(first != second)
      #expect(backward(lane, class: 1, count: 4 * shape.planarCount) == first)
    }
  }

  private func backward(_ lane: Lane, class k: Int, count: Int) -> [Float] {
    for index in 0..<40 { lane.cotangent[index] = index % 10 == k ? 1 : 0 }
    return Array(UnsafeBufferPointer(start: lane.backward(), count: count))
  }

  private func laneGradient(_ network: Network, _ pixels: [Float], count: Int) -> [Float] {
    let size = network.settings.input.planarCount
    let result = Storage(count: pixels.count)
    network.eachLane(count: count) { lane, images in
      let logits = pixels.withUnsafeBufferPointer {
        lane.forward($0.baseAddress.unsafelyUnwrapped + images.lowerBound * size, count: images.count)
      }
      for index in 0..<images.count * 10 { lane.cotangent[index] = logits[index] - (index % 10 == 4 ? 1 : 0) }
      (result.pointer + images.lowerBound * size).update(from: lane.backward(), count: images.count * size)
    }
    return Array(result.buffer)
  }
}
