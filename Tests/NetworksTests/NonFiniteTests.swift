import CKernels
import Networks
import Tensors
import TestSupport
import Testing

/// Every number that the plain reference makes non-finite is non-finite in the fast kernels too.
struct NonFiniteTests {
  private struct Case {
    var kernel = 3, stride = 1, inputs = 20, outputs = 17, planar = false, kind = ConvolutionKind.fast
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func convolutionsHideNoNonFiniteNumber(bad: Float) {
    for shape in [
      Case(), Case(kind: .accurate), Case(stride: 2), Case(kernel: 1), Case(kernel: 1, stride: 2),
      Case(inputs: 3, planar: true), Case(kernel: 7, stride: 2, inputs: 1, planar: true),
    ] {
      check(shape, bad: bad)
    }
  }

  private func check(_ shape: Case, bad: Float) {
    let images = 2, size = 9, padding = shape.kernel / 2
    let out = (size + 2 * padding - shape.kernel) / shape.stride + 1
    var layout = dl_conv_shape(
      in_channels: Int32(shape.inputs), in_height: Int32(size), in_width: Int32(size),
      out_channels: Int32(shape.outputs), out_height: Int32(out), out_width: Int32(out), kernel: Int32(shape.kernel),
      stride: Int32(shape.stride), padding: Int32(padding), planar: false, winograd: false)
    var random = RandomStream(seed: 5, purpose: .test)
    let x = random.normals(images * shape.inputs * size * size)
    let w = random.normals(shape.outputs * shape.inputs * shape.kernel * shape.kernel)
    let dy = random.normals(images * shape.outputs * out * out)
    for place in 0..<3 {
      var (x, w, dy) = (x, w, dy)
      switch place {
      case 0: x[shape.inputs / 2 * size * size] = bad
      case 1: w[w.count / 3] = bad
      default: dy[dy.count / 3] = bad
      }
      let harness = LayerHarness(
        input: [images, shape.inputs, size, size], planar: shape.planar, convolution: shape.kind
      ) {
        Convolution(
          "c", $0, to: shape.outputs, kernel: shape.kernel, stride: shape.stride, initial: .constant(0), &$1)
      }
      harness.set("c.weight", w)
      var y = [Double](repeating: 0, count: dy.count), dx = [Double](repeating: 0, count: x.count)
      var dw = [Double](repeating: 0, count: w.count)
      dl_reference_conv(&layout, x.map(Double.init), w.map(Double.init), nil, images, &y)
      dl_reference_conv_input_gradient(&layout, dy.map(Double.init), w.map(Double.init), images, &dx)
      dl_reference_conv_weight_gradient(&layout, x.map(Double.init), dy.map(Double.init), images, &dw)
      let label = "\(shape), \(bad) in \(["x", "w", "dy"][place]) on \(kernelVariant)"
      #expect(hidden(harness.forward(x), y) == 0, "\(label): forward")
      #expect(hidden(harness.backward(dy), dx) == 0, "\(label): input gradient")
      #expect(hidden(harness.gradient("c.weight"), dw) == 0, "\(label): weight gradient")
      let spoilt = [y, dx, dw].contains { $0.contains { !$0.isFinite } }
      #expect(spoilt, "\(label): the reference shows it")
    }
  }

  /// How many are non-finite in the reference and finite in what was computed.
  private func hidden(_ got: [Float], _ reference: [Double]) -> Int {
    zip(got, reference).count { !$1.isFinite && $0.isFinite }
  }

  @Test func normalizationAndReLUKeepNaN() {
    for mode in [Mode.eval, .train, .batch] {
      let harness = LayerHarness(input: [1, 16, 4, 4]) { BatchNorm("n", $0, relu: true, &$1) }
      var x = [Float](repeating: 0.5, count: 256)
      x[7] = .nan
      #expect(harness.forward(x, mode: mode)[7].isNaN)
      #expect(harness.backward([Float](repeating: 1, count: 256), mode: mode)[7].isNaN)
    }
    let relu = LayerHarness(input: [1, 16, 1, 2]) { ReLU($0, &$1) }
    var x = [Float](repeating: 1, count: 32), dy = x
    x[3] = .nan
    dy[5] = .nan
    #expect(relu.forward(x)[3].isNaN)
    // As in PyTorch: the gradient passes where x is not <= 0.
    let dx = relu.backward(dy)
    #expect(dx[5].isNaN && dx[3] == 1)
  }
}
