import CKernels
import Tensors

/// A pre-activation residual block (He et al. 2016, as in kuangliu/pytorch-cifar):
///
///     o = ReLU(norm1(x));  y = conv2(ReLU(norm2(conv1(o)))) + s
///
/// with s = x, or a 1×1 convolution of **o** (or of x itself: `ShortcutSource.raw`) where stride or width change.
package final class PreActBlock: Layer {
  private let norm1: any NormLayer
  private let conv1: Convolution
  private let norm2: any NormLayer
  private let conv2: Convolution
  private let shortcut: Convolution?
  private let input: Activation
  private let isRaw: Bool

  /// PyTorch's names: `bn1`, `conv1`, `bn2`, `conv2`, and the shortcut below `name`. `endsStage`: the last block of its stage.
  package init(
    _ name: String, _ input: Activation, to channels: Int, stride: Int, endsStage: Bool,
    shortcut shortcutName: String = "shortcut.0", _ builder: inout NetworkBuilder
  ) {
    self.input = input
    isRaw = builder.shortcut == .raw
    let bias = builder.convolutionsHaveBias
    let changes = stride != 1 || channels != input.shape.channels
    norm1 = builder.norm("\(name).bn1", input, relu: true, isStageEnd: false)
    conv1 = Convolution(
      "\(name).conv1", norm1.output, to: channels, kernel: 3, stride: stride, bias: bias,
      initial: .pyTorch(fanIn: input.shape.channels * 9), &builder)
    norm2 = builder.norm("\(name).bn2", conv1.output, relu: true, isStageEnd: endsStage)
    conv2 = Convolution(
      "\(name).conv2", norm2.output, to: channels, kernel: 3, bias: bias, initial: .pyTorch(fanIn: channels * 9),
      &builder)
    shortcut =
      changes
      ? Convolution(
        "\(name).\(shortcutName)", isRaw ? input : norm1.output, to: channels, kernel: 1, stride: stride, bias: bias,
        initial: .pyTorch(fanIn: input.shape.channels), &builder) : nil
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
