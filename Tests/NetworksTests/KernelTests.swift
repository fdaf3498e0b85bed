import CKernels
import Networks
import Tensors
import TestSupport
import Testing

/// The fast kernels against the plain reference, over shapes that no oracle has.
struct KernelTests {
  @Test func convolutionsMatchTheReferenceInEveryShape() {
    for (kernel, padding) in [
      (1, Padding.even(0)), (3, .even(1)), (3, .even(0)), (7, .even(3)), (3, .same), (3, .behind),
    ] {
      for stride in [1, 2, 3] {
        for (inputs, outputs) in [(1, 5), (3, 16), (8, 24), (5, 7), (16, 32), (20, 48), (24, 6)] {
          for (height, width) in [(7, 9), (8, 8), (13, 7)] {
            check(kernel, padding, stride, inputs, outputs, height, width)
          }
        }
      }
    }
  }

  private func check(
    _ kernel: Int, _ padding: Padding, _ stride: Int, _ inputs: Int, _ outputs: Int, _ height: Int, _ width: Int
  ) {
    let images = 3
    let zeros: Int, out: (Int) -> Int
    switch padding {
    case .even(let count): (zeros, out) = (count, { ($0 + 2 * count - kernel) / stride + 1 })
    case .same: (zeros, out) = (stride == 1 ? 1 : 0, { Int((Double($0) / Double(stride)).rounded(.up)) })
    // F.pad(x, (0, 1, 0, 1)) before a convolution without padding.
    case .behind: (zeros, out) = stride == 1 ? (1, { $0 }) : (0, { ($0 + 1 - 3) / stride + 1 })
    }
    for (planar, kind) in [(false, ConvolutionKind.fast), (false, .accurate), (true, .fast)] {
      let harness = LayerHarness(
        input: [images, inputs, height, width], planar: planar, threads: 2, convolution: kind
      ) {
        Convolution(
          "c", $0, to: outputs, kernel: kernel, stride: stride, padding: padding, bias: true, initial: .constant(0), &$1
        )
      }
      var random = RandomStream(seed: UInt32(kernel * 1000 + inputs), purpose: .test)
      var shape = dl_conv_shape(
        in_channels: Int32(inputs), in_height: Int32(height), in_width: Int32(width), out_channels: Int32(outputs),
        out_height: Int32(out(height)), out_width: Int32(out(width)), kernel: Int32(kernel),
        stride: Int32(stride), padding: Int32(zeros), planar: false, winograd: false)
      let outPixels = Int(shape.out_height * shape.out_width)
      let x = random.normals(images * inputs * height * width)
      let w = random.normals(outputs * inputs * kernel * kernel), b = random.normals(outputs)
      let dy = random.normals(images * outputs * outPixels)
      harness.set("c.weight", w)
      harness.set("c.bias", b)
      var y = [Double](repeating: 0, count: dy.count), dx = [Double](repeating: 0, count: x.count)
      var dw = [Double](repeating: 0, count: w.count)
      dl_reference_conv(&shape, x.map(Double.init), w.map(Double.init), b.map(Double.init), images, &y)
      dl_reference_conv_input_gradient(&shape, dy.map(Double.init), w.map(Double.init), images, &dx)
      dl_reference_conv_weight_gradient(&shape, x.map(Double.init), dy.map(Double.init), images, &dw)
      let label =
        "\(kernel)×\(kernel)/\(stride) \(padding) \(inputs)→\(outputs) \(height)×\(width) planar \(planar) \(kind)"
      let allowed = kind == .fast ? 4e-5 : 1e-5
      #expect(distance(harness.forward(x), y) < allowed, "\(label) forward on \(kernelVariant)")
      #expect(distance(harness.backward(dy), dx) < allowed, "\(label) input gradient on \(kernelVariant)")
      #expect(distance(harness.gradient("c.weight"), dw) < allowed, "\(label) weight gradient on \(kernelVariant)")
    }
  }

  /// ReLU, its gradient and normalization let NaN through; a closed ReLU does not.
  @Test func nonFiniteNumbersAreNotHidden() {
    var y: [Float] = [0, 0, 0, 0]
    dl_relu([.nan, -.infinity, .infinity, -1], 4, &y)
    #expect(y[0].isNaN && y[1] == 0 && y[2] == .infinity && y[3] == 0)
    for kind in ConvolutionKind.allCases {
      let harness = LayerHarness(input: [1, 16, 8, 8], convolution: kind) {
        Convolution("c", $0, to: 16, kernel: 3, initial: .constant(1), &$1)
      }
      for bad: Float in [.nan, .infinity] {
        var x = [Float](repeating: 1, count: 16 * 64)
        x[9] = bad
        let out = harness.forward(x)
        for pixel in [0, 1, 2, 8, 9, 10, 16, 17, 18] { #expect(!out[pixel].isFinite, "\(kind), \(bad)") }
        // Winograd may spread it, but only within its tile.
        #expect(out[63].isFinite)
        #expect(kind == .fast || out[3].isFinite)
      }
    }
  }

  /// PyTorch's known numbers, docs/algorithms.md §16.
  @Test func batchNormOfOneToFourGivesTheKnownNumbers() {
    let harness = LayerHarness(input: [4, 1, 1, 1]) { BatchNorm("n", $0, relu: false, &$1) }
    let y = harness.forward([1, 2, 3, 4], mode: .train)
    for (got, expected) in zip(y, [-1.3416354, -0.4472118, 0.4472118, 1.3416354]) {
      #expect(abs(Double(got) - expected) < 1e-6)
    }
    #expect(harness.value("n.running_mean") == [0.25])
    #expect(abs(harness.value("n.running_var")[0] - 1.0666667) < 1e-6)
  }

  private func distance(_ got: [Float], _ expected: [Double]) -> Double {
    guard got.count == expected.count else { return .infinity }
    let largest = expected.map { abs($0) }.max() ?? 1
    return zip(got, expected).map { abs(Double($0) - $1) }.max().map { $0 / max(largest, 1e-30) } ?? 0
  }
}
