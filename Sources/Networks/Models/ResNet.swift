/// Post-activation residual networks of four stages, widths w, 2w, 4w, 8w. docs/algorithms.md §12.3.
enum ResNet {
  /// What the stages are made of: basic blocks of two 3×3 convolutions, or bottlenecks of three.
  enum Block { case basic, bottleneck }

  /// torchvision's name for the channels of inner convolutions in blocks of width 64: 128 in wide_resnet50_2.
  static let perGroup = "width_per_group"

  /// Where bottlenecks have their step: in the first 1×1 convolution (He et al. 2015, Caffe) or in the 3×3 one, which is
  /// usual.
  static let inFirst = "stride_in_1x1"
  /// Whether max pooling follows the stem of torchvision's networks: usual behind a stem of 7×7. Those that people adapt
  /// to small images have a stem of 3×3, and mostly none.
  static let pooling = "max_pool"
  /// Rows of the stem's kernels, where they are not 7: told by its tensor.
  private static let kernel = "stem_kernel"

  /// What the shape of the stem tells of one of torchvision's networks.
  static func stem(_ shape: (String) -> [Int]) -> [String: Double] {
    let stem = shape("conv1.weight")
    return stem.count == 4 && stem[2] == 3 ? [kernel: 3] : [:]
  }

  /// The steps of torchvision's networks, and whether max pooling follows the stem, where nobody says other.
  static func usual(_ settings: ModelSettings) -> (strides: Strides, pools: Bool) {
    let isLarge = settings.options[kernel] == nil
    return (Strides(stem: isLarge ? 2 : 1, stages: [1, 2, 2, 2]), isLarge)
  }
  /// Those of networks for small images.
  static let small = Strides(stem: 1, stages: [1, 2, 2, 2])

  /// Widths of the stages and of inner convolutions, for `options` of a network of bottlenecks.
  static func bottlenecks(_ shape: (String) -> [Int]) -> [String: Double] {
    func last(_ stage: Int) -> Int { shape("layer\(stage + 1).0.conv3.weight").first ?? 0 }
    var options: [String: Double] = [:]
    guard let width = shape("conv1.weight").first, (1...4096).contains(width) else { return [:] }
    for stage in 0..<4 where last(stage) > 0 && last(stage) != width * Bottleneck.expansion << stage {
      options["stage\(stage + 1)"] = Double(max(1, last(stage) / Bottleneck.expansion))
    }
    let usual = last(0) / Bottleneck.expansion, inner = shape("layer1.0.conv1.weight").first ?? 0
    if usual > 0, inner > 0, inner != usual, (64 * inner).isMultiple(of: usual) {
      options[perGroup] = Double(64 * inner / usual)
    }
    return options
  }

  /// As in torchvision: stem 7×7 of stride 2 and max pooling, or a smaller stem; names `conv1`,
  /// `layer1.0.downsample.0`, …, `fc`.
  static func imageNet(
    _ settings: ModelSettings, _ block: Block, _ counts: [Int], _ x: Activation, _ builder: inout NetworkBuilder
  ) -> [any Layer] {
    let usual = usual(settings), strides = settings.strides(usual.strides)
    var stack = stem(settings, x, kernel: Int(settings.options[kernel] ?? 7), stride: strides.stem, &builder)
    if settings.options[pooling].map({ $0 != 0 }) ?? usual.pools { stack.add(MaxPool(stack.output, &builder)) }
    stages(settings, block, counts, strides.stages, shortcut: "downsample", head: "fc", on: &stack, &builder)
    return stack.layers
  }

  /// As in kuangliu/pytorch-cifar: stem 3×3, no pooling before the blocks; names `conv1`, `layer1.0.shortcut.0`, …,
  /// `linear`.
  static func cifar(
    _ settings: ModelSettings, _ block: Block, _ counts: [Int], _ x: Activation, _ builder: inout NetworkBuilder
  ) -> [any Layer] {
    let strides = settings.strides(small)
    var stack = stem(settings, x, kernel: 3, stride: strides.stem, &builder)
    stages(settings, block, counts, strides.stages, shortcut: "shortcut", head: "linear", on: &stack, &builder)
    return stack.layers
  }

  private static func stem(
    _ settings: ModelSettings, _ x: Activation, kernel: Int, stride: Int, _ builder: inout NetworkBuilder
  ) -> LayerStack {
    var stack = LayerStack(x)
    stack.add(Standardize(x, mean: settings.mean, deviation: settings.deviation, &builder))
    stack.add(
      Convolution(
        "conv1", stack.output, to: settings.width, kernel: kernel, stride: stride,
        bias: builder.convolutionsHaveBias, initial: .kaiming(kernel: kernel, outputs: settings.width), &builder))
    stack.add(builder.norm("bn1", stack.output, relu: true, isStageEnd: false))
    return stack
  }

  private static func stages(
    _ settings: ModelSettings, _ block: Block, _ counts: [Int], _ strides: [Int], shortcut: String, head: String,
    on stack: inout LayerStack, _ builder: inout NetworkBuilder
  ) {
    for (stage, count) in counts.enumerated() {
      for number in 0..<count {
        let name = "layer\(stage + 1).\(number)", channels = settings.stageWidth(stage)
        let stride = number == 0 ? strides[stage] : 1, isLast = number == count - 1
        switch block {
        case .basic:
          stack.add(
            BasicBlock(
              name, stack.output, to: channels, stride: stride, endsStage: isLast, shortcut: shortcut, &builder))
        case .bottleneck:
          let inner = channels * Int(settings.options[perGroup] ?? 64) / 64
          stack.add(
            Bottleneck(
              name, stack.output, inner: inner, to: channels * Bottleneck.expansion, stride: stride,
              isStrideInFirst: settings.options[inFirst].map { $0 != 0 } ?? false, endsStage: isLast,
              shortcut: shortcut, &builder))
        }
      }
    }
    stack.add(GlobalAveragePool(stack.output, &builder))
    stack.add(Linear(head, stack.output, to: settings.classes, &builder))
  }
}

