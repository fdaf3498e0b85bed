import Networks
import Tensors
import TestSupport
import Testing

struct SGDAndScheduleTests {
  /// θ = 1, g = 2 in every step, wd = 0.5, μ = 0.5, lr = 0.1, by hand.
  @Test func momentumAndNesterovFollowTheirFormulas() throws {
    for (nesterov, expected) in [
      (false, [Float(0.75), 0.3875]),
      // g + μv: 2.5 + 1.25; then 2.3125 + 0.5·3.5625.
      (true, [Float(0.625), 0.215625]),
    ] {
      let network = try #require(
        Network(
          ModelSettings(name: "conv4", input: Shape(1, 16, 16), classes: 10, width: 16), pool: ThreadPool(threads: 1)))
      network.initialise(seed: 0)
      network.memory.parameters.buffer.update(repeating: 1)
      for step in 0..<2 {
        network.memory.gradients.buffer.update(repeating: 2)
        SGD(learningRate: 0.1, momentum: 0.5, weightDecay: 0.5, nesterov: nesterov).step(network)
        #expect(network.memory.parameters.buffer.allSatisfy { abs($0 - expected[step]) < 1e-6 }, "\(nesterov) \(step)")
      }
    }
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

  /// Epoch 41 is the first at a tenth: ALGORITHMS §13.
  @Test func piecewiseDropsAfterItsEpochs() {
    let schedule = Schedule.piecewise(drops: [40.0 / 80, 55.0 / 80, 70.0 / 80]), epoch = 352
    for (step, factor) in [(0, 1.0), (40 * epoch - 1, 1), (40 * epoch, 0.1), (55 * epoch, 0.01), (70 * epoch, 0.001)] {
      #expect(abs(schedule.factor(step: step, of: 80 * epoch) - factor) < 1e-9)
    }
  }
}
