import CKernels
import Tensors

/// A residual block of two 3×3 convolutions with the ReLU after the sum (He et al. 2015):
///
///     y = ReLU(norm2(conv2(ReLU(norm1(conv1(x))))) + s)
///
/// with s = x, or norm(1×1 convolution of x) where stride or width change.
package final class BasicBlock: Layer {
  private let conv1: Convolution
  private let norm1: any NormLayer
  private let conv2: Convolution
  private let norm2: any NormLayer
  private let shortcut: (conv: Convolution, norm: any NormLayer)?
  private let input: Activation
  private var gradient: Activation?

  /// PyTorch's names: `conv1`, `bn1`, `conv2`, `bn2`, and `0`, `1` below `shortcut`, all below `name`.
  package init(
    _ name: String, _ input: Activation, to channels: Int, stride: Int, endsStage: Bool,
    shortcut shortcutName: String, _ builder: inout NetworkBuilder
  ) {
    self.input = input
    let changes = stride != 1 || channels != input.shape.channels
    let bias = builder.convolutionsHaveBias
    let initial = { (kernel: Int) in Initial.kaiming(kernel: kernel, outputs: channels) }
    conv1 = Convolution(
      "\(name).conv1", input, to: channels, kernel: 3, stride: stride, bias: bias, initial: initial(3), &builder)
    norm1 = builder.norm("\(name).bn1", conv1.output, relu: true, isStageEnd: false)
    conv2 = Convolution(
      "\(name).conv2", norm1.output, to: channels, kernel: 3, bias: bias, initial: initial(3), &builder)
    norm2 = builder.norm("\(name).bn2", conv2.output, relu: false, isStageEnd: endsStage)
    if changes {
      let place = "\(name).\(shortcutName)"
      let conv = Convolution(
        "\(place).0", input, to: channels, kernel: 1, stride: stride, bias: bias, initial: initial(1), &builder)
      shortcut = (conv, builder.norm("\(place).1", conv.output, relu: false, isStageEnd: false))
    } else {
      shortcut = nil
    }
    children = [conv1, norm1, conv2, norm2] + (shortcut.map { [$0.conv, $0.norm] as [any Layer] } ?? [])
  }

  /// The sum is made in the memory of BN2's output, which its backward pass does not need.
  package var output: Activation { norm2.output }

  package let children: [any Layer]

  package func planBackward(_ gradient: Activation, _ plan: inout ArenaPlan) -> Activation {
    self.gradient = gradient
    // Both branches read the gradient of the sum, so BN2 leaves it as it is.
    let inner = Activation(gradientOf: conv2.output, &plan)
    norm2.planBackward(sharing: gradient, into: inner, &plan)
    let middle = Activation(gradientOf: norm1.output, &plan)
    conv2.planBackward(sharing: inner, into: middle)
    plan.giveBack(inner.slot)
    _ = norm1.planBackward(middle, &plan)
    guard let shortcut else {
      conv1.planBackward(sharing: middle, into: gradient)
      plan.giveBack(middle.slot)
      return gradient
    }
    // In the order of the backward pass: what the shortcut's norm borrows must not be where conv1 leaves its gradient.
    let result = Activation(gradientOf: input, &plan)
    _ = shortcut.norm.planBackward(gradient, &plan)
    conv1.planBackward(sharing: middle, into: result)
    shortcut.conv.planBackward(sharing: gradient, into: result)
    plan.giveBack(middle.slot)
    plan.giveBack(gradient.slot)
    return result
  }

  package func forward(_ pass: Pass) {
    conv1.forward(pass)
    norm1.forward(pass)
    conv2.forward(pass)
    norm2.forward(pass)
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
    norm2.backward(pass)
    conv2.backward(pass)
    norm1.backward(pass)
    conv1.backward(pass, adding: shortcut == nil)
    shortcut?.norm.backward(pass)
    shortcut?.conv.backward(pass, adding: true)
  }
}

extension Initial {
  /// N(0, 2/(k²·outputs)): the start of torchvision's convolutions.
  static func kaiming(kernel: Int, outputs: Int) -> Initial {
    .normal((2 / Float(kernel * kernel * outputs)).squareRoot())
  }
}
