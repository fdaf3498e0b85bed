/// Post-activation residual networks of 3, 4, 6 and 3 basic blocks, widths w, 2w, 4w, 8w. ALGORITHMS §12.3.
private func blocks(
  _ settings: ModelSettings, shortcut: String, head: String, on stack: inout LayerStack, _ builder: inout NetworkBuilder
) {
  for (stage, count) in [3, 4, 6, 3].enumerated() {
    for block in 0..<count {
      stack.add(
        BasicBlock(
          "layer\(stage + 1).\(block)", stack.output, to: settings.width << stage,
          stride: stage > 0 && block == 0 ? 2 : 1, endsStage: block == count - 1, shortcut: shortcut, &builder))
    }
  }
  stack.add(GlobalAveragePool(stack.output, &builder))
  stack.add(Linear(head, stack.output, to: settings.classes, &builder))
}

/// As in torchvision: stem 7×7 of stride 2 and max pooling; names `conv1`, `layer1.0.downsample.0`, …, `fc`.
/// 21 289 802 parameters at w = 64.
struct ResNet34: Model {
  static let name = "resnet34"
  static let summary = "torchvision's: stem 7×7 stride 2, max pooling, 3-4-6-3 basic blocks, widths w 2w 4w 8w"

  static func make(_ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder) -> [any Layer] {
    var stack = LayerStack(x)
    stack.add(Standardise(x, mean: settings.mean, deviation: settings.deviation, &builder))
    stack.add(
      Convolution(
        "conv1", stack.output, to: settings.width, kernel: 7, stride: 2,
        bias: builder.convolutionsHaveBias, initial: .kaiming(kernel: 7, outputs: settings.width), &builder))
    stack.add(builder.norm("bn1", stack.output, relu: true, isStageEnd: false))
    stack.add(MaxPool(stack.output, &builder))
    blocks(settings, shortcut: "downsample", head: "fc", on: &stack, &builder)
    return stack.layers
  }
}

/// As in kuangliu/pytorch-cifar: stem 3×3, no pooling before the blocks; names `conv1`, `layer1.0.shortcut.0`, …,
/// `linear`. 21 282 122 parameters at w = 64.
struct ResNet34CIFAR: Model {
  static let name = "resnet34-cifar"
  static let summary = "for small images: stem 3×3 stride 1, 3-4-6-3 basic blocks, widths w 2w 4w 8w"

  static func make(_ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder) -> [any Layer] {
    var stack = LayerStack(x)
    stack.add(Standardise(x, mean: settings.mean, deviation: settings.deviation, &builder))
    stack.add(
      Convolution(
        "conv1", stack.output, to: settings.width, kernel: 3,
        bias: builder.convolutionsHaveBias, initial: .kaiming(kernel: 3, outputs: settings.width), &builder))
    stack.add(builder.norm("bn1", stack.output, relu: true, isStageEnd: false))
    blocks(settings, shortcut: "shortcut", head: "linear", on: &stack, &builder)
    return stack.layers
  }
}
