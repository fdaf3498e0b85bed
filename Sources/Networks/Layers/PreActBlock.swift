import CKernels
import Tensors

/// What the pre-activation blocks of different programs do not have in common.
struct PreActLayout {
  /// Names of the layers below the block's.
  let norms: (String, String), convolutions: (String, String), shortcut: String
  /// Of the 3×3 convolutions, and of the shortcut where it is 3×3.
  var padding = Padding.even(1)
  /// Side of the shortcut's filter.
  var shortcutKernel = 1
  /// What the shortcut takes; nil for what the setting `shortcut` says.
  var source: ShortcutSource?

  /// kuangliu/pytorch-cifar.
  static let kuangliu = PreActLayout(norms: ("bn1", "bn2"), convolutions: ("conv1", "conv2"), shortcut: "shortcut.0")
  /// The WideResNet of the TRADES code.
  static let trades = PreActLayout(norms: ("bn1", "bn2"), convolutions: ("conv1", "conv2"), shortcut: "convShortcut")
  /// The WideResNet of deepmind/adversarial_robustness.
  static let deepMindWide = PreActLayout(
    norms: ("batchnorm_0", "batchnorm_1"), convolutions: ("conv_0", "conv_1"), shortcut: "shortcut", padding: .same,
    source: .activated)
  /// Its PreActResNet: the shortcut is a 3×3 convolution of the block's input.
  static let deepMind = PreActLayout(
    norms: ("batchnorm_0", "batchnorm_1"), convolutions: ("conv_2d_1", "conv_2d_2"), shortcut: "shortcut",
    padding: .behind, shortcutKernel: 3, source: .raw)
}

/// A pre-activation residual block (He et al. 2016, as in kuangliu/pytorch-cifar):
///
///     o = ReLU(norm1(x));  y = conv2(ReLU(norm2(conv1(o)))) + s
///
/// with s = x, or a convolution of **o** (or of x itself: `ShortcutSource.raw`) where stride or width change: 1×1, or
/// what the layout says.
package final class PreActBlock: Layer {
  private let norm1: any NormLayer
  private let conv1: Convolution
  private let norm2: any NormLayer
  private let conv2: Convolution
  private let shortcut: Convolution?
  private let input: Activation
  private let isRaw: Bool

  /// `name` stands before the names of the layout. `endsStage`: the last block of its stage.
  init(
    _ name: String, _ input: Activation, to channels: Int, stride: Int, endsStage: Bool,
    layout: PreActLayout = .kuangliu, _ builder: inout NetworkBuilder
  ) {
    self.input = input
    isRaw = (layout.source ?? builder.shortcut) == .raw
    let bias = builder.convolutionsHaveBias, inputs = input.shape.channels
    let changes = stride != 1 || channels != inputs
    norm1 = builder.norm("\(name).\(layout.norms.0)", input, relu: true, isStageEnd: false)
    conv1 = Convolution(
      "\(name).\(layout.convolutions.0)", norm1.output, to: channels, kernel: 3, stride: stride,
      padding: layout.padding, bias: bias, initial: .pyTorch(fanIn: inputs * 9), &builder)
    norm2 = builder.norm("\(name).\(layout.norms.1)", conv1.output, relu: true, isStageEnd: endsStage)
    conv2 = Convolution(
      "\(name).\(layout.convolutions.1)", norm2.output, to: channels, kernel: 3, bias: bias,
      initial: .pyTorch(fanIn: channels * 9), &builder)
    if changes {
      let kernel = layout.shortcutKernel
      shortcut = Convolution(
        "\(name).\(layout.shortcut)", isRaw ? input : norm1.output, to: channels, kernel: kernel, stride: stride,
        padding: kernel == 3 ? layout.padding : nil, bias: bias, initial: .pyTorch(fanIn: inputs * kernel * kernel),
        &builder)
    } else {
      shortcut = nil
    }
    children = [norm1, conv1, norm2, conv2] + (shortcut.map { [$0 as any Layer] } ?? [])
  }

  package var output: Activation { conv2.output }

  package let children: [any Layer]

  package func planBackward(_ gradient: Activation, _ plan: inout ArenaPlan) -> Activation {
    let inner = Activation(gradientOf: norm2.output, &plan)
    conv2.planBackward(sharing: gradient, into: inner)
    _ = norm2.planBackward(inner, &plan)
    let result = Activation(gradientOf: norm1.output, &plan)
    conv1.planBackward(sharing: inner, into: result)
    plan.giveBack(inner.slot)
    if let shortcut, isRaw {
      let own = Activation(gradientOf: input, &plan)
      shortcut.planBackward(sharing: gradient, into: own)
      norm1.planBackward(result, adding: own, &plan)
      plan.giveBack(own.slot)
    } else if let shortcut {
      shortcut.planBackward(sharing: gradient, into: result)
      _ = norm1.planBackward(result, &plan)
    } else {
      norm1.planBackward(result, adding: gradient, &plan)
    }
    plan.giveBack(gradient.slot)
    return result
  }

  package func forward(_ pass: Pass) {
    norm1.forward(pass)
    shortcut?.forward(pass)
    conv1.forward(pass)
    norm2.forward(pass)
    conv2.forward(pass, adding: shortcut?.output ?? input)
  }

  package func backward(_ pass: Pass) {
    conv2.backward(pass)
    norm2.backward(pass)
    conv1.backward(pass)
    shortcut?.backward(pass, adding: !isRaw)
    norm1.backward(pass)
  }
}

extension Initial {
  /// PyTorch's start of convolutions and linear layers: uniform in ±1/√(inputs of one output).
  static func pyTorch(fanIn: Int) -> Initial { .uniform(1 / Float(fanIn).squareRoot()) }
}