/// torchvision's resnet18. 11 181 642 parameters at w = 64 and ten classes.
struct ResNet18: Model {
  static let name = "resnet18"
  static let summary = "torchvision's: stem 7×7 stride 2, max pooling, 2-2-2-2 basic blocks, widths w 2w 4w 8w"
  static let origin = torchvision
  static let ownSettings = [ResNet.pooling] + Strides.settings
  static func options(_ shape: (String) -> [Int]) -> [String: Double] {
    ModelSettings.stageWidths(4, shape).merging(ResNet.stem(shape)) { $1 }
  }
  static func usualStrides(_ settings: ModelSettings) -> Strides? { ResNet.usual(settings).strides }

  static func make(_ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder) -> [any Layer] {
    ResNet.imageNet(settings, .basic, [2, 2, 2, 2], x, &builder)
  }
}

/// torchvision's resnet34. 21 289 802 parameters at w = 64.
struct ResNet34: Model {
  static let name = "resnet34"
  static let summary = "torchvision's: stem 7×7 stride 2, max pooling, 3-4-6-3 basic blocks, widths w 2w 4w 8w"
  static let origin = torchvision
  static let ownSettings = [ResNet.pooling] + Strides.settings
  static func options(_ shape: (String) -> [Int]) -> [String: Double] {
    ModelSettings.stageWidths(4, shape).merging(ResNet.stem(shape)) { $1 }
  }
  static func usualStrides(_ settings: ModelSettings) -> Strides? { ResNet.usual(settings).strides }

  static func make(_ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder) -> [any Layer] {
    ResNet.imageNet(settings, .basic, [3, 4, 6, 3], x, &builder)
  }
}

/// torchvision's resnet50, the stride in the 3×3 convolutions; wide_resnet50_2 where a file's inner convolutions are
/// wider.
struct ResNet50: Model {
  static let name = "resnet50"
  static let summary = "torchvision's: stem 7×7 stride 2, max pooling, 3-4-6-3 bottlenecks, widths 4w 8w 16w 32w"
  static let origin = torchvision
  static let ownSettings = [ResNet.perGroup, ResNet.inFirst, ResNet.pooling] + Strides.settings
  static func options(_ shape: (String) -> [Int]) -> [String: Double] {
    ResNet.bottlenecks(shape).merging(ResNet.stem(shape)) { $1 }
  }
  static func usualStrides(_ settings: ModelSettings) -> Strides? { ResNet.usual(settings).strides }

  static func make(_ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder) -> [any Layer] {
    ResNet.imageNet(settings, .bottleneck, [3, 4, 6, 3], x, &builder)
  }
}

/// kuangliu's ResNet18. 11 173 962 parameters at w = 64.
struct ResNet18CIFAR: Model {
  static let name = "resnet18-cifar"
  static let summary = "for small images: stem 3×3 stride 1, 2-2-2-2 basic blocks, widths w 2w 4w 8w"
  static let origin = kuangliu
  static let ownSettings = Strides.settings
  static func options(_ shape: (String) -> [Int]) -> [String: Double] { ModelSettings.stageWidths(4, shape) }
  static func usualStrides(_ settings: ModelSettings) -> Strides? { ResNet.small }

  static func make(_ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder) -> [any Layer] {
    ResNet.cifar(settings, .basic, [2, 2, 2, 2], x, &builder)
  }
}

/// kuangliu's ResNet34. 21 282 122 parameters at w = 64.
struct ResNet34CIFAR: Model {
  static let name = "resnet34-cifar"
  static let summary = "for small images: stem 3×3 stride 1, 3-4-6-3 basic blocks, widths w 2w 4w 8w"
  static let origin = kuangliu
  static let ownSettings = Strides.settings
  static func options(_ shape: (String) -> [Int]) -> [String: Double] { ModelSettings.stageWidths(4, shape) }
  static func usualStrides(_ settings: ModelSettings) -> Strides? { ResNet.small }

  static func make(_ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder) -> [any Layer] {
    ResNet.cifar(settings, .basic, [3, 4, 6, 3], x, &builder)
  }
}

/// kuangliu's ResNet50. 23 520 842 parameters at w = 64.
struct ResNet50CIFAR: Model {
  static let name = "resnet50-cifar"
  static let summary = "for small images: stem 3×3 stride 1, 3-4-6-3 bottlenecks, widths 4w 8w 16w 32w"
  static let origin = kuangliu
  static let ownSettings = [ResNet.perGroup, ResNet.inFirst] + Strides.settings
  static func options(_ shape: (String) -> [Int]) -> [String: Double] { ResNet.bottlenecks(shape) }
  static func usualStrides(_ settings: ModelSettings) -> Strides? { ResNet.small }

  static func make(_ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder) -> [any Layer] {
    ResNet.cifar(settings, .bottleneck, [3, 4, 6, 3], x, &builder)
  }
}
