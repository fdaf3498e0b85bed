import CKernels
import Tensors

/// A residual block of a 1×1, a 3×3 and a 1×1 convolution with the ReLU after the sum (He et al. 2015); the last one
/// has four times the block's width, and the stride is in the 3×3 one, as in torchvision and kuangliu/pytorch-cifar, or
/// in the first 1×1 one, as in the original:
///
///     y = ReLU(norm3(conv3(ReLU(norm2(conv2(ReLU(norm1(conv1(x)))))))) + s)
///
/// with s = x, or norm(1×1 convolution of x) where stride or channels change.
package final class Bottleneck: Layer {
  /// Output channels per width of the block; the 3×3 convolution has as many channels as that width, or more.
  static let expansion = 4

  private let inner: [(conv: Convolution, norm: any NormLayer)]
  private let conv3: Convolution
  private let norm3: any NormLayer
  private let shortcut: (conv: Convolution, norm: any NormLayer)?
  private let input: Activation
  private var gradient: Activation?

  /// PyTorch's names: `conv1`, `bn1`, … `bn3`, and `0`, `1` below `shortcut`, all below `name`. `channels` are those of
  /// the inner convolutions, a quarter of the output's for a block of usual width.
  package init(
    _ name: String, _ input: Activation, inner channels: Int, to outputs: Int, stride: Int,
    isStrideInFirst: Bool, endsStage: Bool,
    shortcut shortcutName: String, _ builder: inout NetworkBuilder
  ) {
    self.input = input
    let bias = builder.convolutionsHaveBias
    var inner: [(conv: Convolution, norm: any NormLayer)] = []
    for (place, kernel) in [(1, 1), (2, 3)] {
      let conv = Convolution(
        "\(name).conv\(place)", inner.last?.norm.output ?? input, to: channels, kernel: kernel,
        stride: (place == 1) == isStrideInFirst ? stride : 1, bias: bias,
        initial: .kaiming(kernel: kernel, outputs: channels), &builder)
      inner.append((conv, builder.norm("\(name).bn\(place)", conv.output, relu: true, isStageEnd: false)))
    }
    self.inner = inner
    conv3 = Convolution(
      "\(name).conv3", inner[1].norm.output, to: outputs, kernel: 1, bias: bias,
      initial: .kaiming(kernel: 1, outputs: outputs), &builder)
    norm3 = builder.norm("\(name).bn3", conv3.output, relu: false, isStageEnd: endsStage)
    if stride != 1 || outputs != input.shape.channels {
      let conv = Convolution(
        "\(name).\(shortcutName).0", input, to: outputs, kernel: 1, stride: stride, bias: bias,
        initial: .kaiming(kernel: 1, outputs: outputs), &builder)
      let norm = builder.norm("\(name).\(shortcutName).1", conv.output, relu: false, isStageEnd: false)
      shortcut = (conv, norm)
    } else {
      shortcut = nil
    }
    let layers: [any Layer] = inner.flatMap { [$0.conv, $0.norm] as [any Layer] } + [conv3, norm3]
    children = layers + (shortcut.map { [$0.conv, $0.norm] as [any Layer] } ?? [])
  }

  /// The sum is made in the memory of the last norm's output, which its backward pass does not need.
  package var output: Activation { norm3.output }

  package let children: [any Layer]

  package func planBackward(_ gradient: Activation, _ plan: inout ArenaPlan) -> Activation {
    self.gradient = gradient
    // Both branches read the gradient of the sum, so the last norm leaves it as it is.
    let last = Activation(gradientOf: conv3.output, &plan)
    norm3.planBackward(sharing: gradient, into: last, &plan)
    var middle = Activation(gradientOf: inner[1].norm.output, &plan)
    conv3.planBackward(sharing: last, into: middle)
    plan.giveBack(last.slot)
    _ = inner[1].norm.planBackward(middle, &plan)
    let first = Activation(gradientOf: inner[0].norm.output, &plan)
    inner[1].conv.planBackward(sharing: middle, into: first)
    plan.giveBack(middle.slot)
    middle = first
    _ = inner[0].norm.planBackward(middle, &plan)
    guard let shortcut else {
      inner[0].conv.planBackward(sharing: middle, into: gradient)
      plan.giveBack(middle.slot)
      return gradient
    }
    // In the order of the backward pass: what the shortcut's norm borrows must not be where conv1 leaves its gradient.
    let result = Activation(gradientOf: input, &plan)
    _ = shortcut.norm.planBackward(gradient, &plan)
    inner[0].conv.planBackward(sharing: middle, into: result)
    shortcut.conv.planBackward(sharing: gradient, into: result)
    plan.giveBack(middle.slot)
    plan.giveBack(gradient.slot)
    return result
  }

  package func forward(_ pass: Pass) {
    for (conv, norm) in inner {
      conv.forward(pass)
      norm.forward(pass)
    }
    conv3.forward(pass)
    norm3.forward(pass)
    shortcut?.conv.forward(pass)
    shortcut?.norm.forward(pass)
    let residual = shortcut?.norm.output ?? input
    pass.eachChunk { _, images, _ in
      let sum = pass.pointer(output, image: images.lowerBound)
      dl_add_relu(sum, pass.pointer(residual, image: images.lowerBound), images.count * output.count, sum)
    }
  }

  package func backward(_ pass: Pass) {
    guard let gradient else { return }
    pass.eachChunk { _, images, _ in
      let dy = pass.pointer(gradient, image: images.lowerBound)
      dl_relu_gradient(pass.pointer(output, image: images.lowerBound), dy, images.count * output.count, dy)
    }
    norm3.backward(pass)
    conv3.backward(pass)
    inner[1].norm.backward(pass)
    inner[1].conv.backward(pass)
    inner[0].norm.backward(pass)
    inner[0].conv.backward(pass, adding: shortcut == nil)
    shortcut?.norm.backward(pass)
    shortcut?.conv.backward(pass, adding: true)
  }
}
