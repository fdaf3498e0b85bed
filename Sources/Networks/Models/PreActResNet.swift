/// Pre-activation residual networks. docs/algorithms.md §12.
package enum PreActResNet {
  /// What the tensors do not tell: see `ActivationKind`, `ShortcutSource` and `Strides`.
  static let variants = ["activation", "shortcut"] + Strides.settings

  /// Whose names the layers have.
  package struct Names: Sendable {
    let stem: String, norm: String, head: String
    /// The name of a block, from its stage and number, both from 0.
    let block: @Sendable (Int, Int) -> String
    let inside: PreActLayout

    /// kuangliu/pytorch-cifar: `conv1`, `layer1.0.bn1`, …, `bn`, `linear`.
    package static let kuangliu = Names(
      stem: "conv1", norm: "bn", head: "linear", block: { "layer\($0 + 1).\($1)" }, inside: .kuangliu)
    /// deepmind/adversarial_robustness: `conv_2d`, `layer_0.0.batchnorm_0`, …, `batchnorm`, `logits`.
    static let deepMind = Names(
      stem: "conv_2d", norm: "batchnorm", head: "logits", block: { "layer_\($0).\($1)" }, inside: .deepMind)

    /// Unusual widths of four stages, for `options`.
    func stageWidths(_ shape: (String) -> [Int]) -> [String: Double] {
      let first = { "\(block($0, 0)).\(inside.convolutions.0).weight" }
      return ModelSettings.stageWidths(4, stem: "\(stem).weight", block: first, shape)
    }
  }

  /// Stem 3×3, stages of blocks, norm and activation if `finalNorm`, global average, linear.
  package static func make(
    _ settings: ModelSettings, _ names: Names = .kuangliu, blocks: [Int], strides usual: Strides,
    finalNorm: Bool, _ x: Activation, _ builder: inout NetworkBuilder
  ) -> [any Layer] {
    let strides = settings.strides(usual)
    var stack = LayerStack(x)
    stack.add(Standardize(x, mean: settings.mean, deviation: settings.deviation, &builder))
    stack.add(
      Convolution(
        names.stem, stack.output, to: settings.width, kernel: 3, stride: strides.stem,
        bias: builder.convolutionsHaveBias,
        initial: .pyTorch(fanIn: settings.input.channels * 9), &builder))
    for stage in blocks.indices {
      for block in 0..<blocks[stage] {
        stack.add(
          PreActBlock(
            names.block(stage, block), stack.output, to: settings.stageWidth(stage),
            stride: block == 0 ? strides.stages[stage] : 1, endsStage: block == blocks[stage] - 1, layout: names.inside,
            &builder))
      }
    }
    if finalNorm { stack.add(builder.norm(names.norm, stack.output, relu: true, isStageEnd: false)) }
    stack.add(GlobalAveragePool(stack.output, &builder))
    stack.add(Linear(names.head, stack.output, to: settings.classes, &builder))
    return stack.layers
  }
}

/// The paper's "Pre-Act ResNet-20": widths w, 2w, 4w, 8w, two blocks a stage. 11 171 146 parameters at w = 64.
struct PreActResNet18: Model {
  static let name = "preact-resnet18"
  static let summary = "the paper's network: four stages of two pre-activation blocks, widths w 2w 4w 8w"
  static let origin = kuangliu
  static let ownSettings = ["final_norm"] + PreActResNet.variants
  static func options(_ shape: (String) -> [Int]) -> [String: Double] { PreActResNet.Names.kuangliu.stageWidths(shape) }
  static func usualStrides(_ settings: ModelSettings) -> Strides? { usual }
  private static let usual = Strides(stem: 1, stages: [1, 2, 2, 2])

  static func make(_ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder) -> [any Layer] {
    PreActResNet.make(
      settings, blocks: [2, 2, 2, 2], strides: usual, finalNorm: settings.finalNorm, x, &builder)
  }
}

/// Twice as deep: four stages of 3, 4, 6 and 3 blocks. 21 279 306 parameters at w = 64.
struct PreActResNet34: Model {
  static let name = "preact-resnet34"
  static let summary = "four stages of 3-4-6-3 pre-activation blocks, widths w 2w 4w 8w"
  static let origin = kuangliu
  static let ownSettings = ["final_norm"] + PreActResNet.variants
  static func options(_ shape: (String) -> [Int]) -> [String: Double] { PreActResNet.Names.kuangliu.stageWidths(shape) }
  static func usualStrides(_ settings: ModelSettings) -> Strides? { usual }
  private static let usual = Strides(stem: 1, stages: [1, 2, 2, 2])

