/// What the wide residual networks of different programs do not have in common.
private struct WideLayout {
  let stem: String, norm: String, head: String
  /// The name of a block, from its stage and number, both from 0.
  let block: @Sendable (Int, Int) -> String
  let inside: PreActLayout

  /// The TRADES code.
  static let trades = WideLayout(
    stem: "conv1", norm: "bn1", head: "fc", block: { "block\($0 + 1).layer.\($1)" }, inside: .trades)
  /// deepmind/adversarial_robustness.
  static let deepMind = WideLayout(
    stem: "init_conv", norm: "batchnorm", head: "logits", block: { "layer.\($0).block.\($1)" }, inside: .deepMindWide)

  static let usual = Strides(stem: 1, stages: [1, 2, 2])

  /// WideResNet-d-k (Zagoruyko and Komodakis 2016): stem 3×3 of w channels, three stages of (d − 4)/6 pre-activation
  /// blocks, widths k·w, 2k·w, 4k·w, norm and activation, global average, linear.
  func make(
    _ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder
  ) -> [any Layer] {
    let blocks = max(1, (Int(settings.options["depth"] ?? 28) - 4) / 6), widen = Int(settings.options["widen"] ?? 10)
    let strides = settings.strides(WideLayout.usual)
    var stack = LayerStack(x)
    stack.add(Standardize(x, mean: settings.mean, deviation: settings.deviation, &builder))
    stack.add(
      Convolution(
        stem, stack.output, to: settings.width, kernel: 3, stride: strides.stem, bias: builder.convolutionsHaveBias,
        initial: .kaiming(kernel: 3, outputs: settings.width), &builder))
    for stage in 0..<3 {
      for number in 0..<blocks {
        stack.add(
          PreActBlock(
            block(stage, number), stack.output, to: settings.width * widen << stage,
            stride: number == 0 ? strides.stages[stage] : 1, endsStage: number == blocks - 1, layout: inside, &builder))
      }
    }
    stack.add(builder.norm(norm, stack.output, relu: true, isStageEnd: false))
    stack.add(GlobalAveragePool(stack.output, &builder))
    stack.add(Linear(head, stack.output, to: settings.classes, &builder))
    return stack.layers
  }

  /// Depth and widening from the number of blocks and the channels of the first one.
  func options(_ shape: (String) -> [Int]) -> [String: Double] {
    func weight(_ number: Int) -> [Int] { shape("\(block(0, number)).\(inside.convolutions.0).weight") }
    let blocks = (0..<200).first { weight($0).isEmpty } ?? 0
    let widths = (shape("\(stem).weight").first ?? 0, weight(0).first ?? 0)
    guard blocks > 0, widths.0 > 0, widths.1.isMultiple(of: widths.0) else { return [:] }
    return ["depth": Double(6 * blocks + 4), "widen": Double(widths.1 / widths.0)]
  }
}

/// WideResNet-d-k with the names of the TRADES code: `conv1`, `block1.layer.0.bn1`, …, `convShortcut`, `bn1`, `fc`.
/// 36 479 194 parameters for WRN-28-10 at w = 16.
struct WideResNet: Model {
  static let name = "wide-resnet"
  static let summary = "WRN-d-k of the TRADES code: depth d=28, widen k=10, stem of w=16 channels"
  static let origin = "TRADES"
  static let usualWidth = 16
  static let ownSettings = ["depth", "widen"] + PreActResNet.variants
  static func options(_ shape: (String) -> [Int]) -> [String: Double] { WideLayout.trades.options(shape) }
  static func usualStrides(_ settings: ModelSettings) -> Strides? { WideLayout.usual }

  static func make(_ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder) -> [any Layer] {
    WideLayout.trades.make(settings, x, &builder)
  }
}

/// The same with DeepMind's names, `init_conv`, `layer.0.block.0.batchnorm_0`, …, `batchnorm`, `logits`, SiLU, and
/// zeros behind rows and columns only where the stride is 2. Gowal et al. 2020; deepmind/adversarial_robustness.
struct WideResNetDeepMind: Model {
  static let name = "wide-resnet-deepmind"
  static let summary = "WRN-d-k of DeepMind: depth d=28, widen k=10, stem of w=16 channels, SiLU, SAME padding"
  static let origin = DeepMind.origin
  static let usualWidth = 16
  static let ownSettings = ["depth", "widen", "activation"] + Strides.settings
  static let usualActivation = ActivationKind.silu
  static func usualNormalization(_ settings: ModelSettings) -> UsualNormalization? { DeepMind.normalization(settings) }
  static func options(_ shape: (String) -> [Int]) -> [String: Double] { WideLayout.deepMind.options(shape) }
  static func usualStrides(_ settings: ModelSettings) -> Strides? { DeepMind.strides([1, 2, 2]) }

  static func make(_ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder) -> [any Layer] {
    WideLayout.deepMind.make(settings, x, &builder)
  }
}

/// What DeepMind's networks have in common.
enum DeepMind {
  static let origin = "DeepMind"

  /// Its padding is made for steps of 1 and 2.
  static func strides(_ stages: [Int]) -> Strides {
    var strides = Strides(stem: 1, stages: stages)
    strides.longest = 2
    return strides
  }

  /// Its classes normalize inside and keep mean and deviation out of the file: by default those of CIFAR-10, those of
  /// CIFAR-100 in its evaluation of 100 classes, and ½ of gray images, which it pads by 2 if they are of MNIST.
  static func normalization(_ settings: ModelSettings) -> UsualNormalization? {
    let input = settings.input
    switch (input.channels, settings.classes) {
    case (3, 10): return .cifar10
    case (3, 100): return .cifar100
    case (1, 10):
      let pads = input.height == 28 && input.width == 28
      return UsualNormalization(
        title: "MNIST (1/2 and 1/2)", mean: [0.5], deviation: [0.5],
        obstacle: pads
          ? "DeepMind's networks pad images of 28×28 to 32×32 inside; give them 2 rows and columns of zeros on each side "
            + "first" : nil)
    default: return nil
    }
  }
}
