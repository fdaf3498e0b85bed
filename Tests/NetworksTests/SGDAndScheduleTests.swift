import Networks
import Tensors
import TestSupport
import Testing

struct SGDAndScheduleTests {
  private func network() throws -> Network {
    let network = try freshNetwork("conv4", Shape(1, 16, 16), width: 16, threads: 1, seed: 0)
    network.memory.parameters.buffer.update(repeating: 1)
    return network
  }

  /// θ = 1, g = 2 in every step, wd = 0.5, μ = 0.5, by hand. Without Nesterov and with rates 0.1, 0.2:
  ///
  ///     v = 2 + 0.5 = 2.5,                       θ = 1 − 0.1·2.5 = 0.75
  ///     v = 0.5·2.5 + 2 + 0.5·0.75 = 3.625,      θ = 0.75 − 0.2·3.625 = 0.025
  ///
  /// The learning rate is no part of the buffer v: only rates that change can tell.
  @Test(arguments: [
    (false, [Float(0.1), 0.1], [Float(0.75), 0.3875]),
    (false, [0.1, 0.2, 0.05], [0.75, 0.025, -0.16625]),
    // g + μv: 2.5 + 1.25; then 2.3125 + 0.5·3.5625; then 1.903125 + 0.5·3.684375.
    (true, [0.1, 0.1], [0.625, 0.215625]),
    (true, [0.1, 0.2, 0.05], [0.625, -0.19375, -0.381015625]),
  ])
  func momentumAndNesterovFollowTheirFormulas(nesterov: Bool, rates: [Float], expected: [Float]) throws {
    let network = try network()
    for (step, rate) in rates.enumerated() {
      network.memory.gradients.buffer.update(repeating: 2)
      SGD(learningRate: rate, momentum: 0.5, weightDecay: 0.5, nesterov: nesterov).step(network)
      let parameters = network.memory.parameters.buffer
      #expect(parameters.allSatisfy { abs($0 - expected[step]) < 1e-6 }, "step \(step): \(parameters[0])")
    }
  }

  /// 1 − 0.1·(2 + 0.5) where weights decay, 1 − 0.1·2 where they do not.
  @Test(arguments: [true, false]) func decayIsForAllParametersOrForWeightsOfTwoDimensionsAlone(decaysNorms: Bool) throws
  {
    let network = try network()
    network.memory.gradients.buffer.update(repeating: 2)
    SGD(learningRate: 0.1, momentum: 0.5, weightDecay: 0.5, decaysNorms: decaysNorms).step(network)
    let file = network.stateDictionary()
    var spared = 0
    for tensor in network.tensors where tensor.isParameter {
      let isSpared = !decaysNorms && tensor.shape.count < 2
      if isSpared { spared += 1 }
      let expected: Float = isSpared ? 0.8 : 0.75
      #expect(try file.floats(tensor.name).allSatisfy { abs($0 - expected) < 1e-6 }, "\(tensor.name)")
    }
    // γ and β of four norms, and the bias of the last layer.
    #expect(spared == (decaysNorms ? 0 : 9))
  }

  @Test func oneCycleRisesFallsAndEndsLow() {
    let schedule = Schedule.oneCycle(warmup: 0.2)
    #expect(schedule.factor(step: 0, of: 400) == 0)
    #expect(abs(schedule.factor(step: 40, of: 400) - 0.5) < 1e-12)
    #expect(schedule.factor(step: 80, of: 400) == 1)
    #expect(abs(schedule.factor(step: 240, of: 400) - 0.5) < 1e-12)
    #expect(abs(schedule.factor(step: 391, of: 400) - (1 - 391.0 / 400) / 0.8) < 1e-12)
    #expect(schedule.factor(step: 392, of: 400) == 0.02)
  }

  @Test func trapezoidRisesInEveryWarmUpStepStaysAndFalls() {
    let schedule = Schedule.trapezoid(warmup: 20.0 / 300, flat: 0.75)
    #expect(abs(schedule.factor(step: 0, of: 300) - 0.05) < 1e-12)
    #expect(abs(schedule.factor(step: 19, of: 300) - 1) < 1e-12)
    #expect(schedule.factor(step: 20, of: 300) == 1)
    #expect(schedule.factor(step: 224, of: 300) == 1)
    #expect(abs(schedule.factor(step: 262, of: 300) - (1 - 262.0 / 300) / 0.25) < 1e-12)
  }

  /// Epoch 41 is the first at a tenth: docs/algorithms.md §13.
  @Test func piecewiseDropsAfterItsEpochs() {
    let schedule = Schedule.piecewise(drops: [40.0 / 80, 55.0 / 80, 70.0 / 80]), epoch = 352
    for (step, factor) in [(0, 1.0), (40 * epoch - 1, 1), (40 * epoch, 0.1), (55 * epoch, 0.01), (70 * epoch, 0.001)] {
      #expect(abs(schedule.factor(step: step, of: 80 * epoch) - factor) < 1e-9)
    }
  }
}
