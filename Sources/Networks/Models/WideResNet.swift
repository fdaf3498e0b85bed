/// WideResNet-d-k (Zagoruyko and Komodakis 2016) as in the TRADES code: stem 3×3 of w channels, three stages of (d − 4)/6
/// pre-activation blocks, widths k·w, 2k·w, 4k·w, BN-ReLU, global average, linear. Names `conv1`, `block1.layer.0.bn1`, …,
/// `convShortcut`, `bn1`, `fc`. 36 479 194 parameters for WRN-28-10 at w = 16.
struct WideResNet: Model {
  static let name = "wide-resnet"
  static let summary = "WRN-d-k of the TRADES code: depth d=28, widen k=10, stem of w=16 channels"
  static let ownSettings = ["depth", "widen"] + PreActResNet.variants

  static func make(_ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder) -> [any Layer] {
    let blocks = max(1, (Int(settings.options["depth"] ?? 28) - 4) / 6), widen = Int(settings.options["widen"] ?? 10)
    var stack = LayerStack(x)
    stack.add(Standardise(x, mean: settings.mean, deviation: settings.deviation, &builder))
    stack.add(
      Convolution(
        "conv1", stack.output, to: settings.width, kernel: 3, bias: builder.convolutionsHaveBias,
        initial: .kaiming(kernel: 3, outputs: settings.width), &builder))
    for stage in 0..<3 {
      for block in 0..<blocks {
        stack.add(
          PreActBlock(
            "block\(stage + 1).layer.\(block)", stack.output, to: settings.width * widen << stage,
            stride: stage > 0 && block == 0 ? 2 : 1, endsStage: block == blocks - 1, shortcut: "convShortcut",
            &builder))
      }
    }
    stack.add(builder.norm("bn1", stack.output, relu: true, isStageEnd: false))
    stack.add(GlobalAveragePool(stack.output, &builder))
    stack.add(Linear("fc", stack.output, to: settings.classes, &builder))
    return stack.layers
  }

  /// Depth and widening from the number of blocks and the channels of the first one.
  static func options(_ shape: (String) -> [Int]) -> [String: Double] {
    let blocks = (0..<200).first { shape("block1.layer.\($0).conv1.weight").isEmpty } ?? 0
    let widths = (shape("conv1.weight").first ?? 0, shape("block1.layer.0.conv1.weight").first ?? 0)
    guard blocks > 0, widths.0 > 0, widths.1.isMultiple(of: widths.0) else { return [:] }
    return ["depth": Double(6 * blocks + 4), "widen": Double(widths.1 / widths.0)]
  }
}
