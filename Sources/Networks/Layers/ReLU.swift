import CKernels
import Tensors

/// `y = max(x, 0)`; the gradient at exactly 0 is 0. Where a normalization stands before it, the two are one layer.
package final class ReLU: Layer {
  private let input: Activation
  package let output: Activation
  private var gradient: Activation?

  package init(_ input: Activation, _ builder: inout NetworkBuilder) {
    self.input = input
    output = Activation(keeping: input.shape, &builder.plan)
  }

  package func planBackward(_ gradient: Activation, _ plan: inout ArenaPlan) -> Activation {
    self.gradient = gradient
    return gradient
  }

  package func forward(_ pass: Pass) {
    pass.eachChunk { _, images, _ in
      dl_relu(
        pass.pointer(input, image: images.lowerBound), images.count * input.count,
        pass.pointer(output, image: images.lowerBound))
    }
  }

  package func backward(_ pass: Pass) {
    guard let gradient else { return }
    pass.eachChunk { _, images, _ in
      let dy = pass.pointer(gradient, image: images.lowerBound)
      dl_relu_gradient(pass.pointer(input, image: images.lowerBound), dy, images.count * input.count, dy)
    }
  }
}

/// `y = factor·x`, for logits.
package final class Scale: Layer {
  private let factor: Float
  private let input: Activation
  package let output: Activation
  private var gradient: Activation?

  package init(_ input: Activation, by factor: Float, _ builder: inout NetworkBuilder) {
    self.factor = factor
    self.input = input
    output = Activation(keeping: input.shape, planar: input.isPlanar, &builder.plan)
  }

  package func planBackward(_ gradient: Activation, _ plan: inout ArenaPlan) -> Activation {
    self.gradient = gradient
    return gradient
  }

  package func forward(_ pass: Pass) {
    dl_scale(pass.pointer(input), pass.images * input.count, factor, pass.pointer(output))
  }

  package func backward(_ pass: Pass) {
    guard let gradient else { return }
    dl_scale(pass.pointer(gradient), pass.images * gradient.count, factor, pass.pointer(gradient))
  }
}
