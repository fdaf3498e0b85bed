/// Pre-activation residual networks. docs/algorithms.md §12; names as in kuangliu/pytorch-cifar: `conv1`, `layer1.0.bn1`, …, `linear`.
package enum PreActResNet {
  /// What the tensors do not tell: see `ActivationKind` and `ShortcutSource`.
  static let variants = ["activation", "shortcut"]

  /// Stem 3×3, stages of blocks, norm-ReLU (`bn`) if `finalNorm`, global average, linear.
  package static func make(
    _ settings: ModelSettings, stemStride: Int = 1, blocks: [Int], strides: [Int], finalNorm: Bool, _ x: Activation,
    _ builder: inout NetworkBuilder
  ) -> [any Layer] {
    var stack = LayerStack(x)
    stack.add(Standardise(x, mean: settings.mean, deviation: settings.deviation, &builder))
    stack.add(
      Convolution(
        "conv1", stack.output, to: settings.width, kernel: 3, stride: stemStride, bias: builder.convolutionsHaveBias,
        initial: .pyTorch(fanIn: settings.input.channels * 9), &builder))
    for stage in blocks.indices {
      for block in 0..<blocks[stage] {
        stack.add(
          PreActBlock(
            "layer\(stage + 1).\(block)", stack.output, to: settings.stageWidth(stage),
            stride: block == 0 ? strides[stage] : 1, endsStage: block == blocks[stage] - 1, &builder))
      }
    }
    if finalNorm { stack.add(builder.norm("bn", stack.output, relu: true, isStageEnd: false)) }
    stack.add(GlobalAveragePool(stack.output, &builder))
    stack.add(Linear("linear", stack.output, to: settings.classes, &builder))
    return stack.layers
  }
}

/// The paper's "Pre-Act ResNet-20": widths w, 2w, 4w, 8w, two blocks a stage. 11 171 146 parameters at w = 64.
struct PreActResNet18: Model {
  static let name = "preact-resnet18"
  static let summary = "the paper's network: four stages of two pre-activation blocks, widths w 2w 4w 8w"
  static let ownSettings = ["final_norm"] + PreActResNet.variants
  static func options(_ shape: (String) -> [Int]) -> [String: Double] { ModelSettings.stageWidths(4, shape) }

  static func make(_ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder) -> [any Layer] {
    PreActResNet.make(
      settings, blocks: [2, 2, 2, 2], strides: [1, 2, 2, 2], finalNorm: settings.finalNorm, x, &builder)
  }
}

/// Twice as deep: four stages of 3, 4, 6 and 3 blocks. 21 279 306 parameters at w = 64.
struct PreActResNet34: Model {
  static let name = "preact-resnet34"
  static let summary = "four stages of 3-4-6-3 pre-activation blocks, widths w 2w 4w 8w"
  static let ownSettings = ["final_norm"] + PreActResNet.variants
  static func options(_ shape: (String) -> [Int]) -> [String: Double] { ModelSettings.stageWidths(4, shape) }

  static func make(_ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder) -> [any Layer] {
    PreActResNet.make(
      settings, blocks: [3, 4, 6, 3], strides: [1, 2, 2, 2], finalNorm: settings.finalNorm, x, &builder)
  }
}

/// The narrow CIFAR ResNet-20: widths w, 2w, 4w, three blocks a stage, final BN-ReLU. 272 282 parameters at w = 16.
struct PreActResNet20: Model {
  static let name = "preact-resnet20"
  static let summary = "three stages of three pre-activation blocks, widths w 2w 4w, final BN-ReLU"
  static let ownSettings = PreActResNet.variants

  static func make(_ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder) -> [any Layer] {
    PreActResNet.make(settings, blocks: [3, 3, 3], strides: [1, 2, 2], finalNorm: true, x, &builder)
  }
}

/// The quick residual network for 28×28 images: stem stride 2, one block a stage, final BN-ReLU. docs/demo.md §8.
struct PreActMini: Model {
  static let name = "preact-mini"
  static let summary = "stem stride 2, three stages of one pre-activation block, widths w 2w 4w, final BN-ReLU"
  static let ownSettings = PreActResNet.variants

  static func make(_ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder) -> [any Layer] {
    PreActResNet.make(
      settings, stemStride: 2, blocks: [1, 1, 1], strides: [1, 2, 2], finalNorm: true, x, &builder)
  }
}
