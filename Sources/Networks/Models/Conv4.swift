/// The demo network: (x − mean)/std → four × [conv 3×3 – norm – ReLU] → global average → linear. docs/demo.md §2.
///
/// Channels w, 2w, 2w, 4w with strides 2, 1, 2, 2; 33 k parameters at w = 16. Names as of a `nn.Sequential` called
/// body.
struct Conv4: Model {
  static let name = "conv4"
  static let summary = "four 3×3 convolutions with norms, channels w 2w 2w 4w, strides 2 1 2 2"
  static let origin = "dualab"
  static let usualWidth = 16

  static func make(_ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder) -> [any Layer] {
    var stack = LayerStack(x)
    stack.add(Standardize(x, mean: settings.mean, deviation: settings.deviation, &builder))
    for (place, (factor, stride)) in [(1, 2), (2, 1), (2, 2), (4, 2)].enumerated() {
      let channels = settings.width * factor
      stack.add(
        Convolution(
          "body.\(3 * place)", stack.output, to: channels, kernel: 3, stride: stride,
          bias: builder.convolutionsHaveBias, initial: .normal((2 / Float(9 * channels)).squareRoot()), &builder))
      stack.add(builder.norm("body.\(3 * place + 1)", stack.output, relu: true, isStageEnd: true))
    }
    stack.add(GlobalAveragePool(stack.output, &builder))
    stack.add(Linear("fc", stack.output, to: settings.classes, &builder))
    return stack.layers
  }
}
