import CKernels
import Networks
import Tensors
import TestSupport
import Testing

/// Every layer against PyTorch in float64 (`ops/`).
struct OpsOracleTests {
  @Test func convolutionsMatchPyTorch() throws {
    let names = try Oracle.names(in: "ops", prefix: "conv_")
    #expect(names.count == 12)
    for name in names {
      let oracle = try Oracle(name)
      let kernel = Int(oracle.setting("kernel") ?? 0), stride = Int(oracle.setting("stride") ?? 0)
      for (planar, kind) in [(false, ConvolutionKind.fast), (false, .accurate), (true, .fast)] {
        let harness = LayerHarness(input: oracle.shape("x"), planar: planar, convolution: kind) { input, builder in
          Convolution(
            "c", input, to: oracle.shape("y")[1], kernel: kernel, stride: stride,
            padding: .even(Int(oracle.setting("padding") ?? 0)), bias: oracle.setting("bias") == 1,
            initial: .constant(0),
            &builder)
        }
        harness.set("c.weight", try oracle.floats("w"))
        if oracle.setting("bias") == 1 { harness.set("c.bias", try oracle.floats("b")) }
        try expect(harness.forward(try oracle.floats("x")), "y", oracle)
        try expect(harness.backward(try oracle.floats("gy")), "gx", oracle)
        try expect(harness.gradient("c.weight"), "gw", oracle)
        if oracle.setting("bias") == 1 { try expect(harness.gradient("c.bias"), "gb", oracle) }
      }
    }
  }

  @Test func batchNormMatchesPyTorch() throws {
    let names = try Oracle.names(in: "ops", prefix: "batchnorm_")
    #expect(names.count == 7)
    for name in names {
      let oracle = try Oracle(name)
      let training = oracle.setting("training") == 1
      let mode: Mode = training ? .train : .eval
      let harness = LayerHarness(input: oracle.shape("x")) { BatchNorm("n", $0, relu: false, &$1) }
      harness.set("n.weight", try oracle.floats("w"))
      harness.set("n.bias", try oracle.floats("b"))
      harness.set("n.running_mean", try oracle.floats("running_mean"))
      harness.set("n.running_var", try oracle.floats("running_var"))
      try expect(harness.forward(try oracle.floats("x"), mode: mode), "y", oracle)
      try expect(harness.backward(try oracle.floats("gy"), mode: mode), "gx", oracle)
      try expect(harness.gradient("n.weight"), "gw", oracle)
      try expect(harness.gradient("n.bias"), "gb", oracle)
      if training {
        try expect(harness.value("n.running_mean"), "new_running_mean", oracle)
        try expect(harness.value("n.running_var"), "new_running_var", oracle)
        #expect(harness.forward(try oracle.floats("x"), mode: .batch).allSatisfy(\.isFinite))
      } else {
        #expect(harness.value("n.running_mean") == (try oracle.floats("running_mean")))
      }
    }
  }

  @Test func linearMatchesPyTorch() throws {
    for name in ["ops/linear_a", "ops/linear_b"] {
      let oracle = try Oracle(name)
      let shape = oracle.shape("x")
      let harness = LayerHarness(input: [shape[0], shape[1], 1, 1]) {
        Linear("l", $0, to: oracle.shape("y")[1], &$1)
      }
      harness.set("l.weight", try oracle.floats("w"))
      harness.set("l.bias", try oracle.floats("b"))
      try expect(harness.forward(try oracle.floats("x")), "y", oracle)
      try expect(harness.backward(try oracle.floats("gy")), "gx", oracle)
      try expect(harness.gradient("l.weight"), "gw", oracle)
      try expect(harness.gradient("l.bias"), "gb", oracle)
    }
  }

  @Test func poolingOfOtherArchitecturesMatchesPyTorch() throws {
    let oracle = try Oracle("architectures/ops")
    let layers: [(String, (Activation, inout NetworkBuilder) -> any Layer)] = [
      ("maxpool2", { MaxPool($0, window: 2, &$1) }), ("maxpool2_odd", { MaxPool($0, window: 2, &$1) }),
      ("adaptive_large", { AdaptiveAveragePool($0, size: 7, &$1) }),
      ("adaptive_equal", { AdaptiveAveragePool($0, size: 7, &$1) }),
      ("adaptive_small", { AdaptiveAveragePool($0, size: 7, &$1) }),
    ]
    for (name, make) in layers {
      let harness = LayerHarness(input: oracle.shape("\(name).x"), make)
      try expect(harness.forward(try oracle.floats("\(name).x")), "\(name).y", oracle)
      try expect(harness.backward(try oracle.floats("\(name).gy")), "\(name).gx", oracle)
    }
  }

  /// Against the formula in double, in and beyond the range of exp.
  @Test func siluIsThatOfTheFormula() {
    var x =
      (0..<3200).map { Float($0 - 1600) / 16 } + [0, -0.0, 1e-30, -1e-30, 1e30, -1e30, 87.4, -86.9, -87.1, -88, -104]
    x += Array(repeating: 0, count: 16 - x.count % 16)
    let dy = x.indices.map { Float($0 % 7) - 3 }
    var y = x, dx = x
    dl_silu(x, x.count, &y)
    dl_silu_gradient(x, dy, x.count, &dx)
    for place in x.indices {
      let z = Double(x[place]), s = 1 / (1 + exponential(-z))
      #expect(abs(Double(y[place]) - z * s) <= 8e-7 * abs(z * s) + 2e-36, "\(z) on \(kernelVariant)")
      let slope = Double(dy[place]) * (s + (s == 0 ? 0 : z * s * (1 - s)))
      #expect(abs(Double(dx[place]) - slope) <= 4e-7 * abs(Double(dy[place])), "\(z) on \(kernelVariant)")
    }
    var bad: [Float] = Array(repeating: .nan, count: 16)
    dl_silu(bad, 16, &bad)
    #expect(bad.allSatisfy { $0.isNaN })
  }

  @Test func poolingAndReLUMatchPyTorch() throws {
    let layers: [(String, (Activation, inout NetworkBuilder) -> any Layer)] = [
      ("ops/avgpool_4x4", { AveragePool($0, window: 4, &$1) }),
      ("ops/avgpool_global", { GlobalAveragePool($0, &$1) }),
      ("ops/maxpool_3x3_s2_p1", { MaxPool($0, &$1) }),
      ("ops/maxpool_3x3_s2_p1_odd", { MaxPool($0, &$1) }),
      ("ops/maxpool_3x3_s2_p1_ties", { MaxPool($0, &$1) }),
      ("ops/relu", { ReLU($0, &$1) }),
    ]
    for (name, make) in layers {
      let oracle = try Oracle(name)
      let harness = LayerHarness(input: oracle.shape("x"), make)
      try expect(harness.forward(try oracle.floats("x")), "y", oracle)
      try expect(harness.backward(try oracle.floats("gy")), "gx", oracle)
    }
  }

  @Test func residualAddWithReLUMatchesPyTorch() throws {
    let oracle = try Oracle("ops/residual_add_relu")
    let (a, b) = (try oracle.floats("a"), try oracle.floats("b"))
    var y = [Float](repeating: 0, count: a.count)
    dl_add_relu(a, b, a.count, &y)
    try expect(y, "y", oracle)
    let gy = try oracle.floats("gy")
    var gradient = [Float](repeating: 0, count: a.count)
    dl_relu_gradient(y, gy, gy.count, &gradient)
    try expect(gradient, "ga", oracle)
    try expect(gradient, "gb", oracle)
  }
}
