/// Two convolutions and a linear layer on all pixels, logits scaled: the network of the reference attacks' fixtures.
///
/// Options: `width2` (default 2w), `conv1_stride` (1), `logit_scale` (1). Names `conv1`, `bn1`, `conv2`, `bn2`, `fc`.
struct SmallCNN: Model {
  static let name = "small-cnn"
  static let summary =
    "two 3×3 convolutions with norms and a linear layer on all pixels, for weights of the reference attacks"
  static let origin = "dualab"
  static let usualWidth = 16

  static let ownSettings = ["width1", "width2", "conv1_stride", "logit_scale"]

  static func make(_ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder) -> [any Layer] {
    let option = { (name: String, initial: Double) in settings.options[name] ?? initial }
    let widths = [settings.width, Int(option("width2", Double(2 * settings.width)))]
    let strides = [Int(option("conv1_stride", 1)), 2]
    var stack = LayerStack(x)
    stack.add(Standardize(x, mean: settings.mean, deviation: settings.deviation, &builder))
    for place in 0..<2 {
      let inputs = place == 0 ? settings.input.channels : widths[0]
      stack.add(
        Convolution(
          "conv\(place + 1)", stack.output, to: widths[place], kernel: 3, stride: strides[place],
          bias: builder.convolutionsHaveBias, initial: .pyTorch(fanIn: inputs * 9), &builder))
      stack.add(builder.norm("bn\(place + 1)", stack.output, relu: true, isStageEnd: true))
    }
    stack.add(Linear("fc", stack.output, to: settings.classes, &builder))
    let scale = option("logit_scale", 1)
    if scale != 1 { stack.add(Scale(stack.output, by: Float(scale), &builder)) }
    return stack.layers
  }
}