  static func make(_ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder) -> [any Layer] {
    PreActResNet.make(
      settings, blocks: [3, 4, 6, 3], strides: usual, finalNorm: settings.finalNorm, x, &builder)
  }
}

/// The narrow CIFAR ResNet-20: widths w, 2w, 4w, three blocks a stage, final BN-ReLU. 272 282 parameters at w = 16.
struct PreActResNet20: Model {
  static let name = "preact-resnet20"
  static let summary = "three stages of three pre-activation blocks, widths w 2w 4w, final BN-ReLU"
  static let origin = kuangliu
  static let usualWidth = 16
  static let ownSettings = PreActResNet.variants
  static func usualStrides(_ settings: ModelSettings) -> Strides? { usual }
  private static let usual = Strides(stem: 1, stages: [1, 2, 2])

  static func make(_ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder) -> [any Layer] {
    PreActResNet.make(settings, blocks: [3, 3, 3], strides: usual, finalNorm: true, x, &builder)
  }
}

/// The quick residual network for 28×28 images: stem stride 2, one block a stage, final BN-ReLU. docs/demo.md §8.
struct PreActMini: Model {
  static let name = "preact-mini"
  static let summary = "stem stride 2, three stages of one pre-activation block, widths w 2w 4w, final BN-ReLU"
  static let origin = kuangliu
  static let usualWidth = 16
  static let ownSettings = PreActResNet.variants
  static func usualStrides(_ settings: ModelSettings) -> Strides? { usual }
  private static let usual = Strides(stem: 2, stages: [1, 2, 2])

  static func make(_ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder) -> [any Layer] {
    PreActResNet.make(
      settings, blocks: [1, 1, 1], strides: usual, finalNorm: true, x, &builder)
  }
}

/// DeepMind's PreActResNet-18: SiLU, shortcuts that are 3×3 convolutions of the block's input, zeros behind rows and
/// columns only where the stride is 2, and always a final norm. deepmind/adversarial_robustness.
struct PreActResNet18DeepMind: Model {
  static let name = "preact-resnet18-deepmind"
  static let summary = "DeepMind's: 2-2-2-2 pre-activation blocks, SiLU, 3×3 shortcuts, SAME padding, final norm"
  static let origin = DeepMind.origin
  static let ownSettings = ["activation"] + Strides.settings
  static let usualActivation = ActivationKind.silu
  static func usualNormalization(_ settings: ModelSettings) -> UsualNormalization? { DeepMind.normalization(settings) }
  static func options(_ shape: (String) -> [Int]) -> [String: Double] { PreActResNet.Names.deepMind.stageWidths(shape) }
  static func usualStrides(_ settings: ModelSettings) -> Strides? { usual }
  private static let usual = DeepMind.strides([1, 2, 2, 2])

  static func make(_ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder) -> [any Layer] {
    PreActResNet.make(
      settings, .deepMind, blocks: [2, 2, 2, 2], strides: usual, finalNorm: true, x, &builder)
  }
}

/// The same of 3, 4, 6 and 3 blocks.
struct PreActResNet34DeepMind: Model {
  static let name = "preact-resnet34-deepmind"
  static let summary = "DeepMind's: 3-4-6-3 pre-activation blocks, SiLU, 3×3 shortcuts, SAME padding, final norm"
  static let origin = DeepMind.origin
  static let ownSettings = ["activation"] + Strides.settings
  static let usualActivation = ActivationKind.silu
  static func usualNormalization(_ settings: ModelSettings) -> UsualNormalization? { DeepMind.normalization(settings) }
  static func options(_ shape: (String) -> [Int]) -> [String: Double] { PreActResNet.Names.deepMind.stageWidths(shape) }
  static func usualStrides(_ settings: ModelSettings) -> Strides? { usual }
  private static let usual = DeepMind.strides([1, 2, 2, 2])

  static func make(_ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder) -> [any Layer] {
    PreActResNet.make(
      settings, .deepMind, blocks: [3, 4, 6, 3], strides: usual, finalNorm: true, x, &builder)
  }
}

/// Where names such as `conv1`, `layer1.0.bn1` and `linear` come from: github.com/kuangliu/pytorch-cifar.
let kuangliu = "pytorch-cifar"
/// Where names such as `layer1.0.downsample.0` and `classifier.6` come from: networks for images of ImageNet's size.
package let torchvision = "torchvision"
